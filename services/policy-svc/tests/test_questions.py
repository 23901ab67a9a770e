"""Customers ask in words of their own, people answer once, and who asked is told and reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from policy_http import CUSTOMER, Policies, policies_answering
from stored_policies import period, store
from tried_operations import BY_HANDLERS, DESCRIPTION, MISSED, OF_QUESTIONS

from contracts.access import Role
from contracts.message_requests import CustomerMessageRequested, Occasion
from contracts.policy import PolicyKind
from devstack.api_fuzz import fuzz
from devstack.outside.issuer import Issuer
from policy_svc.domain.questions import MOST_WAITING

PATH = f"/customers/{CUSTOMER}/questions"
CAN_REFUSE_WHAT_IS_VALID = ("409", "422", "429")
"""Control characters; a question that is answered; too many: no schema says so."""


@pytest.fixture
async def policies(database: str, issuer: Issuer) -> AsyncIterator[Policies]:
    """policy-svc with one customer, who may ask twice a minute."""
    async with policies_answering(database, issuer, questions_a_minute=2) as answering:
        terms = period(PolicyKind.BUILDINGS, "2019-04-01")
        await store(answering.running.runtime, f"{CUSTOMER}-531-04", PolicyKind.BUILDINGS, terms)
        await answering.running.published()
        yield answering


async def asked(policies: Policies, text: str = "Is mijn schuur verzekerd?") -> str:
    answer = await policies.post(PATH, {"question": text})
    assert answer.status_code == HTTPStatus.CREATED, answer.text
    return str(answer.json()["question_id"])


async def test_a_question_is_answered_once_and_its_customer_is_told(policies: Policies) -> None:
    question = await asked(policies, "  Is mijn schuur\nverzekerd? ")
    (waiting,) = (await policies.get("/questions", role=Role.CLAIMS_HANDLER)).json()["items"]
    assert (waiting["question_id"], waiting["relation_number"]) == (question, CUSTOMER)
    assert "question" not in waiting
    assert await policies.running.published() == []

    read = (await policies.get(f"/questions/{question}", role=Role.CLAIMS_HANDLER)).json()
    assert (read["question"], read["answer"], read["language"]) == ("Is mijn schuur\nverzekerd?", None, "nl")
    path = f"/questions/{question}/answer"
    first = await policies.post(path, {"answer": "Ja, die hoort erbij."}, role=Role.CLAIMS_HANDLER)
    second = await policies.post(path, {"answer": "Nee."}, role=Role.SENIOR_HANDLER)

    assert (first.status_code, second.status_code) == (HTTPStatus.OK, HTTPStatus.CONFLICT)
    assert second.json()["type"] == "/problems/question-answered"
    (told,) = await policies.running.published()
    assert isinstance(told, CustomerMessageRequested)
    assert (told.occasion, told.relation_number) == (Occasion.QUESTION_ANSWERED, CUSTOMER)
    (mine,) = (await policies.get(PATH)).json()["items"]
    assert mine["answer"] == "Ja, die hoort erbij."
    assert (await policies.get("/questions", role=Role.CLAIMS_HANDLER)).json()["items"] == []


async def test_who_has_waited_longest_comes_first_page_by_page(policies: Policies) -> None:
    names = []
    for _ in range(3):
        names.append(await asked(policies))
        policies.clock.at += timedelta(minutes=2)
    first = (await policies.get("/questions", {"limit": "2"}, role=Role.CLAIMS_HANDLER)).json()
    rest = (
        await policies.get("/questions", {"limit": "2", "cursor": first["next_cursor"]}, role=Role.CLAIMS_HANDLER)
    ).json()
    assert [one["question_id"] for one in (*first["items"], *rest["items"])] == names
    assert [one["question_id"] for one in (await policies.get(PATH)).json()["items"]] == names[::-1]


async def test_who_asks_too_much_waits_a_minute_and_then_for_answers(policies: Policies) -> None:
    await asked(policies)
    question = await asked(policies)
    refused = await policies.post(PATH, {"question": "Nog een?"})
    assert (refused.status_code, refused.headers["retry-after"]) == (HTTPStatus.TOO_MANY_REQUESTS, "60")
    for _ in range(2, MOST_WAITING):
        policies.clock.at += timedelta(minutes=1)
        await asked(policies)
    policies.clock.at += timedelta(minutes=1)
    assert (await policies.post(PATH, {"question": "Nog een?"})).status_code == HTTPStatus.TOO_MANY_REQUESTS
    await policies.post(f"/questions/{question}/answer", {"answer": "Ja."}, role=Role.CLAIMS_HANDLER)
    await asked(policies)


async def test_sent_twice_a_question_is_asked_once(policies: Policies) -> None:
    key = str(uuid4())
    answers = [await policies.post(PATH, {"question": "Ja?"}, key=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert await policies.running.pool.fetchval("SELECT count(*) FROM question") == 1


@pytest.mark.parametrize("text", ["", "   ", "a\x1bb", "x" * 4_001])
async def test_what_nobody_can_read_is_refused(policies: Policies, text: str) -> None:
    assert (await policies.post(PATH, {"question": text})).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_questions_of_others_are_not_there(policies: Policies) -> None:
    await asked(policies)
    for role, status in ((Role.CUSTOMER, HTTPStatus.FORBIDDEN), (Role.OPERATOR, HTTPStatus.FORBIDDEN)):
        assert (await policies.get("/questions", role=role)).status_code == status
    assert (await policies.get(PATH, relation_number="654321")).status_code in {403, 404}
    assert (await policies.get(f"/questions/{uuid4()}", role=Role.CLAIMS_HANDLER)).status_code == HTTPStatus.NOT_FOUND
    answer = await policies.post(f"/questions/{uuid4()}/answer", {"answer": "Ja."}, role=Role.CLAIMS_HANDLER)
    assert answer.status_code == HTTPStatus.NOT_FOUND


async def test_who_read_and_answered_it_is_on_record(policies: Policies) -> None:
    question = await asked(policies)
    await policies.get(f"/questions/{question}", role=Role.CLAIMS_HANDLER)
    await policies.post(f"/questions/{question}/answer", {"answer": "Ja."}, role=Role.CLAIMS_HANDLER)
    records = (await policies.get(f"/customers/{CUSTOMER}/access-records")).json()["items"]
    assert [(one["who"], one["operation"]) for one in records] == [
        ("claims-handler", "questions.answer"),
        ("claims-handler", "questions.read"),
        ("customer", "questions.ask"),
    ]
    assert all(one["details"]["question"] == question for one in records)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("role", "operations"), [(Role.CUSTOMER, OF_QUESTIONS), (Role.CLAIMS_HANDLER, BY_HANDLERS)])
async def test_every_answer_about_questions_is_as_described(
    policies: Policies, role: Role, operations: tuple[str, ...]
) -> None:
    report = await fuzz(
        DESCRIPTION,
        url=str(policies.client.base_url),
        token=policies.token_of(role)["Authorization"].removeprefix("Bearer "),
        parameters={"path.relation_number": CUSTOMER, "path.question_id": await asked(policies)},
        only=operations,
        can_refuse=CAN_REFUSE_WHAT_IS_VALID,
    )
    assert MISSED not in report, report
