"""Alerts about mail, SMS and letters, and about whoever is asked outside."""

from __future__ import annotations

from typing import Final

from observability.prometheus import appeared_or_rose
from observability.rules.model import Alert, Group, Severity

QUIET_HOURS_SECONDS: Final = 11 * 3_600
"""An SMS about a decision waits from 22:00 to 08:00, and an hour more counts as late."""


def _is_away(servers: str) -> str:
    """Ask whom of `servers` no process has reached since one of them did not."""
    missed, reached = (
        f'max by (job, server) (server_{what}_timestamp_seconds{{server=~"{servers}"}})'
        for what in ("missed", "reached")
    )
    return f"{missed}\n  > {reached}"


GROUP: Final = Group(
    name="messages",
    rules=(
        Alert(
            name="MessagesWait",
            expr=f"""\
max by (channel) (notify_oldest_unsent_seconds{{channel="email"}}) > 900
  or max by (channel) (notify_oldest_unsent_seconds{{channel="sms"}}) > {QUIET_HOURS_SECONDS}""",
            lasts="5m",
            severity=Severity.PAGE,
            summary="A message by {{ $labels.channel }} has waited for {{ $value | humanizeDuration }}",
        ),
        Alert(
            name="ProviderAway",
            expr=_is_away("mail server|SMS provider"),
            lasts="5m",
            severity=Severity.PAGE,
            summary="For five minutes the {{ $labels.server }} has answered no process of {{ $labels.job }}",
        ),
        Alert(
            name="ProviderAway",
            expr=_is_away("KNMI"),
            lasts="15m",
            severity=Severity.TICKET,
            summary="For a quarter of an hour {{ $labels.server }} has answered no process of {{ $labels.job }}",
        ),
        Alert(
            name="MessagesRefused",
            expr="""\
sum by (channel) (increase(notify_messages_settled_total{settlement="refused"}[1h]))
  > 0.2 * sum by (channel) (increase(notify_messages_settled_total[1h]))
  and sum by (channel) (increase(notify_messages_settled_total[1h])) > 20""",
            lasts="5m",
            severity=Severity.TICKET,
            summary="{{ $value | humanize }} messages by {{ $labels.channel }} were refused in an hour, over a fifth",
        ),
        Alert(
            name="SmsInDoubt",
            expr="max(notify_sms_in_doubt) > 0",
            lasts="1h",
            severity=Severity.TICKET,
            summary="Of {{ $value }} SMS nobody knows whether they were sent",
        ),
        Alert(
            name="TextLacksValue",
            expr=appeared_or_rose("notify_values_missing_total", within="1h"),
            lasts="0s",
            severity=Severity.TICKET,
            summary="The text {{ $labels.template }} lacks {{ $labels.key }}, so nothing was sent",
        ),
    ),
)
