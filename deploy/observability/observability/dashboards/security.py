"""Security: who tries to get in, and what the doors answer."""

from __future__ import annotations

from typing import Final

from observability.dashboards.model import INTERVAL, Board, Look, Panel, Query, Row, Unit

_COUNT: Final = "http_server_request_duration_seconds_count"

_LOGINS: Final = Row(
    "Logging in",
    (
        Panel(
            title="Logins, each minute",
            queries=(Query(f"60 * sum by (result) (rate(auth_logins_total[{INTERVAL}]))", "{{result}}"),),
            meaning="Failed ones above succeeded ones: passwords are being guessed, or something of ours is broken.",
            look=Look.STACK,
        ),
        Panel(
            title="Accounts blocked",
            queries=(Query("max(auth_accounts_blocked)"),),
            meaning="After failed logins. A step upwards is an attack on many accounts.",
            limit=20,
        ),
        Panel(
            title="Failed, of ten minutes",
            queries=(
                Query(
                    'sum(increase(auth_logins_total{result!="succeeded"}[10m]))'
                    " / (sum(increase(auth_logins_total[10m])) > 0)",
                    rare=True,
                ),
            ),
            meaning="People mistype one login in ten or so.",
            unit=Unit.SHARE,
            top=1,
        ),
    ),
)

_REFUSED: Final = Row(
    "Refused at the doors",
    (
        Panel(
            title="Without login or right (401, 403)",
            queries=(
                Query(
                    f'sum by (job, status) (rate({_COUNT}{{status=~"401|403"}}[{INTERVAL}]))',
                    "{{job}} {{status}}",
                    rare=True,
                ),
            ),
            meaning="403 of people who have logged in is somebody who looks where they should not.",
            unit=Unit.REQUESTS_A_SECOND,
        ),
        Panel(
            title="Kept back (429)",
            queries=(
                Query(
                    f'sum by (job, route) (rate({_COUNT}{{status="429"}}[{INTERVAL}]))', "{{job}} {{route}}", rare=True
                ),
            ),
            meaning="Limits by address or account at work.",
            unit=Unit.REQUESTS_A_SECOND,
        ),
        Panel(
            title="Refused before a route was found",
            queries=(
                Query(
                    f'sum by (job, status) (rate({_COUNT}{{route=""}}[{INTERVAL}]))', "{{job}} {{status}}", rare=True
                ),
            ),
            meaning="Scanners ask for what we do not have.",
            unit=Unit.REQUESTS_A_SECOND,
        ),
    ),
)

_TRAIL: Final = Row(
    "auth-svc",
    (
        Panel(
            title="Requests by route",
            queries=(
                Query(f'sum by (route) (rate({_COUNT}{{job="auth-svc"}}[{INTERVAL}])) > 0', "{{route}}", rare=True),
            ),
            meaning="What the login is asked for.",
            unit=Unit.REQUESTS_A_SECOND,
        ),
        Panel(
            title="Security events",
            queries=(
                Query(
                    f'sum(rate(messaging_client_sent_messages_total{{topic="auth.security-event-recorded.v1"}}[{INTERVAL}]))',
                    "recorded",
                ),
            ),
            meaning="What stands on the audit trail, each second.",
            unit=Unit.A_SECOND,
        ),
        Panel(
            title="Failing parts of auth-svc",
            queries=(Query('max by (part) (part_failing_seconds{job="auth-svc"}) > 0', "{{part}}", rare=True),),
            meaning="Tokens of other services are checked with its keys.",
            unit=Unit.SECONDS,
            limit=60,
        ),
    ),
)

BOARD: Final = Board(
    name="security",
    title="Security",
    description="Who tries to get in, and what the doors answer",
    rows=(_LOGINS, _REFUSED, _TRAIL),
)
