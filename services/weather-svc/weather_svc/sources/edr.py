"""KNMI's EDR API: a collection of its Data Platform, asked for some stations and a period, answers in CoverageJSON."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from contracts.vocabulary import Network
from weather_svc.domain.blocks import TRACE, Span, StationKey
from weather_svc.domain.hours import HourSpan, border_at, last_border
from weather_svc.domain.publication import EDR_HOURLY, DataSet, Publication, PublishedBy, Reply, Resolution
from weather_svc.reading.coverage_json import ErrorBodyError, Values, read_coverages, tenths
from weather_svc.reading.refusal import UnreadableError
from weather_svc.reading.stated import StatedHours, cover, suspicion_of
from weather_svc.sources.exchange import Exchange
from weather_svc.sources.port import Failure, Outcome, Problem, Question

EDR_BUDGET = "edr"
_RAIN, _DURATION = "RH", "DR"
_CLOSED_AT_MOST = 4
"""When so many are not known one after the other, and none is, the address is wrong and not the register."""


class HourLabel(StrEnum):
    """Which moment KNMI names an hour by. Its documentation says the end; of hours nobody here has seen it."""

    END = "end"
    START = "start"


class StatedHour(NamedTuple):
    """What is said of an hour: NO_FIGURE, TRACE or tenths of a millimetre, and `Suspicion`s."""

    hour: int
    figure: int
    suspicion: int


@dataclass(frozen=True, kw_only=True)
class EdrCollection:
    """One collection. `url` is the base of the API; `key` goes in a header and nowhere else.

    `labels` gives the first and the last moment to ask for; `hours_of` reads the values of a station.
    """

    exchange: Exchange
    url: str
    key: SecretStr
    data_set: DataSet
    resolution: Resolution
    parameters: tuple[str, ...]
    labels: Callable[[HourSpan], tuple[datetime, datetime]]
    hours_of: Callable[[Mapping[str, Values]], Iterator[StatedHour]]

    @property
    def name(self) -> str:
        return self.data_set.name

    async def ask(self, question: Question) -> Outcome:
        """Ask once, and again in halves where that is too much at once, or a closed station spoils it for all.

        Finding a closed station takes some ten requests: who knows it does not ask for it.
        """
        outcome, has_answered = Outcome(), False
        parts = [question] if question.stations else []
        while parts:
            part = parts.pop()
            result = await self._ask_once(part)
            if not isinstance(result, Failure):
                outcome, has_answered = outcome + Outcome(publications=result), True
            elif result.problem is Problem.NOT_FOUND and len(part.stations) == 1:
                outcome += Outcome(closed=frozenset(part.stations))
                if len(outcome.closed) >= _CLOSED_AT_MOST and not has_answered:
                    return Outcome(failure=Failure(Problem.NOT_FOUND, "KNMI knows no station; correct the address"))
            elif halves := _halves(part, result.problem):
                parts += reversed(halves)
            else:
                return outcome + Outcome(failure=result)
        return outcome

    async def _ask_once(self, question: Question) -> Sequence[Publication] | Failure:
        request = self._request(question)
        received = await self.exchange.send(request)
        if isinstance(received, Failure):
            return received
        first, last = (f"{border_at(hour):%Y%m%dT%H}" for hour in question.hours)
        reply = Reply(
            name=f"{self.name}_{first}_{last}.json",
            body=received.body,
            retrieved_at=received.at,
            address=str(request.url),
        )
        try:
            return await asyncio.to_thread(self._read, reply, question)
        except ErrorBodyError as error:
            return _named(error)
        except UnreadableError as error:
            return Failure(Problem.UNREADABLE, str(error))

    def _request(self, question: Question) -> httpx.Request:
        first, last = self.labels(question.hours)
        ids = ",".join(quote(wigos_id, safe="") for wigos_id in question.stations.values())
        return self.exchange.client.build_request(
            "GET",
            f"{self.url.rstrip('/')}/collections/{self.data_set.name}/locations/{ids}",
            params={
                "datetime": f"{first:%Y-%m-%dT%H:%M:%SZ}/{last:%Y-%m-%dT%H:%M:%SZ}",
                "parameter-name": ",".join(self.parameters),
            },
            headers={"Authorization": self.key.get_secret_value()},
        )

    def _read(self, reply: Reply, question: Question) -> Sequence[Publication]:
        """Read what `reply` says of the hours asked for, up to the last of which any station has a figure.

        What comes after that is not published yet, at no station. A station that is not there is not spoken of.
        """
        numbers = {wigos_id: number for number, wigos_id in question.stations.items()}
        coverages = read_coverages(reply.body, parameters=self.parameters)
        if strangers := coverages.keys() - numbers.keys():
            raise UnreadableError(f"it is about {len(strangers)} stations that were not asked for")
        asked = question.hours.numbers
        said = [
            (numbers[wigos_id], each)
            for wigos_id, values in coverages.items()
            for each in self.hours_of(values)
            if each.hour in asked
        ]
        last_hour = max((each.hour for _, each in said if each.figure >= TRACE), default=None)
        if last_hour is None:
            return ()
        if last_hour > last_border(reply.retrieved_at):
            raise UnreadableError("it has a figure of an hour that has not ended: that is no measurement")
        stated = StatedHours()
        for place, (station, each) in enumerate(said):
            if each.hour <= last_hour:
                stated.state(place, station, *each)
        statements = stated.statements(stated.stations)
        for wigos_id in coverages:
            key = StationKey(Network.AWS, numbers[wigos_id])
            cover(statements, Span(key, HourSpan(question.hours.first, last_hour)))
        return (
            Publication(
                reply=reply,
                member=None,
                data_set=self.data_set,
                resolution=self.resolution,
                published_at=reply.retrieved_at,
                published_by=PublishedBy.RETRIEVED,
                statements=statements,
            ),
        )


def hourly_collection(*, exchange: Exchange, url: str, key: SecretStr, label: HourLabel) -> EdrCollection:
    """Return the collection of hourly figures."""
    before_end = timedelta(hours=1 if label is HourLabel.START else 0)

    def labels(hours: HourSpan) -> tuple[datetime, datetime]:
        return border_at(hours.first) - before_end, border_at(hours.last) - before_end

    def hours_of(values: Mapping[str, Values]) -> Iterator[StatedHour]:
        durations = values.get(_DURATION, {})
        for moment, value in values[_RAIN].items():
            hour = last_border(moment + before_end)
            if border_at(hour) != moment + before_end:
                raise UnreadableError("an hour does not end on the hour")
            figure, lasted = tenths(value), tenths(durations.get(moment))
            yield StatedHour(hour, figure, suspicion_of(figure, lasted if lasted >= 0 else None))

    return EdrCollection(
        exchange=exchange,
        url=url,
        key=key,
        data_set=EDR_HOURLY,
        resolution=Resolution.HOURLY,
        parameters=(_RAIN, _DURATION),
        labels=labels,
        hours_of=hours_of,
    )


def _halves(question: Question, problem: Problem) -> Sequence[Question]:
    """Return two halves of `question` that may be answered where it is not; none when it cannot be halved."""
    hours, stations = question.hours, list(question.stations.items())
    if problem is Problem.TOO_MUCH_DATA and len(hours.numbers) > 1:
        middle = (hours.first + hours.last) // 2
        spans = HourSpan(hours.first, middle), HourSpan(middle + 1, hours.last)
        return [replace(question, hours=span) for span in spans]
    if problem in {Problem.TOO_MUCH_DATA, Problem.NOT_FOUND} and len(stations) > 1:
        half = len(stations) // 2
        return [replace(question, stations=dict(part)) for part in (stations[:half], stations[half:])]
    return ()


def _named(error: ErrorBodyError) -> Failure:
    if "quota" in error.text or "rate limit" in error.text:
        return Failure(Problem.QUOTA, "KNMI's quota is used up; it is asked again in the next hour")
    if "disallowed" in error.text or "key" in error.text:
        return Failure(Problem.KEY, "KNMI does not accept the key; correct or renew it")
    return Failure(Problem.ERROR_BODY, "KNMI answers with an error instead of figures")
