"""Rain: whether KNMI's hours come, and whether claims get theirs."""

from __future__ import annotations

from typing import Final

from observability.dashboards.model import INTERVAL, Board, Look, Panel, Query, Row, Unit
from observability.prometheus import quantile

_ASSESSED: Final = 'messaging_client_sent_messages_total{topic="weather.rainfall-assessed.v1"}'
_REQUESTED: Final = 'consumer="weather-svc.claims.rainfall-requested.v1"'
_OWN_REQUESTS: Final = 'http_server_request_duration_seconds_count{job="weather-svc"}'
_AGE: Final = "time() - weather_newest_hour_timestamp_seconds"

_HOURS: Final = Row(
    "Hours of KNMI",
    (
        Panel(
            title="Newest hour of all",
            queries=(Query("time() - max(weather_newest_hour_timestamp_seconds)"),),
            meaning="How long ago the newest hour that any station measured has ended.",
            unit=Unit.SECONDS,
            look=Look.NUMBER,
            limit=6 * 3_600,
        ),
        Panel(
            title="Stations behind",
            queries=(Query("max(weather_stations_late)"),),
            meaning="Stations whose newest hour is older than it should be: water stations.",
            look=Look.NUMBER,
            limit=3,
        ),
        Panel(
            title="KNMI away for",
            queries=(Query('max(part_failing_seconds{part=~"KNMI|KNMI\'s notifications"})', rare=True),),
            meaning="How long asking KNMI has failed. No figure: KNMI is not asked here.",
            unit=Unit.SECONDS,
            look=Look.NUMBER,
            limit=1_800,
        ),
        Panel(
            title="Claims waiting for rain",
            queries=(Query('max(claims_claims{state="waiting_for_rainfall"})'),),
            meaning="They are decided when the hours around their loss have come.",
            look=Look.NUMBER,
        ),
    ),
)

_STATIONS: Final = Row(
    "Stations",
    (
        Panel(
            title="Age of the newest hour: the ten oldest",
            queries=(Query(f"topk(10, max by (station) ({_AGE}))", "{{station}}"),),
            meaning="A line that climbs alone is one station, all together are KNMI or our way to it.",
            unit=Unit.SECONDS,
        ),
        Panel(
            title="Hours of stations that the register does not hold",
            queries=(
                Query("sum by (station) (increase(weather_unknown_station_hours_total[1d]))", "{{station}}", rare=True),
            ),
            meaning="KNMI has opened a station: it has to be entered before its rain counts.",
        ),
    ),
)

_ANSWERS: Final = Row(
    "Rain for claims",
    (
        Panel(
            title="Asked and answered",
            queries=(
                Query(f"sum(rate(messaging_client_consumed_messages_total{{{_REQUESTED}}}[{INTERVAL}]))", "asked"),
                Query(f"sum(rate({_ASSESSED}[{INTERVAL}]))", "answered"),
            ),
            meaning="Each second. Answers stay behind while hours are missing.",
            unit=Unit.A_SECOND,
        ),
        Panel(
            title="Waiting to be read",
            queries=(Query(f"sum(messaging_consumer_lag_records{{{_REQUESTED}}})"),),
            meaning="Questions that weather-svc has not read yet.",
        ),
        Panel(
            title="What a batch of questions takes",
            queries=tuple(
                Query(
                    quantile(part, f"messaging_process_duration_seconds{{{_REQUESTED}}}", window=INTERVAL),
                    name,
                )
                for part, name in ((0.5, "half"), (0.95, "95 of 100"))
            ),
            meaning="A storm of one night shares its conclusions, so that this stays low.",
            unit=Unit.SECONDS,
        ),
        Panel(
            title="Longest wait for rain",
            queries=(Query('max(claims_oldest_wait_seconds{state="waiting_for_rainfall"})'),),
            meaning="Hours that KNMI has lost are not waited for without end.",
            unit=Unit.SECONDS,
            limit=3 * 86_400,
        ),
    ),
)

_HOMES: Final = Row(
    "Rain checks and homes",
    (
        Panel(
            title="Requests to weather-svc, by status",
            queries=(
                Query(
                    f"sum by (status) (rate({_OWN_REQUESTS}[{INTERVAL}]))",
                    "{{status}}",
                    rare=True,
                ),
            ),
            meaning="Rain checks without login; 429 keeps back who asks too often.",
            unit=Unit.REQUESTS_A_SECOND,
            look=Look.STACK,
        ),
        Panel(
            title="Homes without a position",
            queries=(Query("max(policy_positions_pending)"),),
            meaning="Their nearest station is not known yet.",
        ),
        Panel(
            title="Look-ups of positions",
            queries=(
                Query(f"sum by (result) (rate(policy_position_lookups_total[{INTERVAL}]))", "{{result}}", rare=True),
            ),
            meaning="By what came of them.",
            unit=Unit.A_SECOND,
            look=Look.STACK,
        ),
    ),
)

BOARD: Final = Board(
    name="rain",
    title="Rain",
    description="Whether KNMI's hours come, and whether claims get theirs",
    rows=(_HOURS, _STATIONS, _ANSWERS, _HOMES),
)
