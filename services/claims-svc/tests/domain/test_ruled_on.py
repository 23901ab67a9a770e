"""A ruling counts for what it was about, and for nothing that is told afterwards."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from domain.loss_cases import LITTLE_RAIN, NO, RAIN_CAME_IN, YES, case, item, policy, report, verdict_on
from msgspec.structs import replace

from claims_svc.domain.basis import EarlierStatement
from claims_svc.domain.case import Case
from claims_svc.domain.rules.ruled_on import seen_in
from claims_svc.domain.ruling import Ruling
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts
from contracts.vocabulary import Cover, FactSource

COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED
WALL, CHAIRS = item(DamageKind.BUILDINGS, 200_000), item(DamageKind.CONTENTS, 30_000)
RAIN_OR_SEWER = LossFacts(precipitation_fell_directly=YES, sewer_water_entered=YES, toilet_overflowed=NO)


FULL = policy(covers=tuple(Cover))


def told(*damage: DamageItem) -> Case:
    """Return a claim of which nobody can say which water did what damage."""
    return case(RAIN_OR_SEWER, report=report(RAIN_OR_SEWER, damage=damage), rain=LITTLE_RAIN, policy=FULL)


def by_hand(claim: Case, outcome: Outcome, **about: object) -> Ruling:
    """Return what two people decide about `claim` as it is now."""
    ruling = Ruling(
        ruling_id=UUID(int=1),
        outcome=outcome,
        reason="Seen on the spot",
        decided_by="handler-1",
        approved_by="handler-2",
        decided_at=claim.report.reported_at,
        **about,  # type: ignore[arg-type] # what a test names
    )
    return replace(ruling, seen=seen_in(claim.basis, ruling))


def items_of(claim: Case, *rulings: Ruling) -> list[tuple[DamageKind, Outcome]]:
    return [(each.kind, each.outcome) for each in verdict_on(replace(claim, rulings=rulings)).items]


def test_what_was_ruled_on_an_item_stays_with_it_when_the_list_is_told_in_another_order() -> None:
    first = told(CHAIRS, WALL)
    rulings = by_hand(first, COVERED, item=0), by_hand(first, DENIED, item=1)
    assert items_of(first, *rulings) == [(CHAIRS.kind, COVERED), (WALL.kind, DENIED)]

    assert items_of(told(WALL, CHAIRS), *rulings) == [(WALL.kind, DENIED), (CHAIRS.kind, COVERED)]
    pump = item(DamageKind.CLEANING, 5_000)
    assert items_of(told(pump, CHAIRS, WALL), *rulings) == [
        (pump.kind, REFERRED),
        (CHAIRS.kind, COVERED),
        (WALL.kind, DENIED),
    ]


def test_an_item_that_became_another_one_is_no_longer_ruled_on() -> None:
    covered = by_hand(told(CHAIRS), COVERED, item=0)

    assert items_of(told(WALL), covered) == [(WALL.kind, REFERRED)]
    two_chairs = replace(CHAIRS, amount_cents=31_000)
    assert items_of(told(two_chairs, CHAIRS), by_hand(told(CHAIRS, two_chairs), DENIED, item=0)) == [
        (CHAIRS.kind, REFERRED),
        (CHAIRS.kind, DENIED),
    ]


def test_an_assessment_takes_no_ruling_away() -> None:
    covered = by_hand(told(CHAIRS), COVERED, item=0)
    assessed = replace(CHAIRS, amount_cents=99_000, estimated_by=FactSource.REPAIR_PARTNER)

    assert items_of(told(assessed), covered) == [(CHAIRS.kind, COVERED)]


def held(claim: Case, ruling: Ruling) -> GroundCode:
    return verdict_on(replace(claim, rulings=(ruling,))).deciding_ground


def test_who_ruled_that_a_claim_repeats_no_other_has_not_ruled_on_what_is_told_since() -> None:
    claim = replace(case(RAIN_CAME_IN), possible_duplicate_of=UUID(int=7))
    lifted = by_hand(claim, COVERED, ground=GroundCode.POSSIBLE_DUPLICATE)
    more = replace(claim, report=replace(claim.report, damage=(*claim.report.damage, CHAIRS)))
    loss = claim.report.loss
    moved = replace(loss, from_at=loss.from_at - timedelta(hours=2), until_at=loss.until_at - timedelta(hours=2))

    assert held(claim, lifted) is GroundCode.HEAVY_LOCAL_PRECIPITATION
    assert held(replace(claim, possible_duplicate_of=UUID(int=8)), lifted) is GroundCode.POSSIBLE_DUPLICATE
    assert held(more, lifted) is GroundCode.POSSIBLE_DUPLICATE
    assert held(replace(claim, report=replace(claim.report, loss=moved)), lifted) is GroundCode.POSSIBLE_DUPLICATE


def test_who_believed_one_turn_of_a_story_has_not_believed_the_next() -> None:
    """An open window became a closed one; then the damage became another."""
    first = EarlierStatement(
        turned=("came_through_open_window_or_door",),
        loss=case().report.loss,
        facts=replace(RAIN_CAME_IN, came_through_open_window_or_door=YES),
    )
    claim = replace(case(RAIN_CAME_IN, policy=FULL), earlier=first)
    believed = by_hand(claim, COVERED, ground=GroundCode.STATEMENT_TURNED)
    again = replace(first, turned=(*first.turned, "damage"), damage=claim.report.damage)
    other = replace(claim, earlier=again, report=replace(claim.report, damage=(CHAIRS, WALL)))

    assert held(claim, believed) is GroundCode.HEAVY_LOCAL_PRECIPITATION
    assert held(other, believed) is GroundCode.STATEMENT_TURNED
