"""KNMI's bulk files: the hours of a station and a decade each. One that has not changed costs no bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from contracts.rain_stations import StationPeriod
from weather_svc.domain.publication import HOURLY_FILES, Publication, PublishedBy, Reply
from weather_svc.reading.files import read_file
from weather_svc.reading.refusal import UnreadableError
from weather_svc.sources.exchange import Exchange
from weather_svc.sources.port import Failure, Outcome, Problem, Question, Validators
from weather_svc.unknown_stations import raise_alarm

BULK_BUDGET = "bulk"
_YEARS = 10
_FIRST_YEAR = slice(-len("2021-2030.zip"), -len("-2030.zip"))


def first_year(name: str) -> int:
    """Return the first of the ten years that the file of this name holds."""
    return int(name[_FIRST_YEAR])


def file_names(periods: Iterable[StationPeriod], *, now: datetime) -> Sequence[str]:
    """Return the names of the files in which the register's stations measured rain; decades begin with a year 1."""
    decades = {
        (period.station.number, year)
        for period in periods
        if period.from_at is not None
        for year in range(_decade(period.from_at), (period.until_at or now).year + 1, _YEARS)
    }
    return [f"uurgeg_{station:03d}_{first}-{first + _YEARS - 1}.zip" for station, first in sorted(decades)]


def _decade(moment: datetime) -> int:
    return (moment.year - 1) // _YEARS * _YEARS + 1


@dataclass(frozen=True, kw_only=True)
class BulkFile:
    """One file in the folder `url`. `rain_stations` are those of the register."""

    exchange: Exchange
    url: str
    name: str
    rain_stations: Collection[int]

    async def ask(self, question: Question) -> Outcome:
        """Fetch the whole file unless it is the one that is known; which hours are asked for does not matter."""
        etag, last_modified = question.known
        request = self.exchange.client.build_request(
            "GET",
            f"{self.url.rstrip('/')}/{self.name}",
            headers={
                **({"If-None-Match": etag} if etag else {}),
                **({"If-Modified-Since": last_modified} if last_modified else {}),
            },
        )
        received = await self.exchange.send(request)
        if isinstance(received, Failure):
            return Outcome(failure=received)
        if received.status is HTTPStatus.NOT_MODIFIED:
            return Outcome(validators=question.known)
        reply = Reply(name=self.name, body=received.body, retrieved_at=received.at, address=str(request.url))
        validators = Validators(received.headers.get("etag"), received.headers.get("last-modified"))
        try:
            contents = await asyncio.to_thread(read_file, reply, rain_stations=self.rain_stations)
        except UnreadableError as error:
            return Outcome(failure=Failure(Problem.UNREADABLE, str(error)))
        raise_alarm(contents.strangers, data_set=HOURLY_FILES.name)
        modified_at = _moment(validators.last_modified)
        return Outcome(
            publications=[_dated(publication, modified_at) for publication in contents.publications],
            validators=validators,
        )


def _dated(publication: Publication, modified_at: datetime | None) -> Publication:
    """Let the server say when a file was published that does not say it itself."""
    if modified_at is None or publication.published_by is not PublishedBy.LAST_HOUR:
        return publication
    moment = min(max(modified_at, publication.published_at), publication.reply.retrieved_at)
    return replace(publication, published_at=moment, published_by=PublishedBy.LAST_MODIFIED)


def _moment(text: str | None) -> datetime | None:
    """Return what Last-Modified says; None for what is no date."""
    with suppress(ValueError):
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    return None
