"""Every answer of the API is as its description says, to customers and to those who work at claims."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from claim_events import YES, policy, rainfall_answer, report
from claims_http import COLLEAGUE, CUSTOMER, ClaimsDesk, claims_answering

from contracts.access import Operation, Role
from contracts.loss_reports import LossFacts
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
        references, proposal_id = await claims_of_three_kinds(desk)
        await fuzz(
            DESCRIPTION,
            only=[route.function.__name__ for route in api.routes if _is_tried_by(role, route.operation)],
            url=str(desk.client.base_url),
            token=desk.token_of(role)["Authorization"].removeprefix("Bearer "),
            parameters={
                "path.reference": references,
                "path.relation_number": CUSTOMER,
                "path.proposal_id": proposal_id,
            },
            can_refuse=CAN_REFUSE_WHAT_IS_VALID,
        )


async def claims_of_three_kinds(desk: ClaimsDesk) -> tuple[Sequence[str], str]:
    """Return a claim that waits, one that is decided and one at the desk, and what is proposed about the last."""
    by_storm = LossFacts(storm_caused_damage=YES)
    numbers = [f"123456-531-0{number}" for number in (4, 5, 6)]
    await desk.driver.policy(*(policy(policy_number=number) for number in numbers))
    references = []
    for number, facts in zip(numbers, (None, None, by_storm), strict=True):
        told = report(policy_number=number) if facts is None else report(policy_number=number, facts=facts)
        await desk.driver.report(told)
        references.append(await desk.reference())
    (decided,) = await desk.driver.rows("SELECT claim_id FROM claim WHERE claim_reference = $1", references[1])
    await desk.driver.rain(rainfall_answer(decided["claim_id"], tenths_mm=402))
    for reference in references[1:]:
        path = f"/customers/{CUSTOMER}/claims/{reference}/reviews"
        assert (await desk.post(path, {"reason": "I disagree"})).status_code == 201
    denial = {"route": "storm", "outcome": "denied", "reason": "There was no wind"}
    body = {"claim_version": 1, "rulings": [denial]}
    path = f"/desk/claims/{references[2]}/rulings"
    proposed = await desk.post(path, body, role=Role.CLAIMS_HANDLER, subject=COLLEAGUE)
    states = [row["state"] for row in await desk.driver.rows("SELECT state FROM claim ORDER BY opened_at, claim_id")]
    assert states == ["waiting_for_rainfall", "decided", "referred"]
    return references, str(proposed.json()["proposal_id"])


def _is_tried_by(role: Role, operation: Operation) -> bool:
    """Return whether `role` tries it: the first of those who may."""
    order = [Role.CUSTOMER, Role.SENIOR_HANDLER, Role.OPERATOR]
    return next((each for each in order if each in operation.grants), None) is role
