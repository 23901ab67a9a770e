"""The measured rain as the rules use it, and what of it a decision shows."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from claims_svc.domain.facts import Known
from contracts.claims import RainEvidence
from contracts.coverage import GroundCode
from contracts.vocabulary import Establishment, FactSource, Truth, WaterReading
from contracts.weather import RainfallAssessed, ReadingVerdict, StationRain, UndeterminedReason


class Heavy(NamedTuple):
    """Whether heavy local precipitation is established for one kind of water.

    `doubt` is the ground on which a handler decides when it will stay unknown; None while an answer can still come.
    """

    value: Truth
    doubt: GroundCode | None

    @property
    def fact(self) -> Known:
        return _measured("heavy_local_precipitation", self.value, self.doubt)


class Rain(NamedTuple):
    """What the nearest station established. `received`: an answer came. `awaited`: a final one may still come.

    `surface` and `ground` are the two readings: water that runs off, and water that comes through a cellar wall.
    `recent`: whether enough fell up to the end of the hour of loss for rain to have come straight in.
    """

    surface: Heavy
    ground: Heavy
    recent: Truth
    cloudburst: Truth
    received: bool
    awaited: bool

    @property
    def recent_fact(self) -> Known:
        if self.recent is not Truth.UNKNOWN or self.awaited:
            return _measured("recent_rain", self.recent, None)
        doubt = GroundCode.RAINFALL_UNDETERMINED if self.received else GroundCode.RAINFALL_NOT_RECEIVED
        return _measured("recent_rain", self.recent, doubt)


def rain_of(assessed: RainfallAssessed | None, *, wait_over: bool) -> Rain:
    """Return what is known about the rain (domain.md, "Heavy local precipitation").

    A yes counts at once, anything else only when it is final: hours still to come can turn a no, never a yes.
    """
    if assessed is None:
        return _NOT_RECEIVED if wait_over else _AWAITED
    surface = ground = _UNDETERMINED
    for verdict in assessed.readings:
        if verdict.reading is WaterReading.SURFACE_WATER:
            surface = _heavy(verdict, wait_over=wait_over)
        else:
            ground = _heavy(verdict, wait_over=wait_over)
    return Rain(
        surface,
        ground,
        assessed.recent_rain,
        assessed.cloudburst,
        received=True,
        awaited=not (assessed.final or wait_over),
    )


def evidence_of(assessed: RainfallAssessed) -> RainEvidence:
    """Return what a decision shows of an answer: what it says, not the hours it rests on and where they come from."""
    return RainEvidence(
        assessment_version=assessed.assessment_version,
        final=assessed.final,
        readings=assessed.readings,
        cloudburst=assessed.cloudburst,
        recent_rain=assessed.recent_rain,
        stations=tuple(
            StationRain(
                station=station.station,
                distance_metres=station.distance_metres,
                readings=station.readings,
                cloudburst=station.cloudburst,
                cloudburst_tenths_mm=station.cloudburst_tenths_mm,
                recent_rain=station.recent_rain,
                recent_rain_tenths_mm=station.recent_rain_tenths_mm,
            )
            for station in assessed.stations
        ),
    )


def _heavy(verdict: ReadingVerdict, *, wait_over: bool) -> Heavy:
    if verdict.establishment is Establishment.ESTABLISHED:
        return _ESTABLISHED
    if not verdict.final and not wait_over:
        return _OPEN
    if verdict.final and verdict.establishment is Establishment.NOT_ESTABLISHED:
        return _NOT_ESTABLISHED
    reason = verdict.undetermined_reason
    return _UNDETERMINED if reason is None else _DOUBT_OF.get(reason, _UNDETERMINED)


@lru_cache(maxsize=32)
def _measured(name: str, value: Truth, doubt: GroundCode | None) -> Known:
    """Return what was measured as a fact: KNMI's figures are binding, as a register is."""
    return Known(name, value, None if value is Truth.UNKNOWN else FactSource.REGISTER, doubt)


_ESTABLISHED, _NOT_ESTABLISHED = Heavy(Truth.TRUE, None), Heavy(Truth.FALSE, None)
_OPEN = Heavy(Truth.UNKNOWN, None)
_UNDETERMINED = Heavy(Truth.UNKNOWN, GroundCode.RAINFALL_UNDETERMINED)
_UNANSWERED = Heavy(Truth.UNKNOWN, GroundCode.RAINFALL_NOT_RECEIVED)
_AWAITED = Rain(_OPEN, _OPEN, Truth.UNKNOWN, Truth.UNKNOWN, received=False, awaited=True)
_NOT_RECEIVED = Rain(_UNANSWERED, _UNANSWERED, Truth.UNKNOWN, Truth.UNKNOWN, received=False, awaited=False)
_DOUBT_OF = {
    UndeterminedReason.RAIN_AFTER_LOSS: Heavy(Truth.UNKNOWN, GroundCode.RAIN_AFTER_LOSS),
    UndeterminedReason.RAIN_LONG_BEFORE_LOSS: Heavy(Truth.UNKNOWN, GroundCode.RAIN_LONG_BEFORE_LOSS),
    UndeterminedReason.LOSS_INTERVAL_TOO_LONG: Heavy(Truth.UNKNOWN, GroundCode.LOSS_INTERVAL_TOO_LONG),
}
