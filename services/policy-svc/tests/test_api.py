"""The API of everybody: every answer is as described."""

from __future__ import annotations

from pathlib import Path

import pytest
from policy_http import CUSTOMER, policies_answering
from quotes_asked import PET_QUOTE

from contracts.access import Role
from devstack.api_fuzz import fuzz
from devstack.outside.issuer import Issuer

DESCRIPTION = Path(__file__).parents[3] / "contracts" / "generated" / "openapi" / "policy-svc.json"
PUBLIC = ("read_products", "tell_reinstatement_value", "ask_quote", "read_quote", "apply", "apply_as_customer")
CAN_REFUSE_WHAT_IS_VALID = ("410", "422")
"""A home may not be accepted, covers may not go together, a day may have passed: no schema can say so."""


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_answer_about_products_and_quotes_is_as_described(database: str, issuer: Issuer) -> None:
    many = dict.fromkeys(("reads_a_minute", "quotes_a_minute", "applications_a_minute"), 100_000)
    async with policies_answering(database, issuer, **many) as policies:
        quote = await policies.post("/quotes", PET_QUOTE, role=None)
        await fuzz(
            DESCRIPTION,
            url=str(policies.client.base_url),
            token=policies.token_of(Role.CUSTOMER)["Authorization"].removeprefix("Bearer "),
            parameters={"path.quote_id": quote.json()["quote_id"], "path.relation_number": CUSTOMER},
            only=PUBLIC,
            can_refuse=CAN_REFUSE_WHAT_IS_VALID,
        )
