from __future__ import annotations

from datetime import UTC, date, datetime

from domain.loss_cases import LOSS_AT, case, policy, report, verdict_on
from msgspec.structs import replace

from claims_svc.domain.case import product_of
from claims_svc.domain.insurance import Insurance, InsuranceState, InsuredTerms, insurance_at
from claims_svc.domain.needs import Need, next_need
from claims_svc.domain.product import CURRENT_PRODUCT
from contracts import example_values
from contracts.coverage import GroundCode, GroundWeight, Outcome
from contracts.policy import HOME_KINDS, Home, PolicyChanged, PolicyCover, PolicyKind, PolicyTerms, Premium
from contracts.vocabulary import Cover, LossInterval

MOMENT_OF_LOSS = LossInterval(from_at=LOSS_AT, until_at=LOSS_AT)
FROM_14_TO_15_JULY = LossInterval(from_at=datetime(2021, 7, 14, 9, tzinfo=UTC), until_at=LOSS_AT)
FIRST_OF_JULY = date(2021, 7, 1)


def terms(
    effective_on: date,
    ends_on: date | None = None,
    *,
    deductible_cents: int = 0,
    recorded_at: datetime | None = None,
    product_version: str = CURRENT_PRODUCT.version,
) -> PolicyTerms:
    usual = policy().terms[0]
    update = {
        "effective_on": effective_on,
        "ends_on": ends_on,
        "deductible_cents": deductible_cents,
        "recorded_at": recorded_at or usual.recorded_at,
        "product_version": product_version,
    }
    return replace(usual, **update)


def with_terms(*several: PolicyTerms) -> PolicyChanged:
    return replace(policy(), terms=several)


def insured_on(terms: PolicyTerms) -> Insurance:
    """Return the insurance under these terms."""
    of_decision = InsuredTerms(
        effective_on=terms.effective_on,
        ends_on=terms.ends_on,
        covers=(Cover.BUILDINGS,),
        deductible_cents=terms.deductible_cents,
        product_version=terms.product_version,
        location=example_values.HOME,
        postcode_area="6011",
    )
    return Insurance(state=InsuranceState.INSURED, terms=of_decision)


NOT_INSURED = Insurance(state=InsuranceState.NOT_INSURED)


def test_a_policy_counts_from_dutch_midnight() -> None:
    begins_on_the_16th = with_terms(terms(date(2021, 7, 16)))
    just_before, midnight = datetime(2021, 7, 15, 21, 59, tzinfo=UTC), datetime(2021, 7, 15, 22, 0, tzinfo=UTC)

    assert insurance_at(begins_on_the_16th, loss=LossInterval(from_at=just_before, until_at=just_before)) == NOT_INSURED
    assert insurance_at(begins_on_the_16th, loss=LossInterval(from_at=midnight, until_at=midnight)) == insured_on(
        begins_on_the_16th.terms[0]
    )


def test_the_last_day_of_a_policy_is_the_day_before_it_ends() -> None:
    ends_after_the_loss = with_terms(terms(FIRST_OF_JULY, date(2021, 7, 16)))

    assert insurance_at(ends_after_the_loss, loss=MOMENT_OF_LOSS) == insured_on(ends_after_the_loss.terms[0])
    assert insurance_at(with_terms(terms(FIRST_OF_JULY, date(2021, 7, 15))), loss=MOMENT_OF_LOSS) == NOT_INSURED


def test_cover_is_judged_on_the_terms_at_the_moment_of_loss() -> None:
    changed = with_terms(
        terms(FIRST_OF_JULY, date(2021, 7, 20), deductible_cents=50_000), terms(date(2021, 7, 20), deductible_cents=0)
    )

    verdict = verdict_on(case(policy=changed))

    assert verdict.money.payable_cents == 184_000 - 50_000


def test_terms_recorded_later_correct_those_recorded_before_in_whatever_order_they_stand() -> None:
    later = terms(FIRST_OF_JULY, deductible_cents=50_000, recorded_at=datetime(2021, 7, 2, tzinfo=UTC))
    earlier = terms(FIRST_OF_JULY, deductible_cents=100_000, recorded_at=datetime(2021, 7, 1, tzinfo=UTC))

    for corrected in (with_terms(later, earlier), with_terms(earlier, later)):
        assert insurance_at(corrected, loss=MOMENT_OF_LOSS) == insured_on(later)


def test_a_loss_across_a_change_of_terms_goes_to_a_handler() -> None:
    changed = with_terms(
        terms(FIRST_OF_JULY, date(2021, 7, 15), deductible_cents=50_000), terms(date(2021, 7, 15), deductible_cents=0)
    )

    verdict = verdict_on(case(policy=changed, report=report(loss=FROM_14_TO_15_JULY)))

    assert (verdict.outcome, verdict.deciding_ground) == (Outcome.REFERRED, GroundCode.TERMS_CHANGED_DURING_LOSS)


