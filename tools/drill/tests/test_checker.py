"""Each thing that can be lost, doubled or wrong is noticed by the invariant that forbids it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from settled_claim import (
    CLAIM_ID,
    CONSUMER,
    DEAD_LETTER,
    DECIDED,
    DECISION,
    DECISIONS,
    FOUND,
    INSURED,
    JOURNAL,
    MESSAGES,
    POISON,
    REPORT,
    SENT,
    record,
    with_records,
    with_service,
)

from drill.checker.found import Found, Position
from drill.checker.invariants import violations


def test_a_claim_as_it_must_be_violates_nothing() -> None:
    assert violations(JOURNAL, FOUND) == []


@pytest.mark.parametrize(
    ("invariant", "found"),
    [
        pytest.param("I1", replace(FOUND, claims=[]), id="an accepted report without a claim"),
        pytest.param("I2", replace(FOUND, claims=[*FOUND.claims, *FOUND.claims]), id="a second claim for one loss"),
        pytest.param("I2", with_records("claims.report-received.v1"), id="a report without an answer"),
        pytest.param(
            "I2",
            replace(FOUND, claims=[{**FOUND.claims[0], "report_id": "made up"}]),
            id="a claim from a report that nobody sent",
        ),
        pytest.param("I3", replace(FOUND, decisions=[]), id="a claim without a decision"),
        pytest.param(
            "I3",
            replace(FOUND, claims=[{**FOUND.claims[0], "state": "waiting_for_rainfall", "claim_version": 0}]),
            id="a claim that does not know its decision",
        ),
        pytest.param("I4", with_records(DECISIONS), id="a decision that was never published"),
        pytest.param(
            "I4",
            with_records(
                DECISIONS,
                record(DECISIONS, DECIDED, event_id="decided"),
                record(DECISIONS, DECIDED, event_id="decided again", offset=1),
            ),
            id="a decision under two ids",
        ),
        pytest.param(
            "I4",
            with_records(
                DECISIONS,
                record(DECISIONS, DECIDED, event_id="decided"),
                record(DECISIONS, {**DECIDED, "claim_id": "never stored"}, event_id="other", offset=1),
            ),
            id="a decision on the wire alone",
        ),
        pytest.param(
            "I4",
            with_records(DECISIONS, record(DECISIONS, {**DECIDED, "money": {"payable_cents": 1}}, event_id="decided")),
            id="another amount on the wire",
        ),
        pytest.param("I5", replace(FOUND, messages=MESSAGES[:1]), id="a decision without an SMS"),
        pytest.param("I5", replace(FOUND, mails=FOUND.mails[:1]), id="a mail that is settled and was never sent"),
        pytest.param("I5", replace(FOUND, mails=[*FOUND.mails, FOUND.mails[0]]), id="a mail twice, no answer lost"),
        pytest.param("I5", replace(FOUND, short_messages=[(INSURED.phone, 1)] * 2), id="an SMS twice"),
        pytest.param(
            "I5", replace(FOUND, mails=[*FOUND.mails, ("other@example.org", "<x>")]), id="a mail to somebody else"
        ),
        pytest.param("I5", replace(FOUND, requested=[]), id="a payment that the customer is not told of"),
        pytest.param(
            "I6", replace(FOUND, decisions=[{**DECISION, "payable_cents": 90_000}]), id="the minimum is forgotten"
        ),
        pytest.param("I7", with_service(outbox=1), id="an event that waits"),
        pytest.param("I7", with_service(positions=[Position(CONSUMER, 0, 1)]), id="a record that was not consumed"),
        pytest.param("I8", with_service(inbox={}), id="an event without a trace in the inbox"),
        pytest.param(
            "I9", replace(FOUND, decisions=[{**DECISION, "previous_proof_sha256": "another"}]), id="a broken chain"
        ),
        pytest.param("I10", with_service(dead_letters=[]), id="poison that was swallowed"),
        pytest.param(
            "I10", with_service(dead_letters=[{**DEAD_LETTER, "reason": " "}]), id="a dead letter without a reason"
        ),
        pytest.param(
            "I10", with_service(dead_letters=[DEAD_LETTER, {**DEAD_LETTER, "record_offset": 0}]), id="a sound one too"
        ),
        pytest.param("I11", replace(FOUND, payments=[]), id="a payment that was never ordered"),
        pytest.param("I11", replace(FOUND, payments=[*FOUND.payments, *FOUND.payments]), id="a payment twice"),
    ],
)
def test_each_invariant_is_violated_by_what_it_forbids(invariant: str, found: Found) -> None:
    assert invariant in {violation.invariant for violation in violations(JOURNAL, found)}


def test_a_mail_may_come_again_after_a_lost_answer() -> None:
    lost = [{**message, "answers_lost": 1} for message in MESSAGES]
    found = replace(FOUND, messages=lost, mails=[*FOUND.mails, FOUND.mails[0]])

    assert violations(JOURNAL, found) == []


@pytest.mark.parametrize("got", [0, 1])
def test_an_sms_in_doubt_may_be_missing_or_there(got: int) -> None:
    email, sms = MESSAGES
    found = replace(FOUND, messages=[email, {**sms, "state": "in_doubt"}], short_messages=[(INSURED.phone, 1)] * got)

    assert violations(JOURNAL, found) == []


def test_a_report_of_which_the_answer_was_lost_may_have_a_claim_and_need_not() -> None:
    unanswered = replace(JOURNAL, sent=(replace(SENT, acknowledged=False, place=None), POISON))

    assert [one for one in violations(unanswered, FOUND) if one.invariant in {"I1", "I2"}] == []
    assert FOUND.claims[0]["claim_id"] == CLAIM_ID
    assert REPORT["report_id"] in unanswered.attempted
