"""Whether an answer about rain is what its own hours say, as `rainfall_reading` reads them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from claims_svc.domain.rainfall_hours import ended_at, hour_running_at
from claims_svc.domain.rainfall_reading import answer_from_hours, asked_hours
from contracts.claims import RainfallRequested
from contracts.weather import (
    DoubtKind,
    RainfallAssessed,
    ReadingAssessment,
    ReadingVerdict,
    StationAssessment,
    WindowAssessment,
)


def discrepancies(answer: RainfallAssessed, *, question: RainfallRequested) -> Iterator[str]:
    """Yield where the answer is not what its hours say to the question, one sentence each."""
    for station in answer.stations:
        yield from _hours_left_out(station, question)
        yield from _impossible_doubts(station)
    yield from _unlike("the answer", found=answer, expected=answer_from_hours(answer, question=question))


def _hours_left_out(station: StationAssessment, question: RainfallRequested) -> Iterator[str]:
    asked, series = asked_hours(question), station.hours
    first = hour_running_at(series.first_hour_ends_at)
    last = first + len(series.tenths_mm) - 1
    if first > asked[0] or last < asked[-1]:
        yield (
            f"station {station.station.number}: the hours that end from {ended_at(asked[0])} to {ended_at(asked[-1])} "
            f"are asked, but there are those from {ended_at(first)} to {ended_at(last)}"
        )


def _impossible_doubts(station: StationAssessment) -> Iterator[str]:
    """A lost hour has no figure, a suspect one has: a doubt about anything else is a doubt about nothing."""
    series, name = station.hours, f"station {station.station.number}"
    by_hour = dict(enumerate(series.tenths_mm, start=hour_running_at(series.first_hour_ends_at)))
    for doubt in series.in_doubt:
        first, last = hour_running_at(doubt.first_hour_ends_at), hour_running_at(doubt.last_hour_ends_at)
        for hour in range(first, last + 1):
            if hour not in by_hour:
                yield f"{name}: the hour that ends at {ended_at(hour)} is in doubt, but is not there"
            elif (by_hour[hour] is None) is not (doubt.kind is DoubtKind.LOST):
                yield f"{name}: the hour that ends at {ended_at(hour)} cannot be {doubt.kind}"
    if (station.quality is None) is not all(figure is None for figure in series.tenths_mm):
        yield f"{name}: there must be a quality exactly when an hour has a figure"


def _unlike(where: str, *, found: object, expected: object) -> Iterator[str]:
    """Yield where `found` is not as `expected`, as far inside as they can be compared."""
    if found == expected:
        return
    if isinstance(found, msgspec.Struct) and isinstance(expected, msgspec.Struct):
        for name, value in msgspec.structs.asdict(expected).items():
            yield from _unlike(f"{where}: {name}", found=getattr(found, name), expected=value)
    elif isinstance(found, tuple) and isinstance(expected, tuple) and len(found) == len(expected):
        for one, other in zip(found, expected, strict=True):
            yield from _unlike(f"{where}: {_name_of(other)}", found=one, expected=other)
    else:
        yield f"{where} is {found}, but must be {expected}"


def _name_of(part: object) -> object:
    match part:
        case StationAssessment():
            return part.station.number
        case ReadingAssessment() | ReadingVerdict():
            return part.reading
        case WindowAssessment():
            return f"{part.within_hours} hours"
        case _:
            return part
