"""What one person may let be paid alone is a setting, checked when the service starts."""

from __future__ import annotations

from typing import Any

import pytest
from claim_events import YES, policy, report
from claims_http import HANDLER, claims_answering
from pydantic import ValidationError

from claims_svc.settings import Settings
from contracts.access import Role
from contracts.loss_reports import LossFacts
from devstack.outside.issuer import Issuer

REASON = "Visited on 3 August"


def settings(**limits: Any) -> Settings:  # noqa: ANN401 - any setting
    return Settings(
        kafka_bootstrap_servers="unused.invalid:9092", database_url="postgresql://unused.invalid/x", **limits
    )


def test_a_senior_handler_may_never_let_less_be_paid_than_any_other() -> None:
    assert (settings().handler_limit_cents, settings().senior_limit_cents) == (500_000, 2_500_000)
    with pytest.raises(ValidationError, match="SENIOR_LIMIT_CENTS"):
        settings(handler_limit_cents=300_000, senior_limit_cents=299_999)
    with pytest.raises(ValidationError, match="handler_limit_cents"):
        settings(handler_limit_cents=-1)


@pytest.mark.parametrize(
    ("role", "alone"), [(Role.CLAIMS_HANDLER, (100_000, 100_001)), (Role.SENIOR_HANDLER, (200_000, 200_001))]
)
async def test_who_assesses_more_than_the_limit_of_their_role_needs_a_second_person(
    database: str, issuer: Issuer, role: Role, alone: tuple[int, int]
) -> None:
    limits = {"handler_limit_cents": 100_000, "senior_limit_cents": 200_000}
    async with claims_answering(database, issuer, **limits) as desk:
        await desk.driver.policy(policy())
        await desk.driver.report(report(facts=LossFacts(storm_caused_damage=YES), damage_cents=50_000))
        path = f"/desk/claims/{await desk.reference()}"
        for cents in alone:
            body = {"damage": [{"kind": "buildings", "amount_cents": cents}], "reason": REASON}
            assessed = await desk.post(f"{path}/assessments", body, role=role, subject=HANDLER)
            assert assessed.status_code == 204, assessed.text
        (waiting,) = (await desk.get(path, role=role)).json()["proposals"]
        assert (waiting["more_cents"], waiting["state"]) == (alone[1], "open")
