"""What changes make of a policy: never of a day before they begin, and never for more money than they should."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.example_values import CUSTOMER_ID
from contracts.policy import (
    Area,
    Building,
    Car,
    Deductible,
    Home,
    HomeFeature,
    HomeType,
    Persons,
    Pet,
    PetSpecies,
    PolicyChanged,
    PolicyCover,
    PolicyKind,
    PolicyTerms,
    Premium,
    PremiumPart,
)
from policy_svc.domain.changes import (
    REASONS,
    Cancellation,
    Caution,
    Change,
    ChangeKind,
    ChangeOfCover,
    ChangeOfDeductible,
    ChangeOfLicencePlate,
    Move,
    Outcome,
    Refused,
    Why,
    kind_of,
    outcome,
)
from policy_svc.domain.premium import changed_premium, priced
from policy_svc.domain.renewal import renewed
from policy_svc.domain.timeline import changed_from, ended_on, in_force
from policy_svc.domain.versions import VersionReason

TODAY = date(2026, 11, 27)
TOMORROW = TODAY + timedelta(days=1)
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
BEFORE = datetime(2026, 1, 2, 9, tzinfo=UTC)
HOME = Home(
    postcode="6011RA",
    house_number="12",
    home_type=HomeType.SEMI_DETACHED,
    building=Building(floor_area_m2=132, volume_m3=430, built_in=1978),
)
NEW_HOME = replace(HOME, postcode="1811AA", house_number="3", home_type=HomeType.TERRACED)
INSURED: dict[PolicyKind, dict[str, Any]] = {
    PolicyKind.BUILDINGS: {"home": HOME, "covers": (PolicyCover.BUILDINGS, PolicyCover.CONTENTS)},
    PolicyKind.CONTENTS: {"home": HOME, "covers": (PolicyCover.CONTENTS,)},
    PolicyKind.CAR: {
        "car": Car(licence_plate="G001BB", make="Volvo", model="V60", list_price_cents=4_250_000, claim_free_years=7),
        "covers": (PolicyCover.THIRD_PARTY, PolicyCover.LIMITED_CASCO),
    },
    PolicyKind.PET: {
        "pet": Pet(species=PetSpecies.DOG, name="Bello", born_on=date(2020, 12, 1)),
        "covers": (PolicyCover.VETERINARY,),
    },
    PolicyKind.LIABILITY: {"persons": Persons.FAMILY, "covers": (PolicyCover.PRIVATE_LIABILITY,)},
    PolicyKind.TRAVEL: {
        "persons": Persons.FAMILY,
        "area": Area.WORLD,
        "covers": (PolicyCover.TRAVEL, PolicyCover.LUGGAGE, PolicyCover.WINTER_SPORTS),
    },
}


def policy(kind: PolicyKind = PolicyKind.BUILDINGS, **changed: Any) -> PolicyChanged:  # noqa: ANN401 - any field
    """Return a policy that runs since 1 April 2019, with its premium."""
    fields: dict[str, Any] = {
        "effective_on": date(2019, 4, 1),
        "ends_on": None,
        "recorded_at": BEFORE,
        "deductible_cents": 0,
        "product_version": "none-2000.1",
    }
    terms = priced(kind, PolicyTerms(**{**fields, **INSURED[kind], **changed}), on=date(2026, 4, 1))
    return PolicyChanged(policy_number="123456-531-04", version=3, customer_id=CUSTOMER_ID, kind=kind, terms=(terms,))


def made(before: PolicyChanged, change: Change, *, wished: date | None = None, today: date = TODAY) -> Outcome:
    found = outcome(before, change, wished=wished, today=today, recorded_at=NOW)
    assert isinstance(found, Outcome), found
    return found


def refused(before: PolicyChanged, change: Change, *, wished: date | None = None) -> Refused:
    found = outcome(before, change, wished=wished, today=TODAY, recorded_at=NOW)
    assert isinstance(found, Refused)
    return found


def a_year_cents(terms: PolicyTerms | None) -> int:
    assert terms is not None
    assert terms.premium is not None
    parts = [part.amount_cents for part in terms.premium.parts]
    assert not parts or sum(parts) == terms.premium.a_year_cents
    return terms.premium.a_year_cents


def test_a_change_begins_tomorrow_and_splits_the_period() -> None:
    before = policy()
    found = made(before, ChangeOfDeductible(deductible_cents=50_000))

    assert found.effective_on == TOMORROW
    assert [(terms.effective_on, terms.ends_on, terms.deductible_cents) for terms in found.terms] == [
        (date(2019, 4, 1), TOMORROW, 0),
        (TOMORROW, None, 50_000),
    ]
    assert found.before == before.terms[0]
    assert found.after == found.terms[1]


@pytest.mark.parametrize(
    ("wished", "why"),
    [(TODAY, Why.TOO_EARLY), (date(2020, 1, 1), Why.TOO_EARLY), (TODAY + timedelta(days=366), Why.TOO_LATE)],
)
def test_the_past_is_never_changed_nor_the_far_future(wished: date, why: Why) -> None:
    assert refused(policy(), ChangeOfDeductible(deductible_cents=50_000), wished=wished).why is why
    latest = TODAY + timedelta(days=365)
    assert made(policy(), ChangeOfDeductible(deductible_cents=50_000), wished=latest).effective_on == latest


def test_what_has_not_begun_is_changed_from_its_beginning() -> None:
    found = made(policy(effective_on=date(2027, 2, 1)), ChangeOfDeductible(deductible_cents=25_000))

    assert found.effective_on == date(2027, 2, 1)
    assert len(found.terms) == 1


def test_what_is_asked_for_must_change_something_and_be_to_be_had() -> None:
    ended = policy(ends_on=TOMORROW)
    assert refused(ended, ChangeOfDeductible(deductible_cents=25_000)).why is Why.NOT_INSURED_THEN
    assert refused(policy(), ChangeOfDeductible(deductible_cents=0)).why is Why.NOTHING_CHANGES
    turned = ChangeOfCover(covers=(PolicyCover.CONTENTS, PolicyCover.BUILDINGS))
    assert refused(policy(), turned).why is Why.NOTHING_CHANGES
    without = refused(policy(), ChangeOfCover(covers=(PolicyCover.CONTENTS,)))
    assert (without.why, "buildings" in without.detail) == (Why.NOT_OFFERED, True)
    alone = ChangeOfCover(covers=(PolicyCover.THIRD_PARTY, PolicyCover.FULL_CASCO))
    assert refused(policy(PolicyKind.CAR), alone).why is Why.NOT_OFFERED
    assert refused(policy(PolicyKind.PET), ChangeOfDeductible(deductible_cents=100_000)).why is Why.NOT_OFFERED
    assert refused(policy(PolicyKind.CAR), Move(home=NEW_HOME)).why is Why.NOT_OF_THIS_KIND
    assert refused(policy(), ChangeOfLicencePlate(licence_plate="G002BB")).why is Why.NOT_OF_THIS_KIND
    health = replace(policy(), kind=PolicyKind.HEALTH)
    for change in (ChangeOfDeductible(deductible_cents=25_000), Cancellation()):
        assert refused(health, change).why is Why.KEPT_ELSEWHERE


def test_a_cover_that_is_left_out_is_lost() -> None:
    found = made(policy(), ChangeOfCover(covers=(PolicyCover.BUILDINGS,)))

    assert found.lost == (PolicyCover.CONTENTS,)
    assert a_year_cents(found.after) < a_year_cents(found.before)


def test_a_low_deductible_of_a_home_has_a_minimum_in_heavy_weather() -> None:
    found = made(policy(deductible_cents=50_000), ChangeOfDeductible(deductible_cents=0))
    assert found.cautions == (Caution.MINIMUM_IN_HEAVY_WEATHER,)
    assert made(policy(), ChangeOfDeductible(deductible_cents=25_000)).cautions == ()


def test_a_move_takes_the_new_home_without_position_or_tells_every_rule_against_it() -> None:
    found = made(policy(), Move(home=NEW_HOME))
    assert found.after is not None
    assert (found.after.home, found.before.home) == (NEW_HOME, HOME)
    assert a_year_cents(found.after) != a_year_cents(found.before)

    canal_house = replace(NEW_HOME, home_type=HomeType.CANAL_HOUSE, features=(HomeFeature.LISTED_MONUMENT,))
    no = refused(policy(), Move(home=canal_house))
    assert (no.why, [refusal.code for refusal in no.of_home]) == (
        Why.HOME_NOT_ACCEPTED,
        ["canal_house", "listed_monument"],
    )
    same_home = replace(NEW_HOME, postcode="6011RA", house_number="012")
    assert refused(policy(), Move(home=same_home)).why is Why.NOTHING_CHANGES


def test_who_leaves_a_home_that_is_no_longer_accepted_is_told() -> None:
    old = policy(home=replace(HOME, home_type=HomeType.FARMHOUSE), effective_on=date(2010, 1, 1))

    assert made(old, Move(home=NEW_HOME)).cautions == (Caution.NO_WAY_BACK,)


def test_another_plate_is_of_the_same_car_unless_a_make_is_given() -> None:
    same = made(policy(PolicyKind.CAR), ChangeOfLicencePlate(licence_plate="G002BB")).after
    other = made(
        policy(PolicyKind.CAR), ChangeOfLicencePlate(licence_plate="G002BB", make="Kia", list_price_cents=2_000_000)
    ).after

    assert same is not None
    assert same.car == Car(
        licence_plate="G002BB", make="Volvo", model="V60", list_price_cents=4_250_000, claim_free_years=7
    )
    assert other is not None
    assert other.car == Car(licence_plate="G002BB", make="Kia", list_price_cents=2_000_000, claim_free_years=7)
    assert a_year_cents(other) < a_year_cents(same)


def test_a_change_planned_for_later_stays_unless_it_is_about_the_same() -> None:
    planned = made(policy(), ChangeOfDeductible(deductible_cents=100_000), wished=date(2027, 3, 1)).terms
    before = replace(policy(), terms=planned)

    other = made(before, ChangeOfCover(covers=(PolicyCover.BUILDINGS,)))
    same = made(before, ChangeOfDeductible(deductible_cents=25_000))

    assert [(terms.covers, terms.deductible_cents) for terms in other.terms[1:]] == [
        ((PolicyCover.BUILDINGS,), 0),
        ((PolicyCover.BUILDINGS,), 100_000),
    ]
    assert Caution.REPLACES_LATER_CHANGE not in other.cautions
    assert [terms.deductible_cents for terms in same.terms[1:]] == [25_000, 25_000]
    assert Caution.REPLACES_LATER_CHANGE in same.cautions


def test_a_planned_move_is_undone_by_staying_even_in_a_home_no_longer_accepted() -> None:
    farmhouse = replace(HOME, home_type=HomeType.FARMHOUSE)
    before = policy(home=farmhouse)
    planned = made(before, Move(home=NEW_HOME), wished=date(2027, 1, 15))
    stays = Move(home=replace(farmhouse, house_number="012", building=None))
    undone = made(replace(before, terms=planned.terms), stays)

    assert Caution.NO_WAY_BACK in planned.cautions
    assert undone.cautions == (Caution.REPLACES_LATER_CHANGE,)
    assert {terms.home for terms in undone.terms} == {farmhouse}
    assert (undone.effective_on, undone.before.home) == (date(2027, 1, 15), NEW_HOME)
    assert refused(before, stays).why is Why.NOTHING_CHANGES


def test_a_new_plate_of_the_same_car_is_not_put_on_another_one_that_was_to_follow() -> None:
    kia = ChangeOfLicencePlate(licence_plate="G002BB", make="Kia", list_price_cents=2_000_000)
    before = policy(PolicyKind.CAR)
    planned = replace(before, terms=made(before, kia, wished=date(2027, 1, 15)).terms)
    found = made(planned, ChangeOfLicencePlate(licence_plate="H003BB"))

    assert Caution.REPLACES_LATER_CHANGE in found.cautions
    assert {terms.car for terms in found.terms[1:]} == {
        replace(INSURED[PolicyKind.CAR]["car"], licence_plate="H003BB"),
    }


@pytest.mark.parametrize("is_known", [True, False], ids=["premium_is_known", "premium_is_unknown"])
def test_the_tariff_of_the_last_renewal_counts_until_the_next(*, is_known: bool) -> None:
    """The dog is six on 1 December: its premium rises on 1 April, at the renewal, and not by a change before.

    A known premium is scaled, by models of either day alike; only an unknown one shows which day's tariff is asked.
    """
    before = policy(PolicyKind.PET)
    if not is_known:
        before = replace(before, terms=tuple(replace(period, premium=None) for period in before.terms))
    found = made(before, ChangeOfDeductible(deductible_cents=25_000), wished=date(2026, 12, 24))

    assert found.after == replace(
        priced(PolicyKind.PET, replace(before.terms[0], deductible_cents=25_000), on=date(2026, 4, 1)),
        effective_on=date(2026, 12, 24),
        recorded_at=NOW,
    )


def test_a_cancelled_policy_loses_all_it_covered() -> None:
    found = made(policy(), Cancellation(), wished=date(2027, 1, 15))

    assert found.ending is not None
    assert (found.effective_on, found.after) == (date(2027, 1, 15), None)
    assert found.lost == (PolicyCover.BUILDINGS, PolicyCover.CONTENTS)
    assert in_force(found.terms, on=date(2027, 1, 14)) is not None
    assert in_force(found.terms, on=date(2027, 1, 15)) is None
    again = refused(replace(policy(), terms=found.terms), Cancellation(), wished=date(2027, 2, 1))
    assert again == Refused(why=Why.ENDS_ALREADY, ends_on=date(2027, 1, 15))


def test_each_change_has_its_kind_and_its_reason() -> None:
    assert {kind_of(change()) for change in (Cancellation,)} == {ChangeKind.CANCELLATION}
    assert set(REASONS.values()) < set(VersionReason)
    assert len(set(REASONS.values())) == len(ChangeKind)


KINDS = st.sampled_from(list(INSURED))
CHANGES = st.one_of(
    st.builds(ChangeOfDeductible, deductible_cents=st.sampled_from([0, 25_000, 50_000, 100_000])),
    st.builds(ChangeOfCover, covers=st.lists(st.sampled_from(list(PolicyCover)), min_size=1, max_size=4).map(tuple)),
    st.builds(
        Move,
        home=st.builds(
            lambda kind, number: replace(NEW_HOME, home_type=kind, house_number=str(number)),
            st.sampled_from(HomeType),
            st.integers(min_value=1, max_value=99),
        ),
    ),
    st.builds(ChangeOfLicencePlate, licence_plate=st.just("G002BB"), make=st.sampled_from([None, "Kia"])),
    st.just(Cancellation()),
)
SPLITS = st.lists(st.integers(min_value=-400, max_value=400), max_size=3, unique=True)


def with_periods(kind: PolicyKind, splits: list[int], end: int | None) -> PolicyChanged:
    """Return a policy of several periods, the deductible of which differs; it may end."""
    before = policy(kind)
    terms = before.terms
    for number, days in enumerate(sorted(splits)):
        cents = (25_000, 0, 25_000)[number]
        terms = changed_from(
            terms,
            on=TODAY + timedelta(days=days),
            change=lambda period, cents=cents: replace(period, deductible_cents=cents),  # type: ignore[misc]
            recorded_at=BEFORE,
        )
    if end is not None:
        terms = ended_on(terms, on=TODAY + timedelta(days=end), recorded_at=BEFORE)
    return replace(before, terms=terms)


def day_by_day(terms: tuple[PolicyTerms, ...], days: range) -> list[PolicyTerms | None]:
    found = (in_force(terms, on=TODAY + timedelta(days=day)) for day in days)
    return [period and replace(period, effective_on=TODAY, ends_on=None, recorded_at=BEFORE) for period in found]


@given(
    kind=KINDS,
    change=CHANGES,
    splits=SPLITS,
    end=st.none() | st.integers(min_value=-30, max_value=400),
    wished=st.none() | st.integers(min_value=-5, max_value=370),
)
@settings(max_examples=100, deadline=None)
def test_every_day_before_a_change_stays_as_it_was(
    kind: PolicyKind, change: Change, splits: list[int], end: int | None, wished: int | None
) -> None:
    before = with_periods(kind, splits, end)
    day = None if wished is None else TODAY + timedelta(days=wished)
    found = outcome(before, change, wished=day, today=TODAY, recorded_at=NOW)
    if isinstance(found, Refused):
        return

    assert found.effective_on > TODAY
    until = range(-500, (found.effective_on - TODAY).days)
    assert day_by_day(found.terms, until) == day_by_day(before.terms, until)
    on = in_force(found.terms, on=found.effective_on)
    assert on == found.after
    for period in found.terms:
        if period.premium is not None:
            a_year_cents(period)
    again = outcome(before, change, wished=day, today=TODAY, recorded_at=NOW)
    assert again == found


@given(
    kind=KINDS,
    lower=st.sampled_from([0, 25_000, 50_000]),
    higher=st.sampled_from([25_000, 50_000, 100_000]),
    given_cents=st.none() | st.integers(min_value=10_000, max_value=500_000),
    days=st.integers(min_value=1, max_value=365),
)
@settings(max_examples=60, deadline=None)
def test_a_higher_deductible_never_costs_more(
    kind: PolicyKind, lower: int, higher: int, given_cents: int | None, days: int
) -> None:
    """Whether the premium is ours or was given by another system, before the next renewal and after it."""
    before = policy(kind, deductible_cents=lower)
    if given_cents is not None:
        before = replace(before, terms=(replace(before.terms[0], premium=given_premium(given_cents)),))
    found = outcome(
        before,
        ChangeOfDeductible(deductible_cents=higher),  # type: ignore[arg-type] # one of those that a policy can have
        wished=TODAY + timedelta(days=days),
        today=TODAY,
        recorded_at=NOW,
    )
    if lower < higher and isinstance(found, Outcome) and found.before.premium is not None:
        assert found.after is not None
        assert found.after.premium is not None
        assert 0 < found.after.premium.a_year_cents < found.before.premium.a_year_cents


def given_premium(a_year_cents: int) -> Premium:
    return Premium(
        a_year_cents=a_year_cents,
        parts=(PremiumPart(code="old_system", amount_cents=a_year_cents),),
        model="of-old-1",
    )


def at_premium(kind: PolicyKind, premium: Premium, **changed: Any) -> PolicyChanged:  # noqa: ANN401 - any field
    """Return a policy at a premium that another system computed."""
    ours = policy(kind, **changed)
    return replace(ours, terms=(replace(ours.terms[0], premium=premium),))


def test_a_premium_that_was_given_changes_in_the_proportion_of_the_model() -> None:
    ours = policy(PolicyKind.PET)
    was = a_year_cents(ours.terms[0])
    becomes = a_year_cents(made(ours, ChangeOfDeductible(deductible_cents=25_000)).after)

    after = made(at_premium(PolicyKind.PET, given_premium(9_000)), ChangeOfDeductible(deductible_cents=25_000)).after

    assert after is not None
    assert after.premium == Premium(a_year_cents=round(9_000 * becomes / was), parts=(), model="of-old-1")


@given(
    paid=st.integers(min_value=1, max_value=10) | st.integers(min_value=100, max_value=500_000),
    types=st.tuples(st.sampled_from(sorted(HomeType)), st.sampled_from(sorted(HomeType))),
)
@settings(max_examples=100, deadline=None)
def test_no_change_makes_an_insurance_free_and_moving_back_costs_what_it_did(
    paid: int, types: tuple[HomeType, HomeType]
) -> None:
    homes = [replace(HOME, home_type=each) for each in types]
    was, becomes = (policy(home=home, covers=(PolicyCover.BUILDINGS,)).terms[0] for home in homes)
    has_parts, tax = paid >= 100, round(paid * 21 / 121)
    named = (
        PremiumPart(code="buildings", amount_cents=paid - tax),
        PremiumPart(code="insurance_premium_tax", amount_cents=tax),
    )
    premium = replace(given_premium(paid), parts=named if has_parts else ())
    on = date(2026, 4, 1)
    moved = changed_premium(PolicyKind.BUILDINGS, replace(was, premium=premium), becomes, on=on)
    back = changed_premium(PolicyKind.BUILDINGS, moved, was, on=on)

    assert moved.premium is not None
    assert all(part.amount_cents > 0 for part in moved.premium.parts)
    assert (a_year_cents(moved) > 0, bool(moved.premium.parts)) == (True, has_parts)
    assert back.premium is not None
    # A cent of the cheaper one is so much of the dearer.
    assert abs(back.premium.a_year_cents - paid) <= 1 + a_year_cents(was) / a_year_cents(becomes)


def test_parts_that_were_given_by_the_names_of_the_model_are_scaled_and_add_up() -> None:
    parts = {"buildings": 10_000, "contents": 6_529, "insurance_premium_tax": 3_471}
    told = tuple(PremiumPart(code=code, amount_cents=cents) for code, cents in parts.items())
    before = at_premium(PolicyKind.BUILDINGS, replace(given_premium(20_000), parts=told))

    after = made(before, ChangeOfDeductible(deductible_cents=50_000)).after

    assert after is not None
    assert after.premium is not None
    cents = {part.code: part.amount_cents for part in after.premium.parts}
    assert sum(cents.values()) == after.premium.a_year_cents < 20_000
    assert cents["insurance_premium_tax"] == round(after.premium.a_year_cents * 21 / 121)
    assert list(cents) == ["buildings", "contents", "deductible", "insurance_premium_tax"]
    assert cents["deductible"] < 0 < min(cents["buildings"], cents["contents"])
    not_all = replace(before.terms[0], premium=replace(given_premium(20_000), parts=told[:2]))
    no_sum = made(replace(before, terms=(not_all,)), ChangeOfDeductible(deductible_cents=50_000)).after
    assert no_sum is not None
    assert no_sum.premium == replace(after.premium, parts=())


@pytest.mark.parametrize(
    ("kind", "insured", "change"),
    [
        (
            PolicyKind.CAR,
            {"covers": (PolicyCover.THIRD_PARTY, PolicyCover.FULL_CASCO)},
            ChangeOfLicencePlate(licence_plate="G002BB"),
        ),
        (
            PolicyKind.PET,
            {"deductible_cents": 50_000},
            ChangeOfCover(covers=(PolicyCover.VETERINARY, PolicyCover.PREVENTIVE_CARE)),
        ),
        (PolicyKind.BUILDINGS, {"covers": (PolicyCover.CONTENTS,)}, Move(home=NEW_HOME)),
    ],
    ids=["a cover without the one it needs", "a deductible that is not offered", "the cover of another kind"],
)
def test_what_the_model_cannot_price_keeps_its_premium_and_that_is_said(
    kind: PolicyKind, insured: dict[str, Any], change: Change
) -> None:
    before = at_premium(kind, given_premium(30_000), **insured)

    found = made(before, change)

    assert found.after is not None
    assert found.after.premium == given_premium(30_000)
    assert Caution.PREMIUM_NOT_RECOMPUTED in found.cautions
    later = renewed(replace(before, terms=found.terms), on=date(2027, 4, 1), recorded_at=NOW)
    assert later[-1].premium == given_premium(30_000)


@pytest.mark.parametrize("cents", [0, 100_000])
@pytest.mark.parametrize("premium", [given_premium(80_000), None])
def test_no_other_deductible_is_to_be_had_while_it_would_leave_the_premium_as_it_is(
    cents: Deductible, premium: Premium | None
) -> None:
    covers = (PolicyCover.THIRD_PARTY, PolicyCover.FULL_CASCO)
    now = replace(policy(PolicyKind.CAR).terms[0], covers=covers, deductible_cents=25_000, premium=premium)
    before = replace(policy(PolicyKind.CAR), terms=(now,))
    asked = ChangeOfDeductible(deductible_cents=cents)

    assert outcome(before, asked, wished=None, today=TODAY, recorded_at=NOW) == Refused(why=Why.PREMIUM_NOT_COMPUTED)

    planned = replace(now, effective_on=TOMORROW + timedelta(days=30))
    priced_now = replace(policy(PolicyKind.CAR, deductible_cents=25_000).terms[0], ends_on=planned.effective_on)
    before = replace(before, terms=(priced_now, planned))
    assert outcome(before, asked, wished=None, today=TODAY, recorded_at=NOW) == Refused(why=Why.PREMIUM_NOT_COMPUTED)


def test_what_makes_no_difference_by_the_model_leaves_a_premium_with_the_parts_that_were_given() -> None:
    parts = {"third_party": 20_000, "limited_casco": 4_000, "claim_free_years": -6_000, "insurance_premium_tax": 3_780}
    told = tuple(PremiumPart(code=code, amount_cents=cents) for code, cents in parts.items())
    premium = replace(given_premium(sum(parts.values())), parts=told)

    after = made(at_premium(PolicyKind.CAR, premium), ChangeOfLicencePlate(licence_plate="G002BB")).after

    assert after is not None
    assert after.premium == premium


def test_a_premium_that_is_not_known_is_the_models_once_it_can_be_computed() -> None:
    unknown = policy(PolicyKind.PET)
    unknown = replace(unknown, terms=(replace(unknown.terms[0], premium=None),))
    after = made(unknown, ChangeOfDeductible(deductible_cents=25_000)).after
    assert after is not None
    assert after.premium == policy(PolicyKind.PET, deductible_cents=25_000).terms[0].premium
    old = at_premium(PolicyKind.PET, given_premium(9_000), deductible_cents=50_000)
    assert made(old, ChangeOfDeductible(deductible_cents=25_000)).after == after
