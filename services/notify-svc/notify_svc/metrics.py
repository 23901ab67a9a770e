"""Every metric of notify-svc, by its name."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

MESSAGES_SETTLED = Counter("notify_messages_settled", "Messages settled, by how they ended", ["channel", "settlement"])
ANSWERS_LOST = Counter(
    "notify_answers_lost", "Attempts whose answer was lost, by what followed: retried or settled", ["channel", "step"]
)
SEND_RETRIES = Counter("notify_send_retries", "Attempts that are followed by another, by result", ["channel", "result"])
SEND_SECONDS = Histogram("notify_send_duration_seconds", "Time from handing over to the answer", ["channel"])
