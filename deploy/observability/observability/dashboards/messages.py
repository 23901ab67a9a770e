"""Messages: whether mail, SMS and letters reach those they are for."""

from __future__ import annotations

from typing import Final

from observability.dashboards.model import INTERVAL, Board, Look, Panel, Query, Row, Unit
from observability.prometheus import quantile

_DELIVERY: Final = "notify_request_delivery_seconds"

_AT_A_GLANCE: Final = Row(
    "At a glance",
    (
        Panel(
            title="Codes within two seconds",
            queries=(
                Query(
                    f'sum(rate({_DELIVERY}_bucket{{priority="urgent", le="2.0"}}[1h]))'
                    f' / (sum(rate({_DELIVERY}_count{{priority="urgent"}}[1h])) > 0)',
                    rare=True,
                ),
            ),
            meaning="Codes and links of the last hour accepted by the server within two seconds.",
            unit=Unit.SHARE,
            look=Look.NUMBER,
        ),
        Panel(
            title="Longest waiting mail",
            queries=(Query('max(notify_oldest_unsent_seconds{channel="email"}) or vector(0)'),),
            meaning="Above a quarter of an hour the mail server takes nothing.",
            unit=Unit.SECONDS,
            look=Look.NUMBER,
            limit=900,
        ),
        Panel(
            title="Longest waiting SMS",
            queries=(Query('max(notify_oldest_unsent_seconds{channel="sms"}) or vector(0)'),),
            meaning="SMS about decisions wait from 22:00 to 08:00.",
            unit=Unit.SECONDS,
            look=Look.NUMBER,
            limit=11 * 3_600,
        ),
        Panel(
            title="SMS in doubt",
            queries=(Query("max(notify_sms_in_doubt)"),),
            meaning="They may have been sent: the centre's answer was lost, and no receipt has come.",
            look=Look.NUMBER,
            limit=1,
        ),
    ),
)

_FLOW: Final = Row(
    "Decisions and claims",
    (
        Panel(
            title="Messages by channel and state",
            queries=(Query("max by (channel, state) (notify_messages) > 0", "{{channel}} {{state}}"),),
            meaning="Due and sending shrink to nothing after a storm; awaiting_contact waits for an address.",
        ),
        Panel(
            title="Settled, by how they ended",
            queries=(
                Query(
                    f"sum by (channel, settlement) (rate(notify_messages_settled_total[{INTERVAL}]))",
                    "{{channel}} {{settlement}}",
                ),
            ),
            meaning="Sent is what it should be. Superseded: a newer decision came first.",
            unit=Unit.A_SECOND,
            look=Look.STACK,
        ),
        Panel(
            title="Longest wait, by channel",
            queries=(Query("max by (channel) (notify_oldest_unsent_seconds)", "{{channel}}", rare=True),),
            meaning="The oldest message that has not left.",
            unit=Unit.SECONDS,
        ),
    ),
)

_REQUESTED: Final = Row(
    "Asked for by other services",
    (
        Panel(
            title="From what happened to the server's acceptance, 95 of 100",
            queries=(
                Query(
                    quantile(0.95, _DELIVERY, by="priority", window=INTERVAL) + " > 0",
                    "{{priority}}",
                    rare=True,
                ),
            ),
            meaning="Urgent ones are codes and links: two seconds.",
            unit=Unit.SECONDS,
            limit=2,
        ),
        Panel(
            title="Settled, by occasion",
            queries=(
                Query(
                    f"sum by (occasion) (rate(notify_requests_settled_total[{INTERVAL}])) > 0",
                    "{{occasion}}",
                    rare=True,
                ),
            ),
            meaning="What customers are told and asked.",
            unit=Unit.A_SECOND,
        ),
        Panel(
            title="Not sent, by how they ended",
            queries=(
                Query(
                    f'sum by (settlement) (rate(notify_requests_settled_total{{settlement!="sent"}}[{INTERVAL}]))',
                    "{{settlement}}",
                    rare=True,
                ),
            ),
            meaning="Expired codes: they came too late to be of use.",
            unit=Unit.A_SECOND,
        ),
    ),
)

_SERVERS: Final = Row(
    "Mail server and SMS centre",
    (
        Panel(
            title="Time to the answer, 95 of 100",
            queries=(
                Query(
                    quantile(0.95, "notify_send_duration_seconds", by="channel", window=INTERVAL) + " > 0",
                    "{{channel}}",
                ),
            ),
            meaning="Their part of the two seconds.",
            unit=Unit.SECONDS,
        ),
        Panel(
            title="Tried again, by result",
            queries=(
                Query(
                    f"sum by (channel, result) (rate(notify_send_retries_total[{INTERVAL}]))",
                    "{{channel}} {{result}}",
                    rare=True,
                ),
                Query(
                    f"sum by (channel, step) (rate(notify_answers_lost_total[{INTERVAL}]))",
                    "{{channel}} answer lost: {{step}}",
                    rare=True,
                ),
            ),
            meaning="Deferred is the other side's wish, unreachable is an outage.",
            unit=Unit.A_SECOND,
        ),
        Panel(
            title="What comes back",
            queries=(
                Query("sum by (outcome) (increase(notify_bounce_reports_total[1h]))", "mail: {{outcome}}", rare=True),
                Query("sum by (outcome) (increase(notify_sms_receipts_total[1h]))", "SMS: {{outcome}}", rare=True),
            ),
            meaning="Mails that were returned, and receipts of SMS, of the last hour.",
        ),
        Panel(
            title="Texts that lack a value",
            queries=(
                Query(
                    "sum by (template, key) (increase(notify_values_missing_total[1h]))",
                    "{{template}} {{key}}",
                    rare=True,
                ),
            ),
            meaning="Nothing was sent: a text asks for what nobody gives.",
            limit=1,
        ),
    ),
)

BOARD: Final = Board(
    name="messages",
    title="Messages",
    description="Whether mail, SMS and letters reach those they are for",
    rows=(_AT_A_GLANCE, _FLOW, _REQUESTED, _SERVERS),
)
