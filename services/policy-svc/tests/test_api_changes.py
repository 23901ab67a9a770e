"""Changes by HTTP, tried by their description."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from httpx import Response
from policy_http import CUSTOMER, Policies
from stored_policies import period, store
from tried_operations import DESCRIPTION, MISSED, OF_CONTACT_CHANGES, OF_POLICY_CHANGES

from contracts.access import Role
from contracts.policy import PolicyKind
from devstack.api_fuzz import fuzz

CAN_REFUSE_WHAT_IS_VALID = ("410", "422")
"""A preview that has expired; a home, a cover or a day that the rules refuse."""
HOME_POLICY = "123456-531-04"


@pytest.fixture
async def with_home(policies: Policies) -> Policies:
    """The service with the insurance of a home."""
    await store(policies.running.runtime, HOME_POLICY, PolicyKind.BUILDINGS, period(PolicyKind.BUILDINGS, "2019-04-01"))
    return policies


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_answer_about_changes_is_as_described(with_home: Policies) -> None:
    deductible = {"kind": "deductible", "deductible_cents": 25_000}
    shown = await with_home.post(f"/customers/{CUSTOMER}/policies/{HOME_POLICY}/change-previews", deductible)

    await tried(with_home, shown, OF_POLICY_CHANGES)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_answer_about_personal_data_is_as_described(with_home: Policies) -> None:
    shown = await with_home.post(f"/customers/{CUSTOMER}/personal-data-previews", {"mobile_phone": "+31612349999"})

    await tried(with_home, shown, OF_CONTACT_CHANGES)


async def tried(policies: Policies, shown: Response, operations: Sequence[str]) -> None:
    assert shown.status_code == 201, shown.text
    report = await fuzz(
        DESCRIPTION,
        url=str(policies.client.base_url),
        token=policies.token_of(Role.CUSTOMER)["Authorization"].removeprefix("Bearer "),
        parameters={
            "path.relation_number": CUSTOMER,
            "path.policy_number": HOME_POLICY,
            "path.preview_id": shown.json()["preview_id"],
        },
        only=operations,
        can_refuse=CAN_REFUSE_WHAT_IS_VALID,
    )
    assert MISSED not in report, report
