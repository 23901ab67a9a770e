"""The flow of a storm: from reports to decisions to money, and where it is stuck."""

from __future__ import annotations

from typing import Final

from observability.dashboards.model import INTERVAL, Board, Look, Panel, Query, Row, Unit
from observability.prometheus import quantile
from observability.rules.objectives import OBJECTIVES, PERIOD

_CONSUMED: Final = "messaging_client_consumed_messages_total"
_REPORTS: Final = f'{_CONSUMED}{{consumer="claims-svc.claims.loss-reported.v1", result="applied"}}'
_DECISIONS: Final = 'messaging_client_sent_messages_total{topic="claims.decision-made.v1"}'

_AT_A_GLANCE: Final = Row(
    "At a glance",
    (
        Panel(
            title="Reports",
            queries=(Query(f"sum(rate({_REPORTS}[{INTERVAL}]))"),),
            meaning="Loss reports taken in, each second. A storm begins here.",
            unit=Unit.A_SECOND,
            look=Look.NUMBER,
        ),
        Panel(
            title="Decisions",
            queries=(Query(f"sum(rate({_DECISIONS}[{INTERVAL}]))"),),
            meaning="Decisions that left, each second. Far below the reports for minutes: something waits.",
            unit=Unit.A_SECOND,
            look=Look.NUMBER,
        ),
        Panel(
            title="Not decided yet",
            queries=(Query('sum(max by (state) (claims_claims{state=~"waiting_for_policy|waiting_for_rainfall"}))'),),
            meaning="Claims that wait for no person: for their policy, or for rain.",
            look=Look.NUMBER,
        ),
        Panel(
            title="Records before consumers",
            queries=(Query("sum(messaging_consumer_lag_records)"),),
            meaning="Records that no consumer has read yet, of all. It rises in a storm, and falls again.",
            look=Look.NUMBER,
            limit=10_000,
        ),
        Panel(
            title="Oldest unsent event",
            queries=(Query("max(outbox_oldest_age_seconds)"),),
            meaning="Of all services. Above a minute the broker takes nothing, or a relay stands still.",
            unit=Unit.SECONDS,
            look=Look.NUMBER,
            limit=60,
        ),
        Panel(
            title="Open dead letters",
            queries=(Query("sum(max by (job, consumer) (dead_letters_open)) or vector(0)"),),
            meaning="Records that wait for somebody: water dead-letters list.",
            look=Look.NUMBER,
            limit=1,
        ),
        Panel(
            title="Processes up",
            queries=(Query('sum(up{job=~".+-svc"})'),),
            meaning="Processes of services that answer Prometheus.",
            look=Look.NUMBER,
        ),
        Panel(
            title="Alerts",
            queries=(Query('count(ALERTS{alertstate="firing"}) or vector(0)'),),
            meaning="Alerts that fire now; their runbooks are in docs/runbooks.",
            look=Look.NUMBER,
            limit=1,
        ),
    ),
)

_THROUGH: Final = Row(
    "Through the platform",
    (
        Panel(
            title="Consumed, by consumer",
            queries=(Query(f"sum by (consumer) (rate({_CONSUMED}[{INTERVAL}])) > 0", "{{consumer}}"),),
            meaning="A storm goes from loss-reported to rainfall-requested, rainfall-assessed and decision-made.",
            unit=Unit.A_SECOND,
        ),
        Panel(
            title="Waiting before a consumer",
            queries=(
                Query(
                    "sum by (consumer) (messaging_consumer_lag_records)"
                    " and on (consumer) max_over_time(messaging_consumer_lag_records[10m]) > 0",
                    "{{consumer}}",
                ),
            ),
            meaning="The consumer whose line stays up is the narrow place.",
        ),
        Panel(
            title="From a batch to its commit, 95 of 100",
            queries=(
                Query(
                    quantile(0.95, "messaging_process_duration_seconds", by="consumer", window=INTERVAL) + " > 0",
                    "{{consumer}}",
                ),
            ),
            meaning="What a batch takes. It rises first when a database is slow.",
            unit=Unit.SECONDS,
        ),
        Panel(
            title="Oldest unsent event, by service",
            queries=(Query("max by (job) (outbox_oldest_age_seconds)", "{{job}}"),),
            meaning="How long what a service has decided waits for the broker.",
            unit=Unit.SECONDS,
            limit=60,
        ),
    ),
)

