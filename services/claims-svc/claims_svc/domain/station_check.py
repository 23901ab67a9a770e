"""Whether an answer about rain comes from the stations nearest to the home, by the register in the contracts.

And whether those that were passed over could not have decided, for the reason that is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from claims_svc.domain.circle import (
    Mapped,
    Place,
    great_circle_metres,
    mapped,
    perhaps_nearest_somewhere,
    surely_nearest_somewhere,
)
from contracts.claims import RainfallRequested
from contracts.rain_stations import StationPeriod, held_register
from contracts.vocabulary import Location, LossInterval, Station
from contracts.weather import PassedOver, PassedOverReason, RainfallAssessed

_ROUNDING_METRES = 1
_HALFWAY_ROUNDING_METRES = 5
_AT_LEAST_NAMED = 3


class _Known(NamedTuple):
    """A station by the register: where it stood at the loss, how far from the home, and what it could not do."""

    station: Station
    metres: float
    at: Mapped
    reason: PassedOverReason

    @property
    def measured(self) -> bool:
        return self.reason is PassedOverReason.FARTHER


def wrong_stations(answer: RainfallAssessed, *, question: RainfallRequested) -> Iterator[str]:
    """Yield what is wrong with the stations of an answer: who they are, where they lie, how far, which are missing."""
    register = held_register(answer.register_sha256)
    if register is None:
        yield f"the answer rests on a register this installation does not hold: {answer.register_sha256}"
        return
    known = _known(question, register)
    for assessed in answer.stations:
        station, name = assessed.station, f"station {assessed.station.number}"
        found = known.get(station.number)
        if found is None or found.station.network is not station.network or not found.measured:
            yield f"{name} did not measure rain then, by the register"
        elif found.station != station:
            yield f"{name} has another name or place in the register"
        elif abs(found.metres - assessed.distance_metres) > _ROUNDING_METRES:
            yield f"{name} lies {round(found.metres)} m from the home, not {assessed.distance_metres} m"
    yield from _not_the_nearest(answer, known=known, home=question.home)
    yield from _wrongly_passed_over(answer, known=known)


def _not_the_nearest(answer: RainfallAssessed, *, known: Mapping[int, _Known], home: Location) -> Iterator[str]:
    """Compare with all stations that could be the nearest to some place within the home's accuracy."""
    stated = [assessed.station.number for assessed in answer.stations]
    if len(stated) != len(set(stated)):
        yield "a station answers twice"
    order = [(assessed.distance_metres, assessed.station.number) for assessed in answer.stations]
    if order != sorted(order):
        yield "the stations are not in the order of their distance, the lower number first"
    measuring = {number: each for number, each in known.items() if each.measured}
    if not measuring:
        if stated:
            yield "no station measured rain then, by the register"
        return
    nearest = min(measuring, key=lambda number: (measuring[number].metres, number))
    if not stated or (
        stated[0] in measuring and measuring[stated[0]].metres > measuring[nearest].metres + _ROUNDING_METRES
    ):
        yield f"the nearest station is {nearest}"
    for number, each in sorted(measuring.items()):
        if number not in stated:
            # The rest is farther from everywhere in the circle.
            reach = each.metres + 2 * home.accuracy_metres
            others = [other.at for of, other in measuring.items() if of != number and other.metres <= reach]
            if surely_nearest_somewhere(each.at, others, within_metres=home.accuracy_metres):
                yield f"station {number} could be the nearest as well, within {home.accuracy_metres} m, and is left out"
        else:
            # Beside those that answer: who does not answer is the nearest nowhere.
            others = [measuring[of].at for of in {*stated, nearest} & measuring.keys() if of != number]
            if not perhaps_nearest_somewhere(each.at, others, within_metres=home.accuracy_metres):
                yield f"station {number} cannot be the nearest"


