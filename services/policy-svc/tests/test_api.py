"""The API of everybody: every answer is as described."""

from __future__ import annotations

import json

import pytest
from policy_http import CUSTOMER, policies_answering
from quotes_asked import PET_QUOTE
from tried_operations import ALL, BY_EVERYBODY, BY_OPERATORS, DESCRIPTION

from contracts.access import Role
from devstack.api_fuzz import fuzz
from devstack.outside.issuer import Issuer

CAN_REFUSE_WHAT_IS_VALID = ("410", "422")
"""A home may not be accepted, covers may not go together, a day may have passed: no schema can say so."""


def test_no_operation_is_left_untried() -> None:
    paths = json.loads(DESCRIPTION.read_text())["paths"].values()

    assert sorted(ALL) == sorted(operation["operationId"] for path in paths for operation in path.values())


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_answer_about_products_and_quotes_is_as_described(database: str, issuer: Issuer) -> None:
    many = dict.fromkeys(("reads_a_minute", "quotes_a_minute", "applications_a_minute"), 100_000)
    async with policies_answering(database, issuer, **many) as policies:
        quote_id = (await policies.post("/quotes", PET_QUOTE, role=None)).json()["quote_id"]
        await fuzz(
            DESCRIPTION,
            url=str(policies.client.base_url),
            token=policies.token_of(Role.CUSTOMER)["Authorization"].removeprefix("Bearer "),
            parameters={
                "path.quote_id": quote_id,
                "body.quote_id": quote_id,
                "path.relation_number": CUSTOMER,
                "path.version": "pet-2026.1",
            },
            only=BY_EVERYBODY,
            can_refuse=CAN_REFUSE_WHAT_IS_VALID,
        )


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_answer_to_operators_is_as_described(database: str, issuer: Issuer) -> None:
    async with policies_answering(database, issuer) as policies:
        await fuzz(
            DESCRIPTION,
            url=str(policies.client.base_url),
            token=policies.token_of(Role.OPERATOR)["Authorization"].removeprefix("Bearer "),
            parameters={},
            only=BY_OPERATORS,
        )
