"""KNMI on this machine: its EDR API, script end point and bulk files, with real figures and every fault we know of."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from io import BytesIO
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from zipfile import ZipFile, ZipInfo

from rain_samples import FIGURES, NOW, at

from contracts.vocabulary import Network
from weather_svc.domain.blocks import BLOCK_HOURS, NOT_STATED, BlockKey, StationKey
from weather_svc.domain.hours import border_at, last_border, next_border
from weather_svc.domain.publication import Publication

KEY = "a-key-that-nobody-may-see"
FIVE = (275, 370, 377, 380, 391)
"""The stations of the sample of July 2021."""
NAME, MODIFIED = "uurgeg_377_2021-2030.zip", "Tue, 20 Jul 2021 06:12:03 GMT"
"""A bulk file and what the server says of it."""
TEXT = (FIGURES / "july_2021.txt").read_bytes()


class Asked(NamedTuple):
    """A request as it came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body).items()}

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def stations(self) -> list[int]:
        """The stations that a request to the EDR API asks for."""
        return [int(each[-3:]) for each in unquote(urlsplit(self.target).path).rsplit("/", 1)[1].split(",")]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A reply; `sends` fewer bytes than it announces are a cut connection, `after` is how long it takes."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    sends: int | None = None
    after: float = 0


def as_json(document: object, *, status: int = 200) -> Answer:
    return Answer(status=status, body=json.dumps(document).encode())