def _wrongly_passed_over(answer: RainfallAssessed, *, known: Mapping[int, _Known]) -> Iterator[str]:
    deciding = {assessed.station.number for assessed in answer.stations}
    named = [each.station.number for each in answer.passed_over]
    if len(named) != len(set(named)):
        yield "a station is passed over twice"
    order = [each.distance_metres for each in answer.passed_over]
    if order != sorted(order):
        yield "the stations that were passed over are not in the order of their distance"
    nearest = known.get(answer.stations[0].station.number) if answer.stations else None
    for passed in answer.passed_over:
        if passed.station.number in deciding:
            yield f"station {passed.station.number} decides and is passed over"
        else:
            yield from _wrong_reason(passed, known=known, nearest=nearest)
    yield from _left_unsaid(named, deciding=deciding, known=known, nearest=nearest)


def _wrong_reason(passed: PassedOver, *, known: Mapping[int, _Known], nearest: _Known | None) -> Iterator[str]:
    number, found = passed.station.number, known.get(passed.station.number)
    if found is None or found.station != passed.station:
        yield f"station {number}, which was passed over, has another name or place in the register"
        return
    if abs(found.metres - passed.distance_metres) > _ROUNDING_METRES:
        yield f"station {number}, which was passed over, lies {round(found.metres)} m from the home"
    if found.reason is not passed.reason:
        yield f"station {number} was passed over as {passed.reason.value}, but the reason is {found.reason.value}"
    halfway = None
    if found.measured and nearest is not None:
        between = great_circle_metres(_place_of(found.station), _place_of(nearest.station))
        halfway = (found.metres**2 - nearest.metres**2) / (2 * between) if between else 0.0
    told = passed.halfway_metres
    if (halfway is None) != (told is None) or abs((halfway or 0.0) - (told or 0)) > _HALFWAY_ROUNDING_METRES:
        lies = "is not told" if halfway is None else f"lies {round(halfway)} m from the home"
        yield f"the line halfway to station {number}, which was passed over, {lies}"


def _left_unsaid(
    named: Sequence[int], *, deciding: set[int], known: Mapping[int, _Known], nearest: _Known | None
) -> Iterator[str]:
    """Yield who should have been named: three at least, and whoever is nearer than these or than the nearest."""
    others = {number: each.metres for number, each in known.items() if number not in deciding}
    reach = max([nearest.metres if nearest else 0.0, *(others[number] for number in named if number in others)])
    for number, metres in others.items():
        if number not in named and metres < reach - _ROUNDING_METRES:
            yield f"station {number} lies {round(metres)} m from the home, and nothing says why it was passed over"
    if len(named) < min(_AT_LEAST_NAMED, len(others)):
        yield f"{min(_AT_LEAST_NAMED, len(others))} stations that were passed over must be named"


def _known(question: RainfallRequested, register: Sequence[StationPeriod]) -> Mapping[int, _Known]:
    """Return every station of the network asked, by its number."""
    lines: dict[int, list[StationPeriod]] = {}
    for period in register:
        if period.station.network is question.network:
            lines.setdefault(period.station.number, []).append(period)
    home = question.home.latitude_microdegrees, question.home.longitude_microdegrees
    return {number: _known_from(of_station, home=home, loss=question.loss) for number, of_station in lines.items()}


def _known_from(lines: Sequence[StationPeriod], *, home: Place, loss: LossInterval) -> _Known:
    """Return a station where it stood during the whole loss; else where it stood last before, or first."""
    standing, reason = lines[0], PassedOverReason.NO_RAIN_GAUGE
    if any(line.from_at or line.until_at for line in lines):
        reason = PassedOverReason.NOT_MEASURING
    for line in lines:
        if line.from_at is None or line.from_at > loss.from_at:
            continue
        standing = line
        if line.until_at is None or line.until_at > loss.until_at:
            reason = PassedOverReason.FARTHER
    place = _place_of(standing.station)
    return _Known(
        station=standing.station,
        metres=great_circle_metres(home, place),
        at=mapped(home, place, uncertain_by=standing.uncertainty_metres),
        reason=reason,
    )


def _place_of(station: Station) -> Place:
    return station.latitude_microdegrees, station.longitude_microdegrees
