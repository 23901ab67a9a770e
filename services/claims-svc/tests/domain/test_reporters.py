from __future__ import annotations

from datetime import timedelta

import pytest
from claim_events import LOSS_AT, NO, YES, corrected, report

from claims_svc.domain.claim import open_claim
from claims_svc.domain.reporters import facts_together
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported
from contracts.vocabulary import Fact, FactSource, LossInterval, Truth

UNSURE = Fact(value=Truth.UNKNOWN)
SAYS_HANDLER, DENIES_HANDLER = (Fact(value=truth, source=FactSource.HANDLER) for truth in (Truth.TRUE, Truth.FALSE))
DENIES_REGISTER = Fact(value=Truth.FALSE, source=FactSource.REGISTER)
SAYS_PARTNER = Fact(value=Truth.TRUE, source=FactSource.REPAIR_PARTNER)
OPENING = report()
ASSESSED = (DamageItem(kind=DamageKind.BUILDINGS, amount_cents=150_000, estimated_by=FactSource.HANDLER),)


def together(*facts: Fact | None) -> Fact | None:
    reports = [report(facts=LossFacts(sewer_water_entered=fact)) for fact in facts]
    return facts_together(reports).sewer_water_entered


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ((YES, None), YES),
        ((None, YES), YES),
        ((UNSURE, NO), NO),
        ((UNSURE, None), UNSURE),
        ((None, None), None),
        ((YES, YES), YES),
        ((YES, NO), UNSURE),
        ((YES, NO, YES), UNSURE),
        ((YES, DENIES_HANDLER), DENIES_HANDLER),
        ((DENIES_REGISTER, YES), DENIES_REGISTER),
        ((NO, SAYS_PARTNER), SAYS_PARTNER),
        ((SAYS_PARTNER, DENIES_REGISTER), DENIES_REGISTER),
        ((SAYS_HANDLER, DENIES_REGISTER), Fact(value=Truth.UNKNOWN, source=FactSource.HANDLER)),
    ],
)
def test_reports_fill_each_other_and_contradictions_are_settled_by_who_knows_better(
    said: tuple[Fact | None, ...], known: Fact | None
) -> None:
    assert together(*said) == known


def differs(opening: LossReported, joined: LossReported) -> bool:
    return open_claim(opening, claim_id=OPENING.report_id, trace=None, now=LOSS_AT).joined_by(joined).reporters_differ


def test_reporters_of_the_same_loss_do_not_differ_whatever_they_say_of_its_cause() -> None:
    assert not differs(OPENING, report(facts=LossFacts(flood_water_entered=YES)))


def test_a_claim_with_one_report_has_no_reporters_who_differ() -> None:
    assert not open_claim(OPENING, claim_id=OPENING.report_id, trace=None, now=LOSS_AT).reporters_differ


@pytest.mark.parametrize(
    "changed",
    [
        {"damage": report(damage_cents=200_000).damage},
        {"loss": LossInterval(from_at=LOSS_AT + timedelta(hours=2), until_at=LOSS_AT + timedelta(hours=2))},
        {"policy_number": "654321-531-04"},
    ],
    ids=["damage", "moment", "policy"],
)
def test_reporters_differ_when_one_of_them_corrects_the_damage_the_moment_or_the_policy(
    changed: dict[str, object],
) -> None:
    assert differs(corrected(OPENING, **changed), report())
    assert differs(OPENING, corrected(report(), **changed))


def test_an_assessment_settles_what_reporters_estimated() -> None:
    assert not differs(corrected(OPENING, damage=ASSESSED), report())
    assert not differs(OPENING, corrected(report(), damage=ASSESSED))


def test_a_report_that_joined_is_replaced_by_its_newer_version_and_can_leave_again() -> None:
    first, second = report(), report()
    claim = open_claim(OPENING, claim_id=OPENING.report_id, trace=None, now=LOSS_AT).joined_by(first).joined_by(second)

    newer = claim.joined_by(corrected(first, facts=LossFacts()))

    assert [each.report_id for each in newer.reports] == [OPENING.report_id, first.report_id, second.report_id]
    assert [each.report_version for each in newer.reports] == [1, 2, 1]
    assert newer.left_by(first.report_id).joined == (second,)
