"""Every answer of the API is as its description says, to customers and to those who work at claims."""

from __future__ import annotations

from pathlib import Path

import pytest
from claim_events import policy, report
from claims_http import CUSTOMER, claims_answering

from contracts.access import Operation, Role
from devstack.api_fuzz import fuzz
from devstack.outside.issuer import Issuer

DESCRIPTION = Path(__file__).parents[3] / "contracts" / "generated" / "openapi" / "claims-svc.json"
CAN_REFUSE_WHAT_IS_VALID = ("409", "422")
"""A question may have been answered, a loss may lie after its report: no schema can say so."""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.SENIOR_HANDLER, Role.OPERATOR])
async def test_every_answer_is_as_described(database: str, issuer: Issuer, role: Role, tmp_path: Path) -> None:
    async with claims_answering(database, issuer, file_store=f"file://{tmp_path}/files") as desk:
        api = desk.driver.harness.service.door
        assert api is not None
        await desk.driver.policy(policy())
        await desk.driver.report(report())
        await fuzz(
            DESCRIPTION,
            only=[route.function.__name__ for route in api.routes if _is_tried_by(role, route.operation)],
            url=str(desk.client.base_url),
            token=desk.token_of(role)["Authorization"].removeprefix("Bearer "),
            parameters={"path.reference": await desk.reference(), "path.relation_number": CUSTOMER},
            can_refuse=CAN_REFUSE_WHAT_IS_VALID,
        )


def _is_tried_by(role: Role, operation: Operation) -> bool:
    """Return whether `role` tries it: the first of those who may."""
    order = [Role.CUSTOMER, Role.SENIOR_HANDLER, Role.OPERATOR]
    return next((each for each in order if each in operation.grants), None) is role
