"""Service-level objectives: what share may fail, and alerts for how fast that share is being used up.

An alert looks at a long window and a short one. The long one keeps a hiccup from waking anybody, the short one ends
the alert soon after the cause is mended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from observability.rules.model import Alert, Group, Recorded, Severity


@dataclass(frozen=True, kw_only=True)
class Objective:
    """A promise in figures. `failed` and `all` are rates of events, with the window as `$window`.

    `goal` is the share that must succeed in 30 days; `alert` is what its alerts, and their runbook, are called.
    """

    name: str
    title: str
    goal: Decimal
    failed: str
    all: str
    alert: str
    may_page: bool = True

    @property
    def budget(self) -> Decimal:
        """The share that may fail."""
        return 1 - self.goal

    def share_failed(self, window: str) -> str:
        """Return the name of the recorded share that failed in `window`, this objective's only."""
        return f'{SHARE_FAILED.format(window=window)}{{objective="{self.name}"}}'


@dataclass(frozen=True, kw_only=True)
class Burn:
    """An alert when the budget of 30 days is used up `factor` times too fast, in both windows."""

    long: str
    short: str
    factor: Decimal
    severity: Severity
    lasts: str


SHARE_FAILED: Final = "objective:share_failed:rate{window}"
PERIOD: Final = "30d"
WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
BURNS: Final = (
    Burn(long="1h", short="5m", factor=Decimal("14.4"), severity=Severity.PAGE, lasts="2m"),
    Burn(long="6h", short="30m", factor=Decimal(6), severity=Severity.PAGE, lasts="5m"),
    Burn(long="1d", short="2h", factor=Decimal(3), severity=Severity.TICKET, lasts="15m"),
    Burn(long="3d", short="6h", factor=Decimal(1), severity=Severity.TICKET, lasts="1h"),
)
"""Of the budget are then used up: 2 % in an hour, 5 % in six hours, 10 % in a day, 10 % in three days."""

_REPORTS = (
    "messaging_client_consumed_messages_total"
    '{consumer="claims-svc.claims.loss-reported.v1", result=~"applied|dead_lettered"}'
)
_ANSWERS = 'messaging_client_sent_messages_total{topic=~"claims.report-received.v1|claims.report-rejected.v1"}'
_PROMISES = "claims_promises_total"
_CODES = "notify_request_delivery_seconds"
_REQUESTS = "http_server_request_duration_seconds"

OBJECTIVES: Final[Sequence[Objective]] = (
    Objective(
        name="reports_answered",
        title="Loss reports that got their answer within two minutes, received or rejected",
        goal=Decimal("0.999"),
        # Reports of two minutes ago, so that answers on their way are no failure when a storm begins. And more answers
        # than reports are none: what comes again by HTTP is answered again.
        failed=f"clamp_min(sum(rate({_REPORTS}[$window] offset 2m)) - sum(rate({_ANSWERS}[$window])), 0)",
        all=f"sum(rate({_REPORTS}[$window] offset 2m))",
        alert="ReportsUnanswered",
    ),
    Objective(
        name="promises_held",
        title="Claims that somebody took up within two working days, as promised",
        goal=Decimal("0.99"),
        failed=f'sum(rate({_PROMISES}{{what="broken"}}[$window]))',
        all=f'sum(rate({_PROMISES}{{what=~"held|broken"}}[$window]))',
        alert="PromisesBroken",
        may_page=False,  # nobody takes a claim up at night
    ),
    Objective(
        name="codes_in_time",
        title="Codes and links accepted by the mail server or SMS centre within two seconds",
        goal=Decimal("0.99"),
        failed=f'sum(rate({_CODES}_count{{priority="urgent"}}[$window]))'
        f' - sum(rate({_CODES}_bucket{{priority="urgent", le="2.0"}}[$window]))',
        all=f'sum(rate({_CODES}_count{{priority="urgent"}}[$window]))',
        alert="CodesLate",
    ),
    Objective(
        name="http_answered",
        title="HTTP requests that did not fail on our side",
        goal=Decimal("0.999"),
        failed=f'sum(rate({_REQUESTS}_count{{status=~"5.."}}[$window])) or vector(0)',
        all=f"sum(rate({_REQUESTS}_count[$window]))",
        alert="HttpFails",
    ),
    Objective(
        name="http_fast",
        title="HTTP requests answered within half a second",
        goal=Decimal("0.99"),
        failed=f'sum(rate({_REQUESTS}_count[$window])) - sum(rate({_REQUESTS}_bucket{{le="0.5"}}[$window]))',
        all=f"sum(rate({_REQUESTS}_count[$window]))",
        alert="HttpSlow",
    ),
)


def _recorded(objective: Objective, window: str) -> Recorded:
    failed, every = objective.failed.replace("$window", window), objective.all.replace("$window", window)
    return Recorded(
        name=SHARE_FAILED.format(window=window),
        expr=f"({failed})\n  / ({every} > 0)",
        labels={"objective": objective.name},
    )


def _alert(objective: Objective, burn: Burn) -> Alert:
    limit = f"{burn.factor} * {objective.budget}"
    return Alert(
        name=objective.alert,
        expr=f"{objective.share_failed(burn.long)} > {limit}\n  and {objective.share_failed(burn.short)} > {limit}",
        lasts=burn.lasts,
        severity=burn.severity,
        labels={"window": burn.long},
        summary=f"{objective.title}: {{{{ $value | humanizePercentage }}}} failed in {burn.long},"
        f" {float(objective.budget) * 100:g} % may",
    )


def _burns(objective: Objective) -> Sequence[Burn]:
    return [burn for burn in BURNS if objective.may_page or burn.severity is Severity.TICKET]


GROUPS: Final = (
    Group(
        name="objectives",
        rules=[_recorded(objective, window) for objective in OBJECTIVES for window in WINDOWS],
    ),
    Group(
        name="objectives-of-30-days",
        every="5m",
        rules=[_recorded(objective, PERIOD) for objective in OBJECTIVES],
    ),
    Group(
        name="burning-objectives",
        rules=[_alert(objective, burn) for objective in OBJECTIVES for burn in _burns(objective)],
    ),
)
