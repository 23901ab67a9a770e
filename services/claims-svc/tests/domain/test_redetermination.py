from __future__ import annotations

import pytest
from domain.loss_cases import CANNOT_BE_TOLD, DRY, HEAVY_RAIN, case, report, verdict_on

from claims_svc.domain.case import Case
from claims_svc.domain.redetermination import Change, compare
from contracts.loss_reports import DamageItem, DamageKind
from contracts.vocabulary import FactSource

COVERED, DENIED, REFERRED = case(rain=HEAVY_RAIN), case(rain=DRY), case(rain=CANNOT_BE_TOLD)
NO_RAIN_RECEIVED, POLICY_UNKNOWN = case(rain=None), case(policy=None, rain=None)
LESS_BORNE = case(deductible_used_before_cents=10_000)


def damaged(amount_cents: int, estimated_by: FactSource = FactSource.CUSTOMER) -> Case:
    item = DamageItem(kind=DamageKind.BUILDINGS, amount_cents=amount_cents, estimated_by=estimated_by)
    return case(report=report(damage=[item]))


@pytest.mark.parametrize(
    ("previous", "new", "change"),
    [
        (COVERED, COVERED, Change.SAME),
        (DENIED, COVERED, Change.IN_FAVOUR),
        (DENIED, REFERRED, Change.IN_FAVOUR),
        (REFERRED, COVERED, Change.IN_FAVOUR),
        (COVERED, DENIED, Change.AGAINST),
        (COVERED, REFERRED, Change.AGAINST),
        (REFERRED, DENIED, Change.AGAINST),
        (COVERED, LESS_BORNE, Change.IN_FAVOUR),
        (LESS_BORNE, COVERED, Change.AGAINST),
        (NO_RAIN_RECEIVED, REFERRED, Change.SAME),
        (POLICY_UNKNOWN, REFERRED, Change.IN_FAVOUR),
        (POLICY_UNKNOWN, DENIED, Change.AGAINST),
        (damaged(300_000), damaged(300_000, FactSource.HANDLER), Change.IN_FAVOUR),
        (damaged(200_000), damaged(300_000), Change.IN_FAVOUR),
        (damaged(300_000, FactSource.HANDLER), damaged(280_000, FactSource.HANDLER), Change.AGAINST),
        (damaged(10_000), damaged(20_000), Change.SAME),
    ],
)
def test_new_evidence_is_in_favour_of_the_customer_against_or_the_same(
    previous: Case, new: Case, change: Change
) -> None:
    assert compare(verdict_on(previous), verdict_on(new)) is change
