"""The measured rain as the rules use it, and what of it a decision shows."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from claims_svc.domain.facts import Known
from contracts.claims import RainEvidence
from contracts.coverage import GroundCode
from contracts.vocabulary import Establishment, FactSource, Truth, WaterReading
from contracts.weather import RainfallAssessed, ReadingVerdict, StationRain, UndeterminedReason

HEAVY_LOCAL_PRECIPITATION = "heavy_local_precipitation"
RECENT_RAIN = "recent_rain"


class Heavy(NamedTuple):
    """Whether heavy local precipitation is established for one kind of water; `doubt` says why not, when unknown."""

    value: Truth
    doubt: GroundCode | None

    @property
    def fact(self) -> Known:
        """The establishment as a fact; KNMI's figures are binding, as a register is."""
        return _measured(HEAVY_LOCAL_PRECIPITATION, self.value)


class Rain(NamedTuple):
    """What the nearest station established. `received`: an answer came. `awaited`: a final one may still come.

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
        return _measured(RECENT_RAIN, self.recent)


def rain_of(assessed: RainfallAssessed | None, *, wait_over: bool) -> Rain:
    """Return what is known about the rain (domain.md, "Heavy local precipitation").

    A yes counts at once, anything else only when it is final: hours still to come can turn a no, never a yes.
    """
    if assessed is None:
        unknown = Heavy(Truth.UNKNOWN, None if not wait_over else GroundCode.RAINFALL_NOT_RECEIVED)
        return Rain(unknown, unknown, Truth.UNKNOWN, Truth.UNKNOWN, received=False, awaited=not wait_over)
    verdicts = {verdict.reading: verdict for verdict in assessed.readings}
    return Rain(
        _heavy(verdicts.get(WaterReading.SURFACE_WATER), wait_over=wait_over),
        _heavy(verdicts.get(WaterReading.GROUNDWATER), wait_over=wait_over),
        assessed.recent_rain,
        assessed.cloudburst,
        received=True,
        awaited=not (assessed.final or wait_over),
    )


def evidence_of(assessed: RainfallAssessed) -> RainEvidence:
    """Return what a decision shows of an answer: all of it but the hours."""
    return RainEvidence(
        assessment_version=assessed.assessment_version,
        final=assessed.final,
        readings=assessed.readings,
        cloudburst=assessed.cloudburst,
        recent_rain=assessed.recent_rain,
        stations=tuple(
            StationRain.model_construct(**{name: getattr(station, name) for name in StationRain.model_fields})
            for station in assessed.stations
        ),
    )


def _heavy(verdict: ReadingVerdict | None, *, wait_over: bool) -> Heavy:
    if verdict is None:
        return Heavy(Truth.UNKNOWN, GroundCode.RAINFALL_UNDETERMINED)
    if verdict.establishment is Establishment.ESTABLISHED:
        return Heavy(Truth.TRUE, None)
    if verdict.establishment is Establishment.NOT_ESTABLISHED and verdict.final:
        return Heavy(Truth.FALSE, None)
    if not verdict.final and not wait_over:
        return Heavy(Truth.UNKNOWN, None)
    reason = verdict.undetermined_reason
    return Heavy(
        Truth.UNKNOWN, GroundCode.RAINFALL_UNDETERMINED if reason is None else _DOUBT.get(reason, _UNDETERMINED)
    )


_UNDETERMINED = GroundCode.RAINFALL_UNDETERMINED
_DOUBT = {
    UndeterminedReason.RAIN_AFTER_LOSS: GroundCode.RAIN_AFTER_LOSS,
    UndeterminedReason.RAIN_LONG_BEFORE_LOSS: GroundCode.RAIN_LONG_BEFORE_LOSS,
    UndeterminedReason.LOSS_INTERVAL_TOO_LONG: GroundCode.LOSS_INTERVAL_TOO_LONG,
}


@lru_cache(maxsize=16)
def _measured(name: str, value: Truth) -> Known:
    return Known(name, value, None if value is Truth.UNKNOWN else FactSource.REGISTER)
