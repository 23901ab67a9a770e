"""Every metric of notify-svc, by its name."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

MESSAGES_SETTLED = Counter("notify_messages_settled", "Messages settled, by how they ended", ["channel", "settlement"])
ANSWERS_LOST = Counter(
    "notify_answers_lost", "Attempts whose answer was lost, by what followed: retried or settled", ["channel", "step"]
)
SEND_RETRIES = Counter("notify_send_retries", "Attempts that are followed by another, by result", ["channel", "result"])
REQUESTS_SETTLED = Counter(
    "notify_requests_settled", "Requested messages settled, by how they ended", ["occasion", "settlement"]
)
REQUEST_SECONDS = Histogram(
    "notify_request_delivery_seconds",
    "Time from what happened to the server's acceptance of the message about it",
    ["priority"],
    buckets=(0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600),
)
BOUNCES = Counter("notify_bounce_reports", "Mails that came to the bounce address, by what became of them", ["outcome"])
VALUES_MISSING = Counter(
    "notify_values_missing", "Attempts that wrote nothing because a value was missing", ["template", "key"]
)
SEND_SECONDS = Histogram("notify_send_duration_seconds", "Time from handing over to the answer", ["channel"])
TURN_SECONDS = Histogram(
    "notify_turn_wait_seconds",
    "Time that a message waited for its turn, where the provider's rate is limited",
    ["provider", "precedence"],
    buckets=(0.01, 0.05, 0.25, 0.5, 1, 2, 5, 10, 30, 60),
)
TOO_FAST = Counter("notify_too_fast", "Answers of a provider that it was sent too much", ["provider"])
MESSAGES_WAITING = Gauge(
    "notify_messages_waiting", "Messages that are due and not on their way, of all processes", ["channel", "lane"]
)
OLDEST_WAITING_SECONDS = Gauge(
    "notify_oldest_waiting_seconds", "For how long the first of these has been due", ["channel", "lane"]
)
SMS_RECEIPTS = Counter("notify_sms_receipts", "Receipts of parts of SMS, by what they report", ["outcome"])
SMS_IN_DOUBT = Gauge("notify_sms_in_doubt", "SMS that may have been sent, of all processes: their answer was lost")
