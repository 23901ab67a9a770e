"""Was there enough rain at my home? For everybody; nothing of the question is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.responses import Response

from portal_svc.clients import weather
from portal_svc.clients.services import Asking, Json, ServiceName, ServiceRefusedError
from portal_svc.domain.audience import EVERYBODY
from portal_svc.domain.rain_chart import Chart, chart_in_check
from portal_svc.web.formats import DUTCH_TIME
from portal_svc.web.room import Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("rain")
# The map: so many pixels for the Netherlands, of which one degree east is some 0.61 as long as one north.
_WEST, _EAST, _SOUTH, _NORTH = 3.2, 7.3, 50.7, 53.65
MAP_WIDTH, MAP_HEIGHT = 352, 416
_CLICK_METRES: Final = 2_000
_STATION_METRES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody asks about."""

    latitude: float
    longitude: float
    accuracy_metres: int


@ROOM.get("/rain", to=EVERYBODY)
async def ask(visit: Visit) -> Response:
    """Ask where and when."""
    return await _asked(visit)


@ROOM.get("/rain/map.svg", to=EVERYBODY)
async def draw_map(visit: Visit) -> Response:
    """Draw where the stations are that measure rain now."""
    markup = visit.page("rain/map.svg.j2", stations=_measuring(await weather.stations(_at(visit))), place=_on_map)
    return Response(markup.body, media_type="image/svg+xml", headers={"Cache-Control": "no-cache"})


@ROOM.post("/rain", to=EVERYBODY)
async def check(visit: Visit) -> Response:
    """Show whether the rain near that place was enough around that moment."""
    measuring = _measuring(await weather.stations(_at(visit)))
    place, when, wrong = _place_in(visit, measuring), _when_in(visit), {}
    if place is None:
        wrong["station"] = visit.text("rain.no-place")
    if when is None:
        wrong["day"] = visit.text("rain.no-moment")
    if place is None or when is None:
        return await _asked(visit, wrong=wrong)
    try:
        found = await weather.check(
            _at(visit),
            latitude=place.latitude,
            longitude=place.longitude,
            accuracy_metres=place.accuracy_metres,
            from_at=when[0],
            until_at=when[1],
        )
    except ServiceRefusedError as refused:
        if refused.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise
        known = f"rain.problem.{refused.problem}"
        return await _asked(visit, wrong={"day": visit.text(known if known in visit.text else "rain.problem.other")})
    charts = [await _chart(visit, station, loss=when) for station in found["stations"]]
    return visit.page("rain/answer.html.j2", found=found, charts=[one for one in charts if one], when=when)


async def _asked(visit: Visit, *, wrong: dict[str, str] | None = None) -> Response:
    measuring = _measuring(await weather.stations(_at(visit)))
    return visit.page(
        "rain/ask.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        stations=sorted(measuring, key=lambda one: str(one["name"])),
        today=(await visit.now()).astimezone(DUTCH_TIME).date().isoformat(),
        entered=visit.form,
        wrong=wrong or {},
        size=(MAP_WIDTH, MAP_HEIGHT),
    )


async def _chart(visit: Visit, station: Json, *, loss: tuple[datetime, datetime]) -> Chart | None:
    query = parse_qs(urlsplit(station["chart"]).query)
    hours = await weather.hours(
        _at(visit),
        network=station["station"]["network"],
        number=station["station"]["number"],
        from_at=query["from"][0],
        until=query["until"][0],
    )
    return chart_in_check(station, hours, loss=loss)


def _measuring(register: Json) -> Sequence[Json]:
    return [
        {"name": one["name"], "id": f"{one['network']}-{one['number']}", **_newest(one)}
        for one in register["stations"]
        if one["measures_rain"] and one["network"] == "aws" and one["periods"]
    ]


def _newest(station: Json) -> Json:
    newest = station["periods"][-1]
    return {"latitude": newest["latitude"], "longitude": newest["longitude"]}


def _place_in(visit: Visit, measuring: Sequence[Json]) -> Place | None:
    if visit.form.get("map.x") and visit.form.get("map.y"):
        try:
            x, y = int(visit.form.get("map.x")), int(visit.form.get("map.y"))
        except ValueError:
            return None
        return Place(
            latitude=_NORTH - y / MAP_HEIGHT * (_NORTH - _SOUTH),
            longitude=_WEST + x / MAP_WIDTH * (_EAST - _WEST),
            accuracy_metres=_CLICK_METRES,
        )
    for one in measuring:
        if one["id"] == visit.form.get("station"):
            return Place(latitude=one["latitude"], longitude=one["longitude"], accuracy_metres=_STATION_METRES)
    return None


def _when_in(visit: Visit) -> tuple[datetime, datetime] | None:
    """Return the moment that was entered, or the whole day where no time was."""
    day, time = visit.form.get("day"), visit.form.get("time")
    try:
        if time:
            at = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=DUTCH_TIME)
            return at, at
        begins = datetime.fromisoformat(day).replace(tzinfo=DUTCH_TIME)
    except ValueError:
        return None
    return begins, begins + timedelta(days=1) - timedelta(seconds=1)


def _on_map(latitude: float, longitude: float) -> tuple[float, float]:
    return (
        round((longitude - _WEST) / (_EAST - _WEST) * MAP_WIDTH, 1),
        round((_NORTH - latitude) / (_NORTH - _SOUTH) * MAP_HEIGHT, 1),
    )


def _at(visit: Visit) -> Asking:
    return visit.at(ServiceName.WEATHER)
