"""One service: what it does, where it is slow, and what fails."""

from __future__ import annotations

from typing import Final

from observability.dashboards.model import INTERVAL, Board, Look, Panel, Query, Row, Unit
from observability.prometheus import quantile

_OF: Final = 'job="$service"'
_SECONDS: Final = "http_server_request_duration_seconds"

_HEALTH: Final = Row(
    "Health",
    (
        Panel(
            title="Processes up",
            queries=(Query(f"sum(up{{{_OF}}})"),),
            meaning="Processes that answer Prometheus.",
            look=Look.NUMBER,
        ),
        Panel(
            title="Versions",
            queries=(Query(f"count by (version, commit) (build_info{{{_OF}}})", "{{version}} {{commit}}"),),
            meaning="Processes of each version. Two for longer than a release: it has stopped halfway.",
            look=Look.NUMBER,
        ),
        Panel(
            title="Longest failing part",
            queries=(Query(f"max(part_failing_seconds{{{_OF}}})"),),
            meaning="Nothing fails at 0. Which part it is stands below.",
            unit=Unit.SECONDS,
            look=Look.NUMBER,
            limit=60,
        ),
        Panel(
            title="Oldest measurement",
            queries=(Query(f'max(measurement_age_seconds{{{_OF}, measurement!="tables"}})'),),
            meaning="Above half a minute, what /ready says is old.",
            unit=Unit.SECONDS,
            look=Look.NUMBER,
            limit=30,
        ),
        Panel(
            title="Database clock",
            queries=(Query(f"max(abs(clock_difference_seconds{{{_OF}}}))"),),
            meaning="How far it is from what the host expects. Beyond an hour timers wait.",
            unit=Unit.SECONDS,
            look=Look.NUMBER,
            limit=60,
        ),
    ),
)

_CONSUMING: Final = Row(
    "Consuming",
    (
        Panel(
            title="Records by result",
            queries=(
                Query(
                    f"sum by (result) (rate(messaging_client_consumed_messages_total{{{_OF}}}[{INTERVAL}]))",
                    "{{result}}",
                ),
            ),
            meaning="Duplicates rise after a restart and fall again; dead-lettered ones wait for somebody.",
            unit=Unit.A_SECOND,
            look=Look.STACK,
        ),
        Panel(
            title="Waiting before each consumer",
            queries=(Query(f"sum by (consumer) (messaging_consumer_lag_records{{{_OF}}})", "{{consumer}}"),),
            meaning="Records that are not read yet.",
        ),
        Panel(
            title="From a batch to its commit",
            queries=tuple(
                Query(
                    quantile(part, f"messaging_process_duration_seconds{{{_OF}}}", window=INTERVAL),
                    name,
                )
                for part, name in ((0.5, "half"), (0.95, "95 of 100"), (0.99, "99 of 100"))
            ),
            meaning="What a batch takes, of all consumers.",
            unit=Unit.SECONDS,
        ),
        Panel(
            title="Dead letters open",
            queries=(Query(f"max by (consumer) (dead_letters_open{{{_OF}}})", "{{consumer}}", rare=True),),
            meaning="Records that could not be processed: water dead-letters list.",
            limit=1,
        ),
    ),
)

_PUBLISHING: Final = Row(
    "Publishing and timers",
    (
        Panel(
            title="Events sent, by topic",
            queries=(
                Query(
                    f"sum by (topic) (rate(messaging_client_sent_messages_total{{{_OF}}}[{INTERVAL}])) > 0",
                    "{{topic}}",
                    rare=True,
                ),
            ),
            meaning="What the broker has acknowledged.",
            unit=Unit.A_SECOND,
        ),
        Panel(
            title="Oldest unsent event",
            queries=(Query(f"max(outbox_oldest_age_seconds{{{_OF}}})"),),
            meaning="Seconds while all is well.",
            unit=Unit.SECONDS,
            limit=60,
        ),
        Panel(
            title="Kafka in the way",
            queries=(
                Query(
                    f"sum by (error) (rate(outbox_send_failures_total{{{_OF}}}[{INTERVAL}]))", "{{error}}", rare=True
                ),
                Query(f"max by (topic) (outbox_topic_blocked{{{_OF}}}) > 0", "blocked: {{topic}}", rare=True),
                Query(f"sum by (topic) (outbox_undeliverable_total{{{_OF}}})", "refused: {{topic}}", rare=True),
            ),
            meaning="Nothing at all is normal. Failures end by themselves, refused events do not.",
        ),
        Panel(
            title="Timers",
            queries=(
                Query(f"sum by (kind) (rate(timers_fired_total{{{_OF}}}[{INTERVAL}])) > 0", "{{kind}}", rare=True),
                Query(f"max by (kind) (timers_overdue{{{_OF}}}) > 0", "overdue: {{kind}}", rare=True),
            ),
            meaning="Timers carried out, each second, and those that are overdue now.",
        ),
    ),
)

_DOOR: Final = Row(
    "The door (HTTP)",
    (
        Panel(
            title="Requests by status",
            queries=(Query(f"sum by (status) (rate({_SECONDS}_count{{{_OF}}}[{INTERVAL}]))", "{{status}}", rare=True),),
            meaning="5xx is ours, 4xx is the caller's, 429 keeps a caller back.",
            unit=Unit.REQUESTS_A_SECOND,
            look=Look.STACK,
        ),
        Panel(
            title="Slowest routes, 95 of 100",
            queries=(
                Query(
                    f"topk(6, {quantile(0.95, f'{_SECONDS}{{{_OF}}}', by='route', window=INTERVAL)} > 0)",
                    "{{route}}",
                    rare=True,
                ),
            ),
            meaning="The six slowest.",
            unit=Unit.SECONDS,
            limit=0.5,
        ),
        Panel(
            title="Requests not answered yet",
            queries=(Query(f"sum(http_server_active_requests{{{_OF}}})"),),
            meaning="It rises when something behind the door hangs.",
        ),
    ),
)

_PROCESS: Final = Row(
    "Processes",
    (
        Panel(
            title="Processor",
            queries=(Query(f"rate(process_cpu_seconds_total{{{_OF}}}[{INTERVAL}])", "{{instance}}"),),
            meaning="Seconds each second: a process has one thread of Python, and is full at 1.",
            top=1,
        ),
        Panel(
            title="Memory",
            queries=(Query(f"process_resident_memory_bytes{{{_OF}}}", "{{instance}}"),),
            meaning="What the process holds.",
            unit=Unit.BYTES,
        ),
        Panel(
            title="Database or broker away or busy",
            queries=(
                Query(f"sum by (part) (rate(transient_retries_total{{{_OF}}}[{INTERVAL}]))", "{{part}}", rare=True),
            ),
            meaning="Retries, each second.",
            unit=Unit.A_SECOND,
        ),
        Panel(
            title="Failing parts",
            queries=(Query(f"max by (part) (part_failing_seconds{{{_OF}}}) > 0", "{{part}}", rare=True),),
            meaning="How long each has failed without one success.",
            unit=Unit.SECONDS,
        ),
    ),
)

BOARD: Final = Board(
    name="service",
    title="One service",
    description="What a service does, where it is slow, and what fails",
    rows=(_HEALTH, _CONSUMING, _PUBLISHING, _DOOR, _PROCESS),
    of_a_service=True,
)
