"""Every metric of the chassis. Names follow OpenTelemetry where it has one; a counter is exposed with `_total`."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

MESSAGES_CONSUMED = Counter(
    "messaging_client_consumed_messages",
    "Records consumed, by result: applied, duplicate, dead_lettered",
    ["consumer", "result"],
)
PROCESS_SECONDS = Histogram("messaging_process_duration_seconds", "From a polled batch to its commit", ["consumer"])
MESSAGES_SENT = Counter("messaging_client_sent_messages", "Events that the broker has acknowledged", ["topic"])
SEND_FAILURES = Counter("outbox_send_failures", "Times the relay had to reconnect and resend", ["error"])
OUTBOX_UNDELIVERABLE = Counter("outbox_undeliverable", "Events that the broker would not accept", ["topic"])
OUTBOX_TOPIC_BLOCKED = Gauge("outbox_topic_blocked", "1 while Kafka takes nothing for a topic", ["topic"])
OUTBOX_OLDEST_AGE_SECONDS = Gauge("outbox_oldest_age_seconds", "Age of the oldest event in the outbox")
FAILING_SECONDS = Gauge("part_failing_seconds", "How long a part has failed without one success; 0 works", ["part"])
MEASUREMENT_AGE_SECONDS = Gauge("measurement_age_seconds", "Age of the last successful measurement", ["measurement"])
RETRIES = Counter("transient_retries", "Retries because the database or the broker was away or busy", ["part"])
TIMERS_FIRED = Counter("timers_fired", "Timers, by result: fired, failed", ["kind", "result"])
CLOCK_DIFFERENCE_SECONDS = Gauge("clock_difference_seconds", "The database's clock minus what this host expects")
RECORDS_MISSED = Counter("messaging_consumer_missed_records", "Offsets deleted before they were read", ["consumer"])
PARTITIONS_MADE_ANEW = Counter(
    "messaging_consumer_partitions_made_anew", "Partitions whose offsets ended before the consumer's", ["consumer"]
)
CONSUMER_LAG = Gauge("messaging_consumer_lag_records", "Records not consumed yet", ["consumer"])
REQUEST_SECONDS = Histogram(
    "http_server_request_duration_seconds",
    "From a request to the end of its answer; without a route where none was found or the request was refused before",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10),
)
ACTIVE_REQUESTS = Gauge("http_server_active_requests", "Requests that are not answered yet")
