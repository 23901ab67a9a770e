"""Every metric of notify-svc, by its name."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

MESSAGES_SETTLED = Counter("notify_messages_settled", "Messages that have ended, by how", ["channel", "settlement"])
MESSAGES_IN_DOUBT = Counter(
    "notify_messages_in_doubt", "Attempts whose answer was lost, by what the channel's rule did", ["channel", "rule"]
)
SEND_RETRIES = Counter("notify_send_retries", "Attempts put off until later", ["channel", "trouble"])
SEND_SECONDS = Histogram("notify_send_duration_seconds", "Time from handing over to the answer", ["channel"])
