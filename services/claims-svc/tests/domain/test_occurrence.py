from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from domain.money_cases import LOSS_AT, covered, denied, money_on
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from claims_svc.domain.basis import EventUse
from claims_svc.domain.occurrence import ClaimUse, EventUses, families_of, uses_of
from claims_svc.domain.product import EVENT_LENGTH, PRODUCTS
from claims_svc.domain.rules.items import ItemVerdict
from claims_svc.domain.verdict import Verdict
from contracts.coverage import GroundCode, Outcome
from contracts.vocabulary import FactSource, LossInterval, PerilFamily

RAIN, FLOOD = PerilFamily.RAIN, PerilFamily.FLOOD
REGIONAL_FLOOD, HEAVY_RAIN = GroundCode.REGIONAL_DEFENCE_FAILED, GroundCode.HEAVY_LOCAL_PRECIPITATION
HOURS = 72
CLAIM_ID = UUID("0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10")
POLICY_NUMBER, OTHER_NUMBER = "123456-531-04", "654321-531-04"


def loss_at(moment: datetime) -> LossInterval:
    return LossInterval(from_at=moment, until_at=moment)


def verdict_on(*items: ItemVerdict, deductible_cents: int = 0) -> Verdict:
    money, decided = money_on(*items, deductible_cents=deductible_cents)
    return Verdict(
        outcome=Outcome.COVERED,
        deciding_ground=HEAVY_RAIN,
        grounds=(),
        findings=(),
        items=decided,
        rain=None,
        covers=(),
        money=money,
    )


def recorded(*items: ItemVerdict, deductible_cents: int = 0) -> dict[PerilFamily, ClaimUse]:
    """Return what a claim with these items has of its events."""
    uses = uses_of(
        verdict_on(*items, deductible_cents=deductible_cents),
        claim_id=CLAIM_ID,
        policy_number=POLICY_NUMBER,
        loss=loss_at(LOSS_AT),
        proof_sha256="b" * 64,
    )
    return {use.family: use for use in uses}


def use(hours_after: int, borne_cents: int, *, family: PerilFamily = RAIN) -> ClaimUse:
    """Return what a claim of its own has, `hours_after` the loss."""
    return ClaimUse(
        claim_id=UUID(int=hours_after + 1_000),
        policy_number=POLICY_NUMBER,
        family=family,
        loss_from_at=LOSS_AT + timedelta(hours=hours_after),
        covered_cents=borne_cents * 4,
        heavy_cents=borne_cents * 2,
        either_cents=3,
        estimated_cents=borne_cents * 5,
        borne_cents=borne_cents,
        proofs=(f"{hours_after + 1_000:064x}",),
    )


def of_others(
    uses: EventUses, hours_after: int, *, claim_id: UUID = CLAIM_ID, policy_number: str = POLICY_NUMBER
) -> EventUse | None:
    return uses.of_others(
        claim_id,
        policy_number=policy_number,
        family=RAIN,
        loss=loss_at(LOSS_AT + timedelta(hours=hours_after)),
        hours=HOURS,
    )


def borne_by_others(
    uses: EventUses, hours_after: int, *, claim_id: UUID = CLAIM_ID, policy_number: str = POLICY_NUMBER
) -> int:
    found = of_others(uses, hours_after, claim_id=claim_id, policy_number=policy_number)
    return 0 if found is None else found.borne_cents


def test_a_claim_has_of_each_event_what_its_items_are_charged_to() -> None:
    uses = recorded(
        covered(60_000), covered(30_000, GroundCode.DIRECT_PRECIPITATION), covered(40_000, REGIONAL_FLOOD), denied(1)
    )

    assert (uses[RAIN].covered_cents, uses[RAIN].heavy_cents, uses[RAIN].borne_cents) == (90_000, 60_000, 25_000)
    assert (uses[FLOOD].covered_cents, uses[FLOOD].heavy_cents, uses[FLOOD].borne_cents) == (40_000, 0, 0)
    assert (uses[RAIN].estimated_cents, uses[FLOOD].estimated_cents) == (90_000, 40_000)
    assert uses[RAIN].proofs == uses[FLOOD].proofs == ("b" * 64,)
    assert (uses[RAIN].loss_from_at, uses[RAIN].policy_number, uses[RAIN].claim_id) == (
        LOSS_AT,
        POLICY_NUMBER,
        CLAIM_ID,
    )


def test_damage_that_waits_for_an_assessment_counts_for_the_limit_alone() -> None:
    (use,) = recorded(covered(300_000), covered(70_000, estimated_by=FactSource.HANDLER)).values()

    assert (use.covered_cents, use.heavy_cents, use.estimated_cents) == (70_000, 70_000, 300_000)


def test_damage_of_either_family_stands_in_the_use_of_both() -> None:
    uses = recorded(covered(80_000, HEAVY_RAIN, REGIONAL_FLOOD), deductible_cents=50_000)

    assert [use.either_cents for use in uses.values()] == [80_000, 80_000]
    assert [use.covered_cents for use in uses.values()] == [0, 0]
    assert [use.heavy_cents for use in uses.values()] == [0, 0]
    assert [use.estimated_cents for use in uses.values()] == [80_000, 80_000]
    assert {family: use.borne_cents for family, use in uses.items()} == {RAIN: 50_000, FLOOD: 0}


