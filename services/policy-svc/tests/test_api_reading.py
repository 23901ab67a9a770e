"""The API of a customer's insurances: every answer is as described."""

from __future__ import annotations

from pathlib import Path

import pytest
from policy_http import CUSTOMER, policies_answering
from stored_policies import period, store

from contracts.access import Role
from contracts.policy import PolicyKind
from devstack.api_fuzz import fuzz
from devstack.outside.issuer import Issuer

DESCRIPTION = Path(__file__).parents[3] / "contracts" / "generated" / "openapi" / "policy-svc.json"
READING = (
    "read_customer",
    "list_policies",
    "read_policy",
    "list_versions",
    "read_conditions",
    "list_declarations",
    "read_declaration",
    "read_access_records",
)
CAN_REFUSE_WHAT_IS_VALID = ("422",)
"""A day of another age, a moment in the future or before the first version: no schema can say so."""


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_answer_about_a_customer_s_insurances_is_as_described(database: str, issuer: Issuer) -> None:
    async with policies_answering(database, issuer) as policies:
        number = f"{CUSTOMER}-551-01"
        await store(policies.running.runtime, number, PolicyKind.PET, period(PolicyKind.PET, "2021-01-01"))
        await fuzz(
            DESCRIPTION,
            url=str(policies.client.base_url),
            token=policies.token_of(Role.CUSTOMER)["Authorization"].removeprefix("Bearer "),
            parameters={"path.relation_number": CUSTOMER, "path.policy_number": number},
            only=READING,
            can_refuse=CAN_REFUSE_WHAT_IS_VALID,
        )