_CLAIMS: Final = Row(
    "Claims",
    (
        Panel(
            title="Claims by state",
            queries=(Query("max by (state) (claims_claims)", "{{state}}"),),
            meaning="Where claims are. After a storm, decided and referred grow and the waiting ones shrink.",
            look=Look.STACK,
        ),
        Panel(
            title="Longest wait, by state",
            queries=(Query("max by (state) (claims_oldest_wait_seconds)", "{{state}}"),),
            meaning="The age of the oldest claim in each. People take days, rain takes hours.",
            unit=Unit.SECONDS,
        ),
        Panel(
            title="Decisions by outcome",
            queries=(Query(f"sum by (outcome) (rate(claims_decisions_total[{INTERVAL}]))", "{{outcome}}"),),
            meaning="A share that suddenly differs from other storms is a rule, a threshold or rain that is wrong.",
            unit=Unit.A_SECOND,
            look=Look.STACK,
        ),
        Panel(
            title="Decisions by deciding ground",
            queries=(Query(f"topk(8, sum by (ground) (rate(claims_decisions_total[{INTERVAL}])) > 0)", "{{ground}}"),),
            meaning="Why claims are decided as they are; the eight most frequent grounds.",
            unit=Unit.A_SECOND,
        ),
    ),
)

_PEOPLE: Final = Row(
    "Money and people",
    (
        Panel(
            title="Ordered to be paid, each hour",
            queries=(Query("sum(increase(claims_ordered_cents_total[1h])) / 100"),),
            meaning="Euros that left as payment orders in the last hour.",
            unit=Unit.EUROS,
        ),
        Panel(
            title="Share referred to people",
            queries=(
                Query("sum(increase(claims_referred_total[1h])) / (sum(increase(claims_decisions_total[1h])) > 0)"),
            ),
            meaning="Of the decisions of an hour, those that the rules leave to people. It is their work of tomorrow.",
            unit=Unit.SHARE,
            top=1,
        ),
        Panel(
            title="Suspected to be reported twice",
            queries=(Query("sum(increase(claims_duplicates_suspected_total[1h]))"),),
            meaning="In the last hour. Many at once: a portal or partner sends its reports again.",
        ),
        Panel(
            title="Promises of two working days",
            queries=(Query("sum by (what) (increase(claims_promises_total[1d]))", "{{what}}"),),
            meaning="Of the last day: made, at risk on their last day, held, broken.",
        ),
    ),
)

_OBJECTIVES: Final = Row(
    "Objectives",
    (
        Panel(
            title="Failed in the last hour",
            queries=tuple(Query(each.share_failed("1h"), each.name, rare=True) for each in OBJECTIVES),
            meaning="The share of what was promised that failed. Each objective has its own budget, on the right.",
            unit=Unit.SHARE,
        ),
        Panel(
            title="Budget of 30 days that is left",
            queries=tuple(
                Query(f"1 - {each.share_failed(PERIOD)} / {each.budget}", each.name, rare=True) for each in OBJECTIVES
            ),
            meaning="All of it is untouched, none is used up; below that more has failed than may.",
            unit=Unit.SHARE,
            bottom=None,
            top=1,
        ),
    ),
)

BOARD: Final = Board(
    name="storm",
    title="Flow of a storm",
    description="From reports to decisions to money, and where it is stuck",
    rows=(_AT_A_GLANCE, _THROUGH, _CLAIMS, _PEOPLE, _OBJECTIVES),
)
