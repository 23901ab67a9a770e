"""Each thing that can be lost, doubled or wrong is noticed by the invariant that forbids it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from settled_claim import (
    ANSWERS,
    CLAIM_ID,
    CLAIM_SETTLED,
    CONSUMER,
    DEAD_LETTER,
    DECIDED,
    DECISION,
    DECISIONS,
    FOUND,
    INSURED,
    JOURNAL,
    MESSAGES,
    ORDER,
    PAYMENTS,
    POISON,
    REPORT,
    REPORT_ID,
    SENT,
    SETTLED,
    SMS,
    record,
    settled,
    with_records,
    with_service,
)

from drill.checker.found import Found, Mail, Position
from drill.checker.invariants import Tables, a_replay_changed, violations
from drill.checker.sinks import amounts


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
        pytest.param("I5", replace(FOUND, short_messages=[SMS, SMS]), id="an SMS twice"),
        pytest.param(
            "I5",
            replace(FOUND, mails=[*FOUND.mails, Mail("other@example.org", "<x>", frozenset())]),
            id="a mail to somebody else",
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
    in_doubt = {**sms, "state": "in_doubt", "answers_lost": 1}
    found = replace(
        with_records(SETTLED, settled(email), settled(in_doubt, offset=1)),
        messages=[email, in_doubt],
        short_messages=[SMS] * got,
    )

    assert violations(JOURNAL, found) == []


def test_an_sms_in_doubt_is_settled_again_when_its_receipt_comes() -> None:
    email, sms = MESSAGES
    delivered = {**sms, "answers_lost": 1}
    told = (settled({**sms, "state": "in_doubt"}, event_id="doubted"), settled(sms, offset=1), settled(email, offset=2))
    found = replace(with_records(SETTLED, *told), messages=[email, delivered])

    assert violations(JOURNAL, found) == []


def test_a_message_about_an_older_decision_may_be_replaced() -> None:
    newer = {**DECISION, "claim_version": 2, "proof_sha256": "newer", "previous_proof_sha256": "proof"}
    replaced = [{**message, "message_id": f"old {message['channel']}", "state": "superseded"} for message in MESSAGES]
    messages = [*replaced, *({**message, "claim_version": 2} for message in MESSAGES)]
    found = replace(
        with_records(SETTLED, *(settled(message, offset=place) for place, message in enumerate(messages))),
        claims=[{**FOUND.claims[0], "claim_version": 2}],
        decisions=[DECISION, newer],
        messages=messages,
    )

    assert {one.invariant for one in violations(JOURNAL, found)} == {"I4"}, "the newer decision is not on the wire"


OTHER_ID = "00000000-0000-4000-8000-000000000007"
NEIGHBOUR = replace(INSURED, policy_number="810002-531-01", email="drill1@example.org", phone="31620000001")
OF_TWO = replace(JOURNAL, insured={**JOURNAL.insured, NEIGHBOUR.policy_number: NEIGHBOUR})
TO_THE_NEIGHBOUR = [mail._replace(recipient=NEIGHBOUR.email) for mail in FOUND.mails]


@pytest.mark.parametrize(
    ("invariants", "found"),
    [
        pytest.param(
            {"I2"},
            replace(
                FOUND,
                claims=[{**FOUND.claims[0], "policy_number": NEIGHBOUR.policy_number}],
                mails=TO_THE_NEIGHBOUR,
                short_messages=[SMS._replace(destination=NEIGHBOUR.phone)],
            ),
            id="a claim of another's policy, and all that follows from it",
        ),
        pytest.param(
            {"I2", "I4"},
            with_records(ANSWERS, record(ANSWERS, {"report_id": REPORT_ID, "claim_id": OTHER_ID}, event_id="answer")),
            id="an answer that names another claim",
        ),
        pytest.param({"I2"}, replace(FOUND, joined={"made up": CLAIM_ID}), id="a report that joined and nobody sent"),
        pytest.param(
            {"I4"},
            with_records(DECISIONS, record(DECISIONS, {**DECIDED, "deciding_ground": "x"}, event_id="decided")),
            id="another ground on the wire",
        ),
        pytest.param(
            {"I4"},
            with_records(
                DECISIONS,
                record(DECISIONS, DECIDED, event_id="decided"),
                record(DECISIONS, DECIDED, event_id="decided", offset=1, value_sha256="another"),
            ),
            id="two values under one id",
        ),
        pytest.param(
            {"I5"},
            replace(FOUND, mails=[FOUND.mails[0]._replace(message_id="<of somebody else>"), *FOUND.mails[1:]]),
            id="as many mails as are settled, one of them another's",
        ),
        pytest.param(
            {"I5"},
            replace(FOUND, mails=[FOUND.mails[0]._replace(cents=frozenset({1})), *FOUND.mails[1:]]),
            id="a mail that names another amount than was decided",
        ),
        pytest.param(
            {"I5"},
            replace(FOUND, mails=[FOUND.mails[0], FOUND.mails[1]._replace(cents=frozenset({1}))]),
            id="a mail that names another amount than is paid",
        ),
        pytest.param(
            {"I5"},
            replace(FOUND, short_messages=[SMS._replace(cents=frozenset({1}))]),
            id="an SMS that names another amount",
        ),
        pytest.param({"I5"}, replace(FOUND, short_messages=[SMS._replace(parts=2)]), id="half of an SMS"),
        pytest.param(
            {"I5"},
            replace(
                with_records(SETTLED, *(settled({**one, "state": "superseded"}) for one in MESSAGES)),
                messages=[{**message, "state": "superseded"} for message in MESSAGES],
                mails=FOUND.mails[1:],
                short_messages=[],
            ),
            id="messages about the newest decision that were replaced by nothing",
        ),
        pytest.param(
            {"I5"},
            replace(
                with_records(SETTLED, *map(settled, MESSAGES), settled({"message_id": "third", "state": "sent"})),
                messages=[*MESSAGES, {**MESSAGES[0], "message_id": "third", "claim_version": 2}],
                mails=[*FOUND.mails, FOUND.mails[0]._replace(message_id="<third@example.org>")],
            ),
            id="a message, settled and kept, about a decision that there is not",
        ),
        pytest.param(
            {"I5"},
            replace(
                with_records(
                    CLAIM_SETTLED,
                    *FOUND.of_topic(CLAIM_SETTLED),
                    record(CLAIM_SETTLED, {"request_id": OTHER_ID, "settlement": "sent"}, event_id="x"),
                ),
                requested=[*FOUND.requested, {**FOUND.requested[0], "request_id": OTHER_ID}],
                mails=[*FOUND.mails, FOUND.mails[1]._replace(message_id=f"<{OTHER_ID}@example.org>")],
            ),
            id="a customer is told of a payment that there is not",
        ),
        pytest.param({"I5"}, with_records(SETTLED, settled(MESSAGES[0])), id="a message of which no end was published"),
        pytest.param(
            {"I5"},
            with_records(SETTLED, *map(settled, MESSAGES), settled(MESSAGES[0], event_id="again", offset=2)),
            id="a mail that ended twice",
        ),
        pytest.param(
            {"I5"},
            with_records(SETTLED, settled({**MESSAGES[0], "state": "refused"}), settled(MESSAGES[1], offset=1)),
            id="a message that ended otherwise than was published",
        ),
        pytest.param(
            {"I7"},
            replace(FOUND, ends={**FOUND.ends, ("weather.rainfall-assessed.v1", 3): 1}),
            id="a partition that nobody ever consumed",
        ),
        pytest.param(
            {"I9"},
            with_records(
                DECISIONS,
                record(DECISIONS, DECIDED, event_id="decided"),
                record(DECISIONS, DECIDED, event_id="decided")._replace(partition=1),
            ),
            id="a claim in two partitions",
        ),
        pytest.param(
            {"I10"},
            replace(
                with_service(dead_letters=[DEAD_LETTER, {**DEAD_LETTER, "dead_letter_id": "x", "topic": SETTLED}]),
                records={
                    **FOUND.records,
                    **{
                        topic: [
                            *FOUND.of_topic(topic),
                            record(topic, {"dead_letter_id": "x"}, event_id=topic, offset=1),
                        ]
                        for topic in ("claims.report-rejected.v1", "claims.message-dead-lettered.v1")
                    },
                },
            ),
            id="a dead letter of a topic where no poison was sent",
        ),
        pytest.param(
            {"I11"},
            with_records(PAYMENTS, record(PAYMENTS, {**ORDER, "claim_version": 2}, event_id="ordered")),
            id="a payment of another decision on the wire",
        ),
    ],
)
def test_what_no_other_invariant_would_notice(invariants: set[str], found: Found) -> None:
    assert {violation.invariant for violation in violations(OF_TWO, found)} == invariants


@pytest.mark.parametrize(
    ("what", "after"),
    [
        ("mails", replace(FOUND, mails=[*FOUND.mails, FOUND.mails[0]])),
        ("SMS", replace(FOUND, short_messages=[SMS, SMS])),
        (
            DECISIONS,
            with_records(DECISIONS, *FOUND.of_topic(DECISIONS), record(DECISIONS, DECIDED, event_id="x", offset=1)),
        ),
    ],
)
def test_a_replay_that_sends_or_publishes_something_is_noticed(what: str, after: Found) -> None:
    (noticed,) = a_replay_changed(FOUND, after, tables=({}, {}))

    assert what in noticed


@pytest.mark.parametrize("tables", [{"claim": "other"}, {}, {"claim": "hash", "new": ""}])
def test_a_replay_that_changes_a_table_is_noticed(tables: Tables) -> None:
    assert len([*a_replay_changed(FOUND, FOUND, tables=({"claim": "hash"}, tables))]) == 1


def test_a_replay_that_changes_nothing_is_as_it_must_be() -> None:
    again = with_records(DECISIONS, *FOUND.of_topic(DECISIONS), *FOUND.of_topic(DECISIONS))

    assert [*a_replay_changed(FOUND, again, tables=({"claim": "hash"}, {"claim": "hash"}))] == []


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("Uw waterschade W3R1KS04ADT: wij betalen € 1.481,47", {148_147}),
        ("Your water damage: we transfer €1,288.41.", {128_841}),
        ("Kenmerk W3R1KS04ADT, 088 000 00 00", set()),
    ],
)
def test_amounts_are_read_in_both_languages(text: str, cents: set[int]) -> None:
    assert amounts(text) == cents


def test_a_report_of_which_the_answer_was_lost_may_have_a_claim_and_need_not() -> None:
    unanswered = replace(JOURNAL, sent=(replace(SENT, acknowledged=False, place=None), POISON))

    assert [one for one in violations(unanswered, FOUND) if one.invariant in {"I1", "I2"}] == []
    assert FOUND.claims[0]["claim_id"] == CLAIM_ID
    assert REPORT["report_id"] in unanswered.attempted
