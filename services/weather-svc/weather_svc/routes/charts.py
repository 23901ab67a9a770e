"""The hours of a station as a small picture."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from chassis.http.allowances import LIMIT_REACHED
from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.languages import WantedLanguage, told_in
from contracts.access import READ_HOURS
from weather_svc.domain.blocks import BLOCK_HOURS, NOT_STATED, Block, BlockKey, Grade, Span, StationKey
from weather_svc.domain.rain_chart import ChartedHours, rain_chart
from weather_svc.repository import blocks
from weather_svc.routes.fields import From, NetworkInPath, NumberInPath, Until, period
from weather_svc.routes.parts import Parts
from weather_svc.routes.problems import PERIOD_TOO_LONG

_FRESH_SECONDS, _SETTLED_SECONDS = 300, 86_400
_SETTLED = frozenset({Grade.LOST, Grade.VALIDATED})


class ChartRoutes:
    """Draws charts."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the route to `api`."""
        path, problems = "/stations/{network}/{number}/chart.svg", (LIMIT_REACHED, PERIOD_TOO_LONG)
        api.get(path, operation=READ_HOURS, problems=problems)(self.draw_chart)

    async def draw_chart(
        self,
        network: NetworkInPath,
        number: NumberInPath,
        from_at: From,
        until_at: Until,
        language: WantedLanguage,
        reading: Reading,
        request: Request,
    ) -> Response:
        """Draw the hours of a station.

        Answers image/svg+xml. `title` and `desc` in it say in words what it shows; hours without a figure are hatched.
        """
        self._parts.reads.take(request)
        span = Span(StationKey(network, number), period(from_at, until_at))
        station = await self._parts.station(reading.connection, span.station)
        found = await blocks.counting(reading.connection, keys=span.blocks)
        figures, grades = _hours(found, span)
        drawn = rain_chart(ChartedHours(station, span.hours.first, figures), language).encode()
        seconds = _SETTLED_SECONDS if _SETTLED.issuperset(grades) else _FRESH_SECONDS
        headers = {
            "Cache-Control": f"public, max-age={seconds}",
            "Cross-Origin-Resource-Policy": "cross-origin",  # a page of the portal may show it
            "ETag": f'"{sha256(drawn).hexdigest()[:32]}"',
        }
        response = Response(drawn, headers=headers, media_type="image/svg+xml")
        told_in(response, language)
        return response


def _hours(found: Mapping[BlockKey, Block], span: Span) -> tuple[array[int], bytearray]:
    """Return the figures and grades of the hours of `span`."""
    figures, grades = array("h"), bytearray()
    for key in span.blocks:
        hours = slice(max(0, span.hours.first - key.first_hour), min(BLOCK_HOURS, span.hours.last + 1 - key.first_hour))
        block = found.get(key)
        length = hours.stop - hours.start
        figures += block.figures[hours] if block else array("h", [NOT_STATED]) * length
        grades += block.grades[hours] if block else bytearray(length)
    return figures, grades
