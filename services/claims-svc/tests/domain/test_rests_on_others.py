"""Decisions that rest on what others had of their event follow it, until all agree or a person has the rest."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from claim_events import HEAVY_RAIN_CAME_IN, POLICY_NUMBER, YES, corrected, policy, rainfall_answer, report
from claims_driver import OPENED_AT
from domain.test_by_hand import ruling
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from claims_svc.domain.joining import join
from claims_svc.domain.occurrence import EventUses, rests_on
from claims_svc.domain.working_set import WorkingSet
from contracts.loss_reports import DamageItem, DamageKind, LossReported
from contracts.vocabulary import FactSource, PerilFamily, WaterRoute

MINIMUM_CENTS = 25_000
MOST_STEPS = 40
KINDS = (DamageKind.BUILDINGS, DamageKind.CONTENTS, DamageKind.CLEANING)
CAME_BOTH_WAYS = replace(HEAVY_RAIN_CAME_IN, precipitation_fell_directly=YES)
HEAVY, LIGHT = WaterRoute.INDIRECT_PRECIPITATION, WaterRoute.DIRECT_PRECIPITATION
CUSTOMER, HANDLER = FactSource.CUSTOMER, FactSource.HANDLER


class Event:
    """Claims of one event, decided one after the other, with the timers that their changes set."""

    def __init__(self, *, deductible_cents: int) -> None:
        self.deductible_cents = deductible_cents
        self.reports: dict[UUID, LossReported] = {}
        self.claims = WorkingSet(
            policies={POLICY_NUMBER: policy(deductible_cents=deductible_cents)},
            claims={},
            uses=EventUses(),
            standing={},
            now=OPENED_AT,
        )
        self._moved = 0

    def open(self, item: DamageItem) -> UUID:
        claim_id = UUID(int=len(self.reports) + 1)
        reported = report(facts=CAME_BOTH_WAYS, damage=(item,))
        self.reports[claim_id] = reported
        self.claims.apply_report(reported, new_claim_id=claim_id, trace=None)
        self.claims.apply_rainfall(rainfall_answer(claim_id, tenths_mm=402), trace=None)
        return claim_id

    def correct(self, claim_id: UUID, item: DamageItem) -> None:
        self.reports[claim_id] = corrected(self.reports[claim_id], damage=(item,))
        self.claims.apply_report(self.reports[claim_id], new_claim_id=claim_id, trace=None)

    def decide_on_the_evidence(self, claim_id: UUID) -> None:
        self.claims.apply_rulings(claim_id, [ruling(None)])

    def join(self, claim_id: UUID, other_id: UUID) -> None:
        mine, others = ruling(None), ruling(None)
        join(self.claims, claim_id, other_id=other_id, ruling=mine, ruling_on_other=others)

    def fire_timers(self) -> int:
        """Let claims follow what they rest on until nobody has to any more; return how many had to."""
        followed = 0
        while len(moved := self.claims.changes.ground_moved) > self._moved:
            movers = {use.claim_id for use in moved[self._moved :]}
            self._moved = len(moved)
            for claim_id in self.resting_on_others_than(movers):
                self.claims.follow_others(claim_id)
                followed += 1
                assert followed < MOST_STEPS, "they go on for ever"
        return followed

    def resting_on_others_than(self, movers: set[UUID | None]) -> Sequence[UUID]:
        found = []
        for claim_id in self.reports:
            standing = self.claims.standing(claim_id)
            if standing and movers != {claim_id} and rests_on(standing.document.basis.event_uses):
                found.append(claim_id)
        return found

    def with_a_person(self) -> set[UUID]:
        """The claims whose standing decision a handler has been asked to look at."""
        return {
            review.claim_id
            for review in self.claims.changes.reviews
            if review.claim_version == self.claims.claim(review.claim_id).claim_version
        }

    def borne_cents(self) -> int:
        return sum(use.borne_cents for uses in self.claims.changes.event_uses.values() for use in uses)

    def to_bear_cents(self) -> int:
        """What the event bears by the text, of all damage that is paid (domain.md, "Money")."""
        uses = [use for of_claim in self.claims.changes.event_uses.values() for use in of_claim]
        covered, heavy = sum(use.covered_cents for use in uses), sum(use.heavy_cents for use in uses)
        return max(min(self.deductible_cents, covered), min(max(self.deductible_cents, MINIMUM_CENTS), heavy))

    def paid_cents(self, claim_id: UUID) -> int:
        standing = self.claims.standing(claim_id)
        return 0 if standing is None else standing.payable_cents


def damage(kind: DamageKind, cents: int, *, by: FactSource = CUSTOMER, route: WaterRoute = HEAVY) -> DamageItem:
    return DamageItem(kind=kind, amount_cents=cents, estimated_by=by, route=route)


def test_what_no_longer_counts_against_the_limit_of_estimates_pays_the_claim_that_waited_for_it() -> None:
    event = Event(deductible_cents=0)
    walls, chairs = event.open(damage(KINDS[0], 200_000)), event.open(damage(KINDS[1], 100_000))
    assert event.paid_cents(chairs) == 0

    event.correct(walls, damage(KINDS[0], 200_000, by=HANDLER))
    # What chairs are decided to be paid now is looked at for walls, and changes nothing there.
    assert event.fire_timers() == 2

    assert [event.claims.claim(each).claim_version for each in (walls, chairs)] == [2, 2]
    assert event.paid_cents(chairs) == 100_000
    assert event.with_a_person() == set()


def test_who_would_have_to_bear_what_another_bore_keeps_the_money_and_a_person_has_the_claim() -> None:
    event = Event(deductible_cents=0)
    walls, chairs = event.open(damage(KINDS[0], 200_000)), event.open(damage(KINDS[1], 40_000))

    event.claims.withdraw(walls)
    event.fire_timers()

    assert event.paid_cents(chairs) == 40_000
    assert event.with_a_person() == {chairs}
    assert "beside what other claims have of the event now" in event.claims.changes.reviews[-1].reason


def test_nobody_follows_a_change_that_leaves_what_others_count_as_it_was() -> None:
    event = Event(deductible_cents=0)
    walls, _ = event.open(damage(KINDS[0], 100_000)), event.open(damage(KINDS[1], 40_000))

    event.decide_on_the_evidence(walls)

    assert event.claims.claim(walls).claim_version == 2
    assert event.fire_timers() == 0


def test_who_rests_on_a_version_that_changed_nothing_follows_the_next_one_too() -> None:
    event = Event(deductible_cents=0)
    walls, chairs = event.open(damage(KINDS[0], 9_999)), event.open(damage(KINDS[1], 25_000))
    event.decide_on_the_evidence(walls)
    assert event.fire_timers() == 0

    event.correct(walls, damage(KINDS[0], 0, by=HANDLER))

    assert event.fire_timers() == 1
    assert event.with_a_person() == {chairs}


amounts = st.sampled_from([0, 9_999, 25_000, 60_000, 120_000, 240_000])
routes = st.sampled_from([HEAVY, LIGHT])


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([0, 25_000, 50_000, 100_000]))
def test_after_all_timers_the_decisions_of_an_event_agree_or_a_person_has_them(
    data: st.DataObject, deductible_cents: int
) -> None:
    event = Event(deductible_cents=deductible_cents)
    for kind in KINDS[: data.draw(st.integers(2, 3))]:
        event.open(damage(kind, data.draw(amounts), route=data.draw(routes)))
    for _ in range(data.draw(st.integers(1, 4))):
        live = [claim_id for claim_id in event.reports if event.claims.claim(claim_id).withdrawn_at is None]
        if not live:
            break
        claim_id = data.draw(st.sampled_from(live))
        match data.draw(st.sampled_from(["assess", "correct", "rule", "withdraw", "join"])):
            case "assess" | "correct" as how:
                told = event.reports[claim_id].damage[0]
                by = HANDLER if how == "assess" else told.estimated_by
                event.correct(claim_id, replace(told, amount_cents=data.draw(amounts), estimated_by=by))
            case "rule":
                event.decide_on_the_evidence(claim_id)
            case "withdraw":
                event.claims.withdraw(claim_id)
            case _ if len(live) > 1:
                other_id = data.draw(st.sampled_from([each for each in live if each != claim_id]))
                if not event.claims.claim(other_id).joined:
                    event.join(claim_id, other_id)
        event.fire_timers()

    with_a_person = event.with_a_person()
    assert event.borne_cents() == event.to_bear_cents() or with_a_person
    decided = len(event.claims.changes.decisions)
    for claim_id in event.reports:
        # Whoever rests on what no longer stands has been asked, and nobody gets more when asked again.
        event.claims.follow_others(claim_id)
    assert len(event.claims.changes.decisions) == decided
    assert {use.family for uses in event.claims.changes.event_uses.values() for use in uses} <= {PerilFamily.RAIN}
