"""Alerts about claims that stand still."""

from __future__ import annotations

from typing import Final

from observability.rules.model import Alert, Group, Severity

_REPORTS = 'messaging_client_consumed_messages_total{consumer="claims-svc.claims.loss-reported.v1", result="applied"}'
_DECISIONS = 'messaging_client_sent_messages_total{topic="claims.decision-made.v1"}'

GROUP: Final = Group(
    name="claims",
    rules=(
        Alert(
            name="DecisionsStop",
            expr=f"sum(increase({_REPORTS}[30m])) > 20\n  and sum(increase({_DECISIONS}[30m])) < 1",
            lasts="10m",
            severity=Severity.PAGE,
            summary="{{ $value | humanize }} losses were reported in half an hour, and nothing was decided",
        ),
        Alert(
            name="ClaimsWait",
            expr="""\
max by (state) (claims_oldest_wait_seconds{state="waiting_for_rainfall"}) > 3 * 86400
  or max by (state) (claims_oldest_wait_seconds{state="waiting_for_policy"}) > 86400""",
            lasts="15m",
            severity=Severity.TICKET,
            summary="A claim has been {{ $labels.state }} for {{ $value | humanizeDuration }}",
        ),
        Alert(
            name="PromisesAtRisk",
            expr='sum(increase(claims_promises_total{what="at_risk"}[1h])) > 0',
            lasts="0s",
            severity=Severity.TICKET,
            summary="{{ $value | humanize }} claims have to be taken up by somebody today",
        ),
    ),
)
