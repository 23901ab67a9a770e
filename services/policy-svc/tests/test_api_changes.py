"""Changes by HTTP, tried by their description."""

from __future__ import annotations

from pathlib import Path

import pytest
from policy_http import CUSTOMER, Policies
from stored_policies import period, store

from contracts.access import CHANGE_CUSTOMER, CHANGE_POLICIES, Role
from contracts.policy import PolicyKind
from devstack.api_fuzz import fuzz

DESCRIPTION = Path(__file__).parents[3] / "contracts" / "generated" / "openapi" / "policy-svc.json"
CAN_REFUSE_WHAT_IS_VALID = ("410", "422")
"""A preview that has expired; a home, a cover or a day that the rules refuse."""
HOME_POLICY = "123456-531-04"


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_answer_about_changes_is_as_described(policies: Policies) -> None:
    await store(policies.running.runtime, HOME_POLICY, PolicyKind.BUILDINGS, period(PolicyKind.BUILDINGS, "2019-04-01"))
    deductible = {"kind": "deductible", "deductible_cents": 25_000}
    shown = await policies.post(f"/customers/{CUSTOMER}/policies/{HOME_POLICY}/change-previews", deductible)
    api = policies.running.service.api
    assert api is not None

    await fuzz(
        DESCRIPTION,
        url=str(policies.client.base_url),
        token=policies.token_of(Role.CUSTOMER)["Authorization"].removeprefix("Bearer "),
        parameters={
            "path.relation_number": CUSTOMER,
            "path.policy_number": HOME_POLICY,
            "path.preview_id": shown.json()["preview_id"],
        },
        only=[route.function.__name__ for route in api.routes if route.operation in {CHANGE_POLICIES, CHANGE_CUSTOMER}],
        can_refuse=CAN_REFUSE_WHAT_IS_VALID,
    )