def test_a_loss_that_may_have_been_before_the_first_insured_day_goes_to_a_handler() -> None:
    verdict = verdict_on(case(policy=with_terms(terms(date(2021, 7, 15))), report=report(loss=FROM_14_TO_15_JULY)))

    assert verdict.deciding_ground is GroundCode.TERMS_CHANGED_DURING_LOSS


def test_a_renewal_on_the_same_terms_changes_nothing() -> None:
    dearer = Premium(a_year_cents=24_012, parts=(), model="home-premium-2026.1")
    renewed = with_terms(terms(FIRST_OF_JULY, date(2021, 7, 15)), replace(terms(date(2021, 7, 15)), premium=dearer))

    assert verdict_on(case(policy=renewed, report=report(loss=FROM_14_TO_15_JULY))).outcome is Outcome.COVERED


def test_a_loss_outside_every_term_is_denied() -> None:
    verdict = verdict_on(case(policy=with_terms(terms(date(2021, 7, 16)))))

    assert (verdict.outcome, verdict.deciding_ground) == (Outcome.DENIED, GroundCode.NOT_INSURED_AT_LOSS)
    assert verdict.money.payable_cents == 0


def test_a_policy_that_never_came_goes_to_a_handler() -> None:
    verdict = verdict_on(case(policy=None, rain=None))

    assert (verdict.outcome, verdict.deciding_ground) == (Outcome.REFERRED, GroundCode.POLICY_UNKNOWN)
    assert verdict.covers == ()
    assert [(ground.code, ground.weight) for ground in verdict.grounds] == [
        (GroundCode.POLICY_UNKNOWN, GroundWeight.DECISIVE),
        (GroundCode.NOT_INSURED_AT_LOSS, GroundWeight.NOT_REACHED),
    ]


def test_a_policy_of_a_product_nobody_knows_goes_to_a_handler() -> None:
    unknown = with_terms(terms(FIRST_OF_JULY, product_version="boat-1999.1"))
    product = product_of(insurance_at(unknown, loss=MOMENT_OF_LOSS))

    verdict = verdict_on(case(policy=unknown, product=product))

    assert (product, verdict.deciding_ground) == (CURRENT_PRODUCT, GroundCode.PRODUCT_UNKNOWN)


def at_home(usual: PolicyTerms, **changed: object) -> PolicyTerms:
    """Return terms whose home differs in these fields."""
    assert isinstance(usual.home, Home)
    return replace(usual, home=replace(usual.home, **changed))


def test_a_home_whose_position_is_not_known_yet_waits_and_then_goes_to_a_handler() -> None:
    not_located = with_terms(at_home(terms(FIRST_OF_JULY), location=None))

    assert insurance_at(not_located, loss=MOMENT_OF_LOSS) == Insurance(state=InsuranceState.UNKNOWN)
    assert next_need(case(policy=not_located, policy_wait_over=False)) is Need.POLICY
    waited = case(policy=not_located, policy_wait_over=True, rain=None)
    assert next_need(waited) is Need.NOTHING
    verdict = verdict_on(waited)
    assert (verdict.outcome, verdict.deciding_ground) == (Outcome.REFERRED, GroundCode.POLICY_UNKNOWN)


def test_only_the_terms_at_loss_need_a_position() -> None:
    later = at_home(terms(date(2021, 7, 20)), location=None, house_number="99")
    before = terms(FIRST_OF_JULY, date(2021, 7, 20))

    assert insurance_at(with_terms(before, later), loss=MOMENT_OF_LOSS) == insured_on(before)


def test_a_policy_of_no_home_never_denies_damage_to_one() -> None:
    for kind in set(PolicyKind) - HOME_KINDS:
        for effective_on in (FIRST_OF_JULY, date(2021, 7, 16)):
            other = with_terms(replace(terms(effective_on), home=None, covers=(PolicyCover.THIRD_PARTY,)))
            assert insurance_at(replace(other, kind=kind), loss=MOMENT_OF_LOSS).state is InsuranceState.UNKNOWN


def test_covers_that_concern_no_home_decide_nothing() -> None:
    covers = (PolicyCover.LUGGAGE, PolicyCover.CONTENTS)
    insured = insurance_at(with_terms(replace(terms(FIRST_OF_JULY), covers=covers)), loss=MOMENT_OF_LOSS)

    assert insured.terms is not None
    assert insured.terms.covers == (Cover.CONTENTS,)
