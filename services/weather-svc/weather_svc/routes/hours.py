"""What a station measured hour by hour, what was published of an hour and when, and which hours have no figure."""

from __future__ import annotations

from datetime import UTC
from enum import StrEnum
from typing import Annotated, TypeAlias

from fastapi import Path, Query
from pydantic import Field
from starlette.requests import Request

from chassis.http.allowances import LIMIT_REACHED
from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.problems import Problem
from chassis.http.values import ExactModel, Moment
from contracts.access import READ_HOURS
from weather_svc.domain.blocks import NOT_STATED, TRACE, Block, BlockKey, Grade, Span, StationKey, Suspicion
from weather_svc.domain.hours import HourSpan, border_at, last_border
from weather_svc.domain.publication import ATTRIBUTION, KNMI_CORRECTS_FOR
from weather_svc.repository import blocks, gaps, publications
from weather_svc.repository.gaps import GapState, NotedGap
from weather_svc.routes.fields import (
    From,
    NetworkInPath,
    NumberInPath,
    SourceView,
    StationView,
    TenthsMm,
    Until,
    period,
)
from weather_svc.routes.parts import Parts
from weather_svc.routes.problems import NOT_AN_HOUR, PERIOD_TOO_LONG

HourInPath: TypeAlias = Annotated[
    Moment, Path(description="The moment at which the hour ends", examples=["2021-07-15T06:00:00Z"])
]
PublishedUntil: TypeAlias = Annotated[
    Moment | None,
    Query(description="Tell what counted by what KNMI had published until then", examples=["2021-07-16T00:00:00Z"]),
]
KnownUntil: TypeAlias = Annotated[
    Moment | None,
    Query(description="Tell what counted by what had been imported here until then", examples=["2021-07-16T00:00:00Z"]),
]


class HourState(StrEnum):
    """What is known of an hour, from the least to the most."""

    UNKNOWN = "unknown"
    """Nothing was published about it."""
    OPEN = "open"
    """No figure; KNMI may still publish it."""
    LOST = "lost"
    """No figure, and KNMI will publish none."""
    TEN_MINUTE = "ten_minute"
    """Summed from ten-minute figures."""
    PROVISIONAL = "provisional"
    VALIDATED = "validated"


_STATES = {
    Grade.OPEN: HourState.OPEN,
    Grade.LOST: HourState.LOST,
    Grade.TEN_MINUTE: HourState.TEN_MINUTE,
    Grade.PROVISIONAL: HourState.PROVISIONAL,
    Grade.VALIDATED: HourState.VALIDATED,
}
_TenthsMmOrNone: TypeAlias = Annotated[TenthsMm | None, Field(description="Null: no figure. A trace counts 0.")]
_IsTrace: TypeAlias = Annotated[bool, Field(description="More than nothing, less than 0.05 mm")]
_Suspicions: TypeAlias = Annotated[
    list[str],
    Field(description="How the hour contradicts itself", examples=[["rain_without_duration"]]),
]
_SourceNumber: TypeAlias = Annotated[
    int | None, Field(description="The place of its source in `sources`, from 0; null without one", examples=[0])
]


class HourView(ExactModel):
    """One hour of a station, named by its end."""

    hour_ends_at: Moment
    tenths_mm: _TenthsMmOrNone
    is_trace: _IsTrace
    state: HourState
    suspicions: _Suspicions
    source: _SourceNumber


class HoursView(ExactModel):
    """The hours that end after `from` and not after `until`."""

    station: StationView
    attribution: str = Field(examples=[ATTRIBUTION])
    hours: list[HourView]
    sources: list[SourceView] = Field(description="Since which publication each figure stands as it is")


class VersionView(ExactModel):
    """What one publication says of the hour. `counts`: it is the one by which the hour stands as it is."""

    tenths_mm: _TenthsMmOrNone
    is_trace: _IsTrace
    suspicions: _Suspicions
    counts: bool
    source: SourceView


class VersionsView(ExactModel):
    """Every publication about an hour, the oldest first."""

    station: StationView
    hour_ends_at: Moment
    versions: list[VersionView]


class MissingHoursView(ExactModel):
    """Consecutive hours without a figure."""

    first_hour_ends_at: Moment
    last_hour_ends_at: Moment
    hours: int = Field(examples=[54])
    state: GapState
    noted_at: Moment = Field(description="When the first of them was found to be without a figure")
    settled_by: Moment | None = Field(
        description="By when KNMI will have published or given up all of them; null when they are lost"
    )
    what_would_settle_it: str = Field(examples=["KNMI publishes the hours, or gives them up."])


class LedgerView(ExactModel):
    """The hours without a figure of a station."""

    station: StationView
    missing_hours: list[MissingHoursView]


