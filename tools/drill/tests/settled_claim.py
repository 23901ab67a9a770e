"""One claim that was reported, decided, paid and told as it must be: tests break one thing of it each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from drill.checker.databases import number_of
from drill.checker.found import Found, Mail, OfService, Position, Record, ShortMessage
from drill.checker.journal import Insured, Journal, Sent

REPORT_ID, EVENT_ID, CLAIM_ID, PAYMENT_ID = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(1, 5))
DEAD_LETTER_ID = "00000000-0000-4000-8000-000000000009"
POLICY = "810001-531-01"
REPORTS, DECISIONS = "claims.loss-reported.v1", "claims.decision-made.v1"
ANSWERS, PAYMENTS = "claims.report-received.v1", "claims.payment-ordered.v1"
CONSUMER = f"claims-svc.{REPORTS}"
REPORT: dict[str, Any] = {
    "report_id": REPORT_ID,
    "policy_number": POLICY,
    "loss": {"from_at": "2021-07-13T20:10:00+00:00", "until_at": "2021-07-13T20:10:00+00:00"},
    "facts": {
        "precipitation_left_its_course": {"value": "true"},
        "came_through_open_window_or_door": {"value": "false"},
    },
    "damage": [{"kind": "buildings", "amount_cents": 90_000}],
}
WET = {f"2021-07-13T{hour:02}:00:00+00:00": 45 for hour in range(9, 19)}
INSURED = Insured(
    policy_number=POLICY, weather="wet", deductible_cents=0, email="drill0@example.org", phone="31620000000"
)
SENT = Sent(role="report", event_id=EVENT_ID, report=REPORT, value_sha256="a", acknowledged=True, place=(0, 0))
POISON = Sent(role="poison", event_id="poison", report=None, value_sha256="b", acknowledged=True, place=(0, 1))
JOURNAL = Journal(rain={"wet": WET}, insured={POLICY: INSURED}, sent=(SENT, POISON))


def record(topic: str, event: Any, *, event_id: str, offset: int = 0, value_sha256: str = "") -> Record:  # noqa: ANN401
    return Record(topic, 0, offset, "/drill", event_id, value_sha256, event)


DECISION = {
    "claim_id": CLAIM_ID,
    "claim_version": 1,
    "outcome": "covered",
    "deciding_ground": "heavy_local_precipitation",
    "payable_cents": 65_000,
    "proof_sha256": "proof",
    "previous_proof_sha256": None,
}
DECIDED = {
    "claim_id": CLAIM_ID,
    "claim_version": 1,
    "outcome": "covered",
    "deciding_ground": "heavy_local_precipitation",
    "money": {"payable_cents": 65_000},
    "proof_sha256": "proof",
}
DEAD_LETTER = {
    "dead_letter_id": DEAD_LETTER_ID,
    "consumer": CONSUMER,
    "topic": REPORTS,
    "partition": 0,
    "record_offset": 1,
    "reason_code": "not-json",
    "reason": "the value is no JSON",
}
MESSAGES: list[dict[str, Any]] = [
    {
        "message_id": channel,
        "claim_id": CLAIM_ID,
        "claim_version": 1,
        "channel": channel,
        "state": "sent",
        "answers_lost": 0,
    }
    for channel in ("email", "sms")
]
DECISION_MAIL, PAYMENT_MAIL = (
    Mail(INSURED.email, f"<{name}@example.org>", frozenset({65_000})) for name in ("email", PAYMENT_ID)
)
SMS = ShortMessage(INSURED.phone, 1, 1, frozenset({65_000}))
ORDER = {"payment_id": PAYMENT_ID, "claim_id": CLAIM_ID, "claim_version": 1, "amount_cents": 65_000}
SETTLED, CLAIM_SETTLED = "notify.message-settled.v1", "notify.claim-message-settled.v1"


def settled(message: Mapping[str, Any], *, offset: int = 0, event_id: str = "") -> Record:
    event = {"message_id": message["message_id"], "settlement": message["state"]}
    return record(SETTLED, event, event_id=event_id or f"{message['message_id']} settled", offset=offset)


FOUND = Found(
    claims=[
        {
            "claim_id": CLAIM_ID,
            "report_id": REPORT_ID,
            "policy_number": POLICY,
            "state": "decided",
            "claim_version": 1,
        }
    ],
    decisions=[DECISION],
    payments=[ORDER],
    messages=MESSAGES,
    requested=[
        {"request_id": PAYMENT_ID, "claim_id": CLAIM_ID, "channel": "email", "state": "sent", "answers_lost": 0}
    ],
    services={
        "claims-svc": OfService(
            dead_letters=[DEAD_LETTER],
            positions=[Position(CONSUMER, 0, 2)],
            inbox={CONSUMER: frozenset({(number_of("/drill"), EVENT_ID)})},
        )
    },
    records={
        REPORTS: [
            record(REPORTS, REPORT, event_id=EVENT_ID, value_sha256="a"),
            record(REPORTS, None, event_id="poison", offset=1, value_sha256="b"),
        ],
        ANSWERS: [record(ANSWERS, {"report_id": REPORT_ID, "claim_id": CLAIM_ID}, event_id="answer")],
        "claims.report-rejected.v1": [
            record("claims.report-rejected.v1", {"dead_letter_id": DEAD_LETTER_ID}, event_id="rejected")
        ],
        "claims.message-dead-lettered.v1": [
            record("claims.message-dead-lettered.v1", {"dead_letter_id": DEAD_LETTER_ID}, event_id="told")
        ],
        DECISIONS: [record(DECISIONS, DECIDED, event_id="decided")],
        PAYMENTS: [record(PAYMENTS, ORDER, event_id="ordered")],
        SETTLED: [settled(message) for message in MESSAGES],
        CLAIM_SETTLED: [
            record(CLAIM_SETTLED, {"request_id": PAYMENT_ID, "settlement": "sent"}, event_id="payment settled")
        ],
    },
    ends={(REPORTS, 0): 2},
    mails=[DECISION_MAIL, PAYMENT_MAIL],
    short_messages=[SMS],
)


def with_service(**changes: Any) -> Found:  # noqa: ANN401
    return replace(FOUND, services={"claims-svc": replace(FOUND.services["claims-svc"], **changes)})


def with_records(topic: str, *records: Record) -> Found:
    return replace(FOUND, records={**FOUND.records, topic: list(records)})
