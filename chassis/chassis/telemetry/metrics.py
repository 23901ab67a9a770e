"""Every metric of the chassis. Names follow OpenTelemetry where it has one; a counter is exposed with `_total`."""

from __future__ import annotations

from typing import Final

from chassis.telemetry.bounded_metrics import counter, gauge, histogram

_CONSUMER: Final = "the consumer groups of the service, one for each topic it consumes"
_TOPIC: Final = "the topics that the service publishes to"
_PART: Final = "the parts of the service: its consumer groups, workers and what the chassis does beside them"
_ERROR: Final = "types of errors"
_SERVER: Final = "the servers that the service uses, by the names that its log gives them"
_KIND: Final = "the kinds of timers that the service has handlers for"

MESSAGES_CONSUMED = counter(
    "messaging_client_consumed_messages",
    "Records consumed, by what became of them",
    consumer=_CONSUMER,
    result=("applied", "duplicate", "dead_lettered"),
)
PROCESS_SECONDS = histogram(
    "messaging_process_duration_seconds", "From a polled batch to its commit", consumer=_CONSUMER
)
MESSAGES_SENT = counter("messaging_client_sent_messages", "Events that the broker has acknowledged", topic=_TOPIC)
SEND_FAILURES = counter("outbox_send_failures", "Times the relay had to reconnect and send again", error=_ERROR)
OUTBOX_UNDELIVERABLE = counter("outbox_undeliverable", "Events that the broker would not accept", topic=_TOPIC)
OUTBOX_TOPIC_BLOCKED = gauge(
    "outbox_topic_blocked", "1 while Kafka takes nothing for the topic and its events wait", topic=_TOPIC
)
OUTBOX_OLDEST_AGE_SECONDS = gauge("outbox_oldest_age_seconds", "Age of the oldest event in the outbox")
DEAD_LETTERS_OPEN = gauge(
    "dead_letters_open", "Dead letters that nobody has replayed or discarded yet", consumer=_CONSUMER
)
FAILING_SECONDS = gauge(
    "part_failing_seconds", "How long a part has failed without one success; 0 while it works", part=_PART
)
SERVER_MISSED_TIMESTAMP_SECONDS = gauge(
    "server_missed_timestamp_seconds", "When the process last did not reach the server", server=_SERVER
)
SERVER_REACHED_TIMESTAMP_SECONDS = gauge(
    "server_reached_timestamp_seconds",
    "When the process reached the server again, or, of mail, SMS and KNMI, when it last answered; 0 before that. A "
    "server is away when the newest of all processes is older than the newest of the one above",
    server=_SERVER,
)
MEASUREMENT_AGE_SECONDS = gauge(
    "measurement_age_seconds",
    "Age of the last successful measurement: database is the age of the outbox, kafka the topics, lag the records not "
    "consumed yet, tables what is counted in tables",
    measurement=("database", "kafka", "lag", "tables"),
)
RETRIES = counter("transient_retries", "Retries because the database or the broker was away or busy", part=_PART)
TIMERS_FIRED = counter("timers_fired", "Timers, by what became of them", kind=_KIND, result=("fired", "failed"))
TIMERS_OVERDUE = gauge("timers_overdue", "Timers that are due and were not fired yet", kind=f"{_KIND}; other: any else")
TIMERS_OLDEST_OVERDUE_SECONDS = gauge(
    "timers_oldest_overdue_seconds", "How long the timer is due that has waited longest; 0 when none is"
)
CLOCK_DIFFERENCE_SECONDS = gauge(
    "clock_difference_seconds",
    "The database's clock minus what this host expects; timers wait when it is beyond the limit",
)
RECORDS_MISSED = counter(
    "messaging_consumer_missed_records", "Offsets deleted before they were read", consumer=_CONSUMER
)
PARTITIONS_MADE_ANEW = counter(
    "messaging_consumer_partitions_made_anew",
    "Partitions whose offsets ended before the consumer's position",
    consumer=_CONSUMER,
)
CONSUMER_LAG = gauge("messaging_consumer_lag_records", "Records not consumed yet", consumer=_CONSUMER)
REQUEST_SECONDS = histogram(
    "http_server_request_duration_seconds",
    "From a request to the end of its answer",
    bounds=(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10),
    method="the methods of RFC 9110, PATCH, and _OTHER for whatever else somebody sends",
    route="the templates of the service's routes; empty where none was found or the request was refused before",
    status="status codes of HTTP, none where nothing was answered",
)
ACTIVE_REQUESTS = gauge("http_server_active_requests", "Requests that are not answered yet")
LOG_LINES_HELD_BACK = counter(
    "log_lines_held_back",
    "Log lines that were counted instead of written, because the same code had just written one",
    library="the packages that log: libraries, and chassis for refused requests",
)
BUILD_INFO = gauge(
    "build_info",
    "1; what runs is in the labels",
    service="the service itself",
    version="its version",
    commit="of what source it was built, by BUILD_COMMIT",
)