@dataclass
class Knmi:
    """What KNMI has and does. Each of `faults` is answered once, before it answers as it should."""

    figures: dict[int, dict[int, int | None]]
    published_until: int = last_border(NOW)
    closed: set[int] = field(default_factory=set)
    most_values: int = 376_000
    key: str = KEY
    coverage_per_time: bool = False
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    faults: deque[Answer] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    on_request: Callable[[], None] = lambda: None

    @property
    def edr_url(self) -> str:
        return f"{self.url}/edr/v1"

    @property
    def script_url(self) -> str:
        return f"{self.url}/klimatologie/uurgegevens"

    @property
    def bulk_url(self) -> str:
        return f"{self.url}/uurgegevens/"

    def answer(self, asked: Asked) -> Answer:
        if self.faults:
            return self.faults.popleft()
        path = urlsplit(asked.target).path
        if path.startswith("/edr/v1/collections/"):
            return self._edr(asked)
        if path == "/klimatologie/uurgegevens":
            return self._script(asked.form)
        return self._file(path.rsplit("/", 1)[1], asked.headers)

    def _edr(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != self.key:
            return as_json({"error": "Access to this API has been disallowed"}, status=403)
        if self.closed & set(asked.stations):
            return as_json({"detail": "location not found"}, status=404)
        first, last = (at(text.removesuffix("Z")) for text in asked.query["datetime"].split("/"))
        if asked.query["parameter-name"] == "rg":
            return self._ten_minute(asked.stations, first, last)
        hours = range(last_border(first), last_border(last) + 1)
        if len(hours) * len(asked.stations) * 2 > self.most_values:
            message = f"Maximum number of requested data points exceeded (total_datapoints={len(hours)})"
            return as_json({"error": message}, status=413)
        times = [[hour] for hour in hours] if self.coverage_per_time else [list(hours)]
        coverages = [self._coverage(station, each) for station in asked.stations for each in times]
        return as_json({"type": "CoverageCollection", "parameters": {}, "coverages": coverages})

    def _coverage(self, station: int, hours: Sequence[int]) -> object:
        known = self.figures.get(station, {})
        rain = [known.get(hour) if hour <= self.published_until else None for hour in hours]
        moments = [f"{border_at(hour):%Y-%m-%dT%H:%M:%SZ}" for hour in hours]
        durations = [None if each is None else 0.1 * (each > 0) for each in rain]
        return coverage(station, moments, RH=[None if each is None else each / 10 for each in rain], DR=durations)

    def _ten_minute(self, stations: Sequence[int], first: datetime, last: datetime) -> Answer:
        """Spread each hour evenly: its mean is what fell in it."""
        moments = [first + n * timedelta(minutes=10) for n in range((last - first) // timedelta(minutes=10) + 1)]
        coverages = []
        for station in stations:
            known = self.figures.get(station, {})
            of_hours = [known.get(next_border(moment)) for moment in moments]
            means = [None if rain is None else max(rain, 0) / 10 for rain in of_hours]
            coverages.append(coverage(station, [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments], rg=means))
        return as_json({"type": "CoverageCollection", "coverages": coverages})

    def _script(self, form: Mapping[str, str]) -> Answer:
        first, last = at(f"{form['start'][:8]}T00:00"), at(f"{form['end'][:8]}T00:00")
        hours_of_day = range(int(form["start"][8:]), int(form["end"][8:]) + 1)  # of every day: the trap
        rows = [
            (station, day, hour, self.figures[station].get(last_border(day) + hour))
            for station in (int(text) for text in form["stns"].split(":"))
            if station in self.figures
            for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
            for hour in hours_of_day
            if last_border(day) + hour <= self.published_until
        ]
        if form["fmt"] == "json":
            return as_json(
                [
                    {"station_code": s, "date": f"{day:%Y-%m-%d}T00:00:00.000Z", "hour": hour, "DR": None, "RH": rain}
                    for s, day, hour, rain in rows
                ]
            )
        lines = [f"{s:5},{day:%Y%m%d},{hour:5},     ,{'' if rain is None else rain:>5}" for s, day, hour, rain in rows]
        text = "\r\n".join(["# KNMI", "# STN,YYYYMMDD,   HH,   DR,   RH", *lines, ""])
        return Answer(body=text.encode())

    def _file(self, name: str, headers: Mapping[str, str]) -> Answer:
        if name not in self.files:
            return Answer(status=404, body=b"<html>Not Found</html>")
        body, modified = self.files[name]
        validators = {"Last-Modified": modified, "ETag": f'"{len(body)}"'}
        if headers.get("if-none-match") == validators["ETag"] and headers.get("if-modified-since") == modified:
            return Answer(status=304, headers=validators)
        return Answer(body=body, headers=validators)


def coverage(station: int, moments: Sequence[str], **ranges: Sequence[float | None]) -> dict[str, object]:
    """A coverage as KNMI writes it."""
    return {
        "type": "Coverage",
        "eumetnet:locationId": f"0-20000-0-06{station}",
        "domain": {
            "type": "Domain",
            "axes": {"x": {"values": [5.76]}, "y": {"values": [51.19]}, "t": {"values": list(moments)}},
        },
        "ranges": {
            name: {
                "type": "NdArray",
                "dataType": "float",
                "axisNames": ["t"],
                "shape": [len(values)],
                "values": list(values),
            }
            for name, values in ranges.items()
        },
    }


def zipped(text: bytes) -> bytes:
    """Pack a text as KNMI does, at five in the morning of 20 July 2021."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr(ZipInfo(NAME.replace(".zip", ".txt"), (2021, 7, 20, 5, 0, 0)), text)
    return packed.getvalue()


def figure_in(publication: Publication, *, station: int, hour: int) -> int:
    """What a publication says of an hour, as in `Statement`."""
    statement = publication.statements.get(BlockKey(StationKey(Network.AWS, station), hour // BLOCK_HOURS))
    return NOT_STATED if statement is None else statement.figures[hour % BLOCK_HOURS]


def july_2021() -> dict[int, dict[int, int | None]]:
    """The real hours of five stations from 7 to 19 July 2021; a trace is -1."""
    figures: dict[int, dict[int, int | None]] = {}
    for line in (FIGURES / "july_2021.txt").read_text().splitlines():
        if not line.startswith("#"):
            number, day, hour, _, rain = (each.strip() for each in line.split(","))
            ends = last_border(at(f"{day[:4]}-{day[4:6]}-{day[6:]}T00:00")) + int(hour)
            figures.setdefault(int(number), {})[ends] = int(rain) if rain else None
    return figures


@asynccontextmanager
async def knmi() -> AsyncIterator[Knmi]:
    """Serve July 2021 on a free port."""
    running = Knmi(july_2021())

    serving: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await _serve(running, reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    running.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield running
    finally:
        server.close()
        for task in serving:
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in serving if task is not None))
        await server.wait_closed()


async def _serve(running: Knmi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split()
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    asked = Asked(method, target, headers, body.decode())
    running.asked.append(asked)
    running.on_request()
    answer = running.answer(asked)
    await asyncio.sleep(answer.after)
    given = {"Content-Length": str(len(answer.body)), "Connection": "close", **answer.headers}
    fields = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    writer.write(f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{fields}\r\n".encode())
    writer.write(answer.body if answer.sends is None else answer.body[: answer.sends])
    await writer.drain()
