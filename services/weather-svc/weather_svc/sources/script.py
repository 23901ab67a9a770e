"""KNMI's hourly script end point: an older way, without a key, which KNMI means to end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Literal

from weather_svc.domain.hours import border_at, last_border
from weather_svc.domain.publication import HOURLY_FILES, PublishedBy, Reply
from weather_svc.reading.files import read_file
from weather_svc.reading.refusal import UnreadableError
from weather_svc.sources.exchange import Exchange
from weather_svc.sources.port import Failure, Outcome, Problem, Question
from weather_svc.unknown_stations import raise_alarm

SCRIPT_BUDGET = "script"
_HOURS_A_DAY = 24


@dataclass(frozen=True, kw_only=True)
class Script:
    """The end point at `url`."""

    exchange: Exchange
    url: str
    format: Literal["csv", "json"]
    name: str = "script"

    async def ask(self, question: Question) -> Outcome:
        """Ask for the whole days around the hours, as far as these days have ended.

        The hours in `start` and `end` choose hours of every day between them, so they are always 01 and 24. Of a day
        that has not ended KNMI has no hours.
        """
        first_day = (question.hours.first - 1) // _HOURS_A_DAY
        end_of_last_day = min(
            -(-question.hours.last // _HOURS_A_DAY), last_border(await self.exchange.now()) // _HOURS_A_DAY
        )
        if not question.stations or end_of_last_day <= first_day:
            return Outcome()
        first, last = (border_at(day * _HOURS_A_DAY) for day in (first_day, end_of_last_day - 1))
        form = {
            "start": f"{first:%Y%m%d}01",
            "end": f"{last:%Y%m%d}24",
            "stns": ":".join(str(station) for station in sorted(question.stations)),
            "vars": "DR:RH",
            "fmt": self.format,
        }
        client = self.exchange.client
        received = await self.exchange.send(client.build_request("POST", self.url, data=form))
        if isinstance(received, Failure):
            return Outcome(failure=received)
        reply = Reply(
            name=f"uurgegevens_{first:%Y%m%d}_{last:%Y%m%d}.{self.format}",
            body=received.body,
            retrieved_at=received.at,
            # Asked by GET it gives the same.
            address=str(client.build_request("GET", self.url, params=form).url),
        )
        try:
            contents = await asyncio.to_thread(read_file, reply, rain_stations=question.stations)
        except UnreadableError as error:
            return Outcome(failure=Failure(Problem.UNREADABLE, str(error)))
        raise_alarm(contents.strangers, data_set=HOURLY_FILES.name)
        return Outcome(
            publications=[
                replace(publication, published_at=received.at, published_by=PublishedBy.RETRIEVED)
                for publication in contents.publications
            ]
        )
