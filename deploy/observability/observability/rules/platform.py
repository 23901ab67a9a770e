"""Alerts about what every service does: it runs, consumes, publishes, keeps time, and loses nothing."""

from __future__ import annotations

from typing import Final

from observability.prometheus import appeared_or_rose
from observability.rules.model import Alert, Group, Severity
from observability.services import SERVICES

OUTSIDE: Final = "KNMI|KNMI's notifications|positions|bounce reader|files|clean-up"
"""Parts that work for others at leisure: a night without them breaks no promise."""

COUNTED_SELDOM: Final = "tables"
"""Measured every five minutes where tables are large: it fails and grows old by other measures than the rest."""

_AGE = "measurement_age_seconds"
_ABSENT = "\n".join(f'  or absent(up{{job="{service}"}})' for service in SERVICES)
_CONSUMED = "messaging_client_consumed_messages_total"
_LAG = "sum by (job, consumer) (messaging_consumer_lag_records)"

GROUP: Final = Group(
    name="platform",
    rules=(
        Alert(
            name="ServiceDown",
            expr=f'sum by (job) (up{{job=~"{"|".join(SERVICES)}"}}) == 0\n{_ABSENT}',
            lasts="1m",
            severity=Severity.PAGE,
            summary="No process of {{ $labels.job }} answers",
        ),
        Alert(
            name="ServiceRestartsOften",
            expr='changes(process_start_time_seconds{job=~".+-svc"}[15m]) > 3',
            lasts="0s",
            severity=Severity.PAGE,
            summary="{{ $labels.job }} at {{ $labels.instance }} started {{ $value }} times in a quarter of an hour",
        ),
        Alert(
            name="PartFails",
            expr=f'max by (job, part) (part_failing_seconds{{part!~"{OUTSIDE}|{COUNTED_SELDOM}"}}) > 60',
            lasts="1m",
            severity=Severity.PAGE,
            summary="{{ $labels.part }} of {{ $labels.job }} has failed for {{ $value | humanizeDuration }}",
        ),
        Alert(
            name="OutsideFails",
            expr=f'max by (job, part) (part_failing_seconds{{part=~"{OUTSIDE}"}}) > 1800',
            lasts="5m",
            severity=Severity.TICKET,
            summary="{{ $labels.part }} of {{ $labels.job }} has failed for {{ $value | humanizeDuration }}",
        ),
        Alert(
            name="MeasurementsOld",
            expr=f'max by (job, measurement) ({_AGE}{{measurement!="{COUNTED_SELDOM}"}}) > 60\n'
            f'  or max by (job, measurement) ({_AGE}{{measurement="{COUNTED_SELDOM}"}}) > 600',
            lasts="2m",
            severity=Severity.TICKET,
            summary="{{ $labels.job }} has not measured {{ $labels.measurement }} for {{ $value | humanizeDuration }}",
        ),
        Alert(
            name="ConsumerFallsBehind",
            expr=f"{_LAG}\n  > 600 * sum by (job, consumer) (rate({_CONSUMED}[5m]))",
            lasts="5m",
            severity=Severity.PAGE,
            summary="{{ $labels.consumer }} needs more than ten minutes for the {{ $value }} records before it",
        ),
        Alert(
            name="OutboxWaits",
            expr="max by (job) (outbox_oldest_age_seconds) > 60",
            lasts="2m",
            severity=Severity.PAGE,
            summary="An event of {{ $labels.job }} has waited for {{ $value | humanizeDuration }} to be sent",
        ),
        Alert(
            name="TopicBlocked",
            expr="max by (job, topic) (outbox_topic_blocked) == 1",
            lasts="2m",
            severity=Severity.PAGE,
            summary="Kafka takes nothing of {{ $labels.job }} for {{ $labels.topic }}",
        ),
        Alert(
            name="TimersLate",
            expr="max by (job) (timers_oldest_overdue_seconds) > 120",
            lasts="2m",
            severity=Severity.PAGE,
            summary="A timer of {{ $labels.job }} is {{ $value | humanizeDuration }} late",
        ),
        Alert(
            name="ClockStrays",
            expr="max by (job) (abs(clock_difference_seconds)) > 60",
            lasts="2m",
            severity=Severity.TICKET,
            summary="The clock of {{ $labels.job }}'s database is {{ $value | humanizeDuration }} off",
        ),
    ),
)

LOSSES: Final = Group(
    name="losses",
    rules=(
        Alert(
            name="DeadLettersOpen",
            expr="max by (job, consumer) (dead_letters_open) > 0",
            lasts="5m",
            severity=Severity.TICKET,
            summary="{{ $value }} records of {{ $labels.consumer }} could not be processed and wait for somebody",
        ),
        Alert(
            name="DeadLettersPour",
            expr=f'sum by (job, consumer) (increase({_CONSUMED}{{result="dead_lettered"}}[15m])) > 20',
            lasts="0s",
            severity=Severity.PAGE,
            summary="{{ $labels.consumer }} put {{ $value | humanize }} records aside in a quarter of an hour",
        ),
        Alert(
            name="OwnEventRefused",
            expr=appeared_or_rose("outbox_undeliverable_total", within="1h"),
            lasts="0s",
            severity=Severity.PAGE,
            summary="The broker does not accept an event of {{ $labels.job }} for {{ $labels.topic }}; its key waits",
        ),
        Alert(
            name="RecordsMissed",
            expr=appeared_or_rose("messaging_consumer_missed_records_total", within="1h"),
            lasts="0s",
            severity=Severity.PAGE,
            summary="Records were deleted before {{ $labels.consumer }} had read them",
        ),
        Alert(
            name="PartitionsMadeAnew",
            expr=appeared_or_rose("messaging_consumer_partitions_made_anew_total", within="1h"),
            lasts="0s",
            severity=Severity.PAGE,
            summary="A partition that {{ $labels.consumer }} reads ends before what it has read",
        ),
        Alert(
            name="TimersFail",
            expr=appeared_or_rose('timers_fired_total{result="failed"}', within="1h"),
            lasts="0s",
            severity=Severity.TICKET,
            summary="A timer {{ $labels.kind }} of {{ $labels.job }} could not be carried out",
        ),
    ),
)
