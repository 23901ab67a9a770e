"""Operators see which messages there are about a claim and where each stands: no address, no text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from claim_requests import about_claim
from decisions import EMAIL, NAME, contact, denied
from httpx import AsyncClient, Response
from notify_desk import TRACE, Desk
from uuid_utils.compat import uuid7

from chassis.http.openapi import description_of
from chassis.testing import access_trials
from contracts.access import NOTIFY, Role
from contracts.claim_messages import ClaimOccasion
from devstack.api_fuzz import fuzz
from devstack.outside.issuer import Issuer
from notify_svc.settings import Settings

DESCRIPTION = Path(__file__).parents[3] / "contracts" / "generated" / "openapi" / "notify-svc.json"
SCOPES = sorted({operation.scope for operation in NOTIFY if not operation.is_public})


@pytest.fixture
def settings(settings: Settings, issuer: Issuer) -> Settings:
    return settings.model_copy(update={"api_issuer": issuer.name, "api_jwks_url": issuer.jwks_url})


@dataclass
class Console:
    """An operator before notify-svc."""

    desk: Desk
    client: AsyncClient
    issuer: Issuer

    async def messages(self, claim_id: UUID) -> Response:
        return await self.client.get(
            "/operations/messages", params={"claim_id": str(claim_id)}, headers=self.token_of(Role.OPERATOR)
        )

    def token_of(self, role: Role | None) -> dict[str, str]:
        if role is None:
            return {}
        return {"Authorization": f"Bearer {self.issuer.token(audience='notify-svc', role=role, scopes=SCOPES)}"}


@pytest.fixture
async def console(desk: Desk, issuer: Issuer) -> AsyncIterator[Console]:
    async with desk.harness.answering() as url, AsyncClient(base_url=url, trust_env=False) as client:
        yield Console(desk, client, issuer)


async def test_what_is_said_about_a_claim_is_listed_with_its_states_and_nothing_of_whom(console: Console) -> None:
    decided = denied()
    asked = about_claim(ClaimOccasion.QUESTIONS_ASKED)
    await console.desk.decide(decided)
    await console.desk.ask_about_claims(asked)

    of_decision, of_questions = await console.messages(decided.claim_id), await console.messages(asked.claim_id)

    messages: list[dict[str, Any]] = of_decision.json()["messages"]
    assert {(each["occasion"], each["channel"], each["state"]) for each in messages} == {
        ("decision", "email", "awaiting_contact"),
        ("decision", "sms", "awaiting_contact"),
    }
    assert {each["claim_version"] for each in messages} == {decided.claim_version}
    assert {each["trace_id"] for each in messages} == {TRACE[3:35]}
    (question,) = of_questions.json()["messages"]
    assert (question["message_id"], question["occasion"]) == (str(asked.request_id), asked.occasion.value)
    assert (question["state"], question["settled_at"]) == ("due", None)
    assert question["due_at"] is not None

    await console.desk.know(contact())
    told = await console.messages(decided.claim_id)
    assert {each["state"] for each in told.json()["messages"]} <= {"due", "sending"}
    assert not {EMAIL, NAME} & set(told.text.split('"'))
    assert (await console.messages(uuid7())).json() == {"messages": []}


async def test_a_letter_in_the_place_of_a_mail_is_listed_beside_it(console: Console) -> None:
    asked, other = about_claim(ClaimOccasion.QUESTIONS_ASKED), about_claim(ClaimOccasion.REPAIR_OFFERED)
    await console.desk.know(contact(email=None))
    await console.desk.ask_about_claims(asked, other)
    await console.desk.send_requests_until("no_address", "no_address")

    messages: list[dict[str, Any]] = (await console.messages(asked.claim_id)).json()["messages"]

    assert [(each["occasion"], each["channel"], each["state"]) for each in messages] == [
        ("questions_asked", "email", "no_address"),
        ("questions_asked", "post", "to_be_posted"),
    ]
    assert (messages[1]["attempts"], messages[1]["due_at"]) == (0, None)
    assert messages[1]["trace_id"] == messages[0]["trace_id"]


async def test_each_role_gets_what_the_access_matrix_grants(console: Console) -> None:
    door = console.desk.harness.service.door
    assert door is not None
    paths = description_of(door)["paths"]
    trials = access_trials(door)
    assert {trial.route.operation for trial in trials} == set(NOTIFY)
    for trial in trials:
        described = paths[trial.route.path][trial.route.method.lower()]
        parameters = described.get("parameters", ())
        body = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        answer = await console.client.request(
            trial.route.method,
            trial.route.path.format(dead_letter_id=uuid7(), secret="unknown"),
            params={each["name"]: each["example"] for each in parameters if each["in"] == "query" and each["required"]},
            headers=console.token_of(trial.role),
            json=body,
        )
        missing = HTTPStatus.NOT_FOUND if "{" in trial.route.path else HTTPStatus.OK
        assert answer.status_code == (trial.refusal or missing), trial


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_answer_is_as_described(console: Console) -> None:
    await fuzz(
        DESCRIPTION,
        url=str(console.client.base_url),
        token=console.token_of(Role.OPERATOR)["Authorization"].removeprefix("Bearer "),
        parameters={},
    )
