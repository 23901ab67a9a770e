"""Alerts about who tries to log in."""

from __future__ import annotations

from typing import Final

from observability.rules.model import Alert, Group, Severity

GROUP: Final = Group(
    name="security",
    rules=(
        Alert(
            name="LoginsFail",
            expr="""\
sum(increase(auth_logins_total{result=~"failed|blocked"}[10m])) > 100
  and sum(increase(auth_logins_total{result=~"failed|blocked"}[10m]))
    > 3 * sum(increase(auth_logins_total{result="succeeded"}[10m]))""",
            lasts="0s",
            severity=Severity.PAGE,
            summary="{{ $value | humanize }} logins failed in ten minutes, far more than succeeded",
        ),
        Alert(
            name="AccountsBlocked",
            expr="max(auth_accounts_blocked) > 20",
            lasts="10m",
            severity=Severity.TICKET,
            summary="{{ $value }} accounts are blocked after failed logins",
        ),
    ),
)
