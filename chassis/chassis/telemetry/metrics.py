"""Every metric of the chassis, by its name."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

MESSAGES_CONSUMED = Counter(
    "messaging_client_consumed_messages", "Records taken from Kafka, by what became of them", ["consumer", "result"]
)
PROCESS_SECONDS = Histogram("messaging_process_duration_seconds", "Time to take one batch to its commit", ["consumer"])
MESSAGES_SENT = Counter("messaging_client_sent_messages", "Events the broker has taken from the outbox", ["topic"])
SENDING_FAILED = Counter("outbox_sending_failed", "Times the relay had to begin again", ["error"])
OUTBOX_UNDELIVERABLE = Counter("outbox_undeliverable", "Events the broker will never take", ["topic"])
OUTBOX_OLDEST_SECONDS = Gauge("outbox_oldest_seconds", "Age of the oldest event that waits to be sent")
RETRIES = Counter("transient_retries", "Times work was put off because the database or the broker was away", ["part"])
TIMERS_FIRED = Counter("timers_fired", "Timers whose handler has run", ["kind", "result"])
CONSUMER_LAG = Gauge("messaging_consumer_lag", "Records not taken yet", ["consumer"])