class HourRoutes:
    """Tells of hours."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        path, problems = "/stations/{network}/{number}", (LIMIT_REACHED,)
        api.get(f"{path}/hours", operation=READ_HOURS, problems=(*problems, PERIOD_TOO_LONG))(self.list_hours)
        api.get(f"{path}/hours/{{hour}}/versions", operation=READ_HOURS, problems=(*problems, NOT_AN_HOUR))(
            self.list_versions
        )
        api.get(f"{path}/missing-hours", operation=READ_HOURS, problems=problems)(self.list_missing_hours)

    async def list_hours(
        self,
        network: NetworkInPath,
        number: NumberInPath,
        from_at: From,
        until_at: Until,
        reading: Reading,
        request: Request,
        published_until: PublishedUntil = None,
        known_until: KnownUntil = None,
    ) -> HoursView:
        """List the hours of a station with figures and sources.

        Without `published_until` and `known_until` it is what counts now. 31 days at most are told at a time.
        """
        self._parts.reads.take(request)
        hours = period(from_at, until_at)
        station = await self._parts.station(reading.connection, StationKey(network, number))
        span = Span(StationKey(network, number), hours)
        if published_until is None and known_until is None:
            found = await blocks.counting(reading.connection, keys=span.blocks)
        else:
            found = await blocks.as_of(
                reading.connection, keys=span.blocks, published_until=published_until, known_until=known_until
            )
        told = [_hour(found, span.station, hour) for hour in hours.numbers]
        used = sorted({publication_id for _, publication_id in told if publication_id is not None})
        rows = await publications.by_id(reading.connection, publication_ids=used)
        places = {publication_id: place for place, publication_id in enumerate(used)}
        return HoursView(
            station=StationView.of(station),
            attribution=ATTRIBUTION,
            hours=[
                view.model_copy(update={"source": None if source is None else places[source]}) for view, source in told
            ],
            sources=[SourceView.of(rows[publication_id]) for publication_id in used],
        )

    async def list_versions(
        self, network: NetworkInPath, number: NumberInPath, hour: HourInPath, reading: Reading, request: Request
    ) -> VersionsView:
        """List what every publication says of one hour, the oldest first.

        Publications that cover the hour and have no figure for it are among them.
        """
        self._parts.reads.take(request)
        ended = last_border(hour.astimezone(UTC))
        if border_at(ended) != hour:
            raise Problem(NOT_AN_HOUR)
        key = StationKey(network, number)
        station = await self._parts.station(reading.connection, key)
        (block_key,) = Span(key, HourSpan(ended, ended)).blocks
        said = (await blocks.statements(reading.connection, keys=[block_key])).get(block_key, [])
        counting = await blocks.counting(reading.connection, keys=[block_key])
        place = ended - block_key.first_hour
        counts = _source_of(counting[block_key], place) if block_key in counting else None
        stated = [each for each in said if each.statement.figures[place] != NOT_STATED]
        rows = await publications.by_id(
            reading.connection, publication_ids=[each.published.publication_id for each in stated]
        )
        return VersionsView(
            station=StationView.of(station),
            hour_ends_at=hour,
            versions=[
                VersionView(
                    tenths_mm=_tenths(each.statement.figures[place]),
                    is_trace=each.statement.figures[place] == TRACE,
                    suspicions=_suspicions(each.statement.suspicions[place]),
                    counts=each.published.publication_id == counts,
                    source=SourceView.of(rows[each.published.publication_id]),
                )
                for each in stated
            ],
        )

    async def list_missing_hours(
        self, network: NetworkInPath, number: NumberInPath, reading: Reading, request: Request
    ) -> LedgerView:
        """List the hours of a station that have no figure.

        They are open while KNMI may still publish them, and lost when it will not.
        """
        self._parts.reads.take(request)
        key = StationKey(network, number)
        station = await self._parts.station(reading.connection, key)
        found = await gaps.of_station(reading.connection, station=key)
        return LedgerView(station=StationView.of(station), missing_hours=[_gap(gap) for gap in found])


def _hour(found: dict[BlockKey, Block], station: StationKey, hour: int) -> tuple[HourView, int | None]:
    """Return what counts of an hour, and the publication that it is from."""
    (key,) = Span(station, HourSpan(hour, hour)).blocks
    block, place = found.get(key), hour - key.first_hour
    figure = NOT_STATED if block is None else block.figures[place]
    if block is None or figure == NOT_STATED:
        state, suspicions, source = HourState.UNKNOWN, [], None
    else:
        state, source = _STATES[Grade(block.grades[place])], _source_of(block, place)
        suspicions = _suspicions(block.suspicions[place])
    view = HourView(
        hour_ends_at=border_at(hour),
        tenths_mm=_tenths(figure),
        is_trace=figure == TRACE,
        state=state,
        suspicions=suspicions,
        source=None,
    )
    return view, source


def _source_of(block: Block, place: int) -> int | None:
    source = block.places[place]
    return block.sources[source - 1].publication_id if source else None


def _tenths(figure: int) -> int | None:
    return None if figure < TRACE else max(0, figure)


def _suspicions(flags: int) -> list[str]:
    return [str(flag.name).lower() for flag in Suspicion(flags)]


def _gap(gap: NotedGap) -> MissingHoursView:
    last_hour_ends_at = border_at(gap.hours.last)
    is_open = gap.state is GapState.OPEN
    return MissingHoursView(
        first_hour_ends_at=border_at(gap.hours.first),
        last_hour_ends_at=last_hour_ends_at,
        hours=len(gap.hours.numbers),
        state=gap.state,
        noted_at=gap.noted_at,
        settled_by=last_hour_ends_at + KNMI_CORRECTS_FOR if is_open else None,
        what_would_settle_it=_WOULD_SETTLE[gap.state],
    )


_WOULD_SETTLE = {
    GapState.OPEN: "KNMI publishes the hours, or gives them up, until settled_by.",
    GapState.LOST: "Nothing: KNMI has given the hours up. Whoever decides looks at the stations around.",
}