def test_a_denied_claim_belongs_to_no_event() -> None:
    assert list(families_of(verdict_on(denied(100_000)))) == []
    assert recorded(denied(100_000)) == {}


@pytest.mark.parametrize(("hours_after", "borne_cents"), [(0, 25_000), (71, 25_000), (-71, 25_000), (72, 0), (-72, 0)])
def test_an_event_lasts_72_hours_from_its_earliest_loss(hours_after: int, borne_cents: int) -> None:
    assert borne_by_others(EventUses([use(0, 25_000)]), hours_after) == borne_cents


def test_a_loss_between_two_events_belongs_to_the_earlier_one() -> None:
    assert borne_by_others(EventUses([use(80, 5_000), use(0, 25_000)]), 40) == 25_000


def test_rain_and_flood_at_one_moment_are_two_events() -> None:
    uses = EventUses([use(0, 25_000), use(1, 10_000, family=FLOOD)])

    assert borne_by_others(uses, 2) == 25_000


def test_events_last_the_same_in_all_products_because_their_claims_share_them() -> None:
    assert {timedelta(hours=product.occurrence_hours) for product in PRODUCTS.values()} == {EVENT_LENGTH}


def test_what_others_have_is_summed_with_the_hashes_of_their_decisions() -> None:
    assert of_others(EventUses([use(5, 1_000), use(0, 2_000)]), 10) == EventUse(
        family=RAIN,
        covered_cents=12_000,
        heavy_cents=6_000,
        either_cents=6,
        estimated_cents=15_000,
        borne_cents=3_000,
        proofs=(f"{1_000:064x}", f"{1_005:064x}"),
    )


def test_of_an_event_of_its_own_a_claim_finds_nothing() -> None:
    own = use(0, 25_000)

    assert own.claim_id is not None
    assert of_others(EventUses([own]), 0, claim_id=own.claim_id) is None
    assert of_others(EventUses(), 0) is None


@pytest.mark.parametrize(
    ("hours_after", "borne_cents"), [(-72, 0), (-71, 15_000), (71, 15_000), (72, 25_000), (144, 0)]
)
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_losses_make_the_same_events_in_whatever_order_they_were_decided(
    order: list[int], hours_after: int, borne_cents: int
) -> None:
    uses = [use(0, 10_000), use(71, 5_000), use(72, 20_000), use(100, 5_000)]

    assert borne_by_others(EventUses([uses[place] for place in order]), hours_after) == borne_cents


def test_without_the_loss_of_a_claim_itself_the_others_may_make_another_event() -> None:
    first, second, third = use(0, 10_000), use(60, 5_000), use(80, 20_000)
    uses = EventUses([first, second, third])
    assert first.claim_id is not None
    assert second.claim_id is not None

    assert borne_by_others(uses, 0, claim_id=first.claim_id) == 25_000
    assert borne_by_others(uses, 60, claim_id=second.claim_id) == 10_000
    assert borne_by_others(uses, 0, claim_id=first.claim_id) == 25_000, "looking changes nothing"


def test_what_a_claim_has_now_replaces_what_it_had_on_whatever_policy_and_family() -> None:
    before = use(0, 10_000)
    uses = EventUses([before, replace(before, family=FLOOD)])
    assert before.claim_id is not None

    uses.record(before.claim_id, [replace(before, borne_cents=25_000, policy_number=OTHER_NUMBER)])

    assert borne_by_others(uses, 0) == 0
    assert borne_by_others(uses, 0, policy_number=OTHER_NUMBER) == 25_000
    assert (
        uses.of_others(CLAIM_ID, policy_number=POLICY_NUMBER, family=FLOOD, loss=loss_at(LOSS_AT), hours=HOURS) is None
    )


moments = st.integers(0, 400)
histories = st.lists(
    st.tuples(st.integers(1, 8), st.sampled_from([POLICY_NUMBER, OTHER_NUMBER]), moments, st.integers(0, 3)),
    max_size=25,
)


@given(histories, st.integers(1, 8), moments)
def test_what_others_bore_is_what_the_policys_text_gives_read_word_for_word(
    history: list[tuple[int, str, int, int]], claim: int, hours_after: int
) -> None:
    uses = EventUses()
    last: dict[int, tuple[str, int, int]] = {}
    for number, policy_number, hours, cents in history:
        now = replace(use(hours, cents), claim_id=UUID(int=number), policy_number=policy_number)
        uses.record(UUID(int=number), [now])
        last[number] = (policy_number, hours, cents)

    found = borne_by_others(uses, hours_after, claim_id=UUID(int=claim))

    others = [
        (hours, cents)
        for number, (policy_number, hours, cents) in last.items()
        if number != claim and policy_number == POLICY_NUMBER
    ]
    assert found == _word_for_word(others, hours_after)


def _word_for_word(losses: list[tuple[int, int]], hours_after: int) -> int:
    """An event lasts 72 hours from its earliest loss. A loss belongs to the earliest event that is near."""
    events: list[list[tuple[int, int]]] = []
    for loss in sorted(losses):
        if events and loss[0] < events[-1][0][0] + HOURS:
            events[-1].append(loss)
        else:
            events.append([loss])
    near = [event for event in events if abs(event[0][0] - hours_after) < HOURS]
    return sum(cents for _, cents in near[0]) if near else 0
