"""The measured rain as the rules use it, and what of it a decision shows."""

from __future__ import annotations

from typing import NamedTuple

from claims_svc.domain.facts import Known
from contracts.claims import RainEvidence, WindowMargin
from contracts.vocabulary import Establishment, FactSource, Truth
from contracts.weather import RainfallAssessed, StationAssessment, WindowAssessment

HEAVY_LOCAL_PRECIPITATION = "heavy_local_precipitation"


class Rain(NamedTuple):
    """Whether heavy local precipitation and a cloudburst are established at the nearest station.

    `received`: an answer came. `awaited`: a final one may still come.
    """

    heavy: Truth
    cloudburst: Truth
    received: bool
    awaited: bool

    @property
    def heavy_fact(self) -> Known:
        """The establishment as a fact; KNMI's figures are binding, as a register is."""
        source = None if self.heavy is Truth.UNKNOWN else FactSource.REGISTER
        return Known(HEAVY_LOCAL_PRECIPITATION, self.heavy, source)


def rain_of(assessed: RainfallAssessed | None, *, wait_over: bool) -> Rain:
    """Return what is known about the rain (domain.md, "Heavy local precipitation").

    A yes counts at once, a no only when it is final: hours still to come can turn a no, never a yes.
    """
    if assessed is None:
        return Rain(Truth.UNKNOWN, Truth.UNKNOWN, received=False, awaited=not wait_over)
    heavy = _heavy(assessed)
    settled = assessed.final or heavy is Truth.TRUE
    return Rain(heavy, _cloudburst(assessed), received=True, awaited=not (settled or wait_over))


def evidence_of(assessed: RainfallAssessed) -> RainEvidence | None:
    """Return what the nearest station measured; None when no station did."""
    if not assessed.stations:
        return None
    nearest = assessed.stations[0]
    return RainEvidence(
        assessment_version=assessed.assessment_version,
        establishment=assessed.establishment,
        station_network=nearest.station.network,
        station_number=nearest.station.number,
        station_name=nearest.station.name,
        distance_metres=nearest.distance_metres,
        margins=tuple(_margin(window) for window in nearest.windows),
        deciding_window_hours=_shortest_established_hours(nearest),
        cloudburst=_cloudburst(assessed),
    )


def _heavy(assessed: RainfallAssessed) -> Truth:
    if assessed.establishment is Establishment.ESTABLISHED:
        return Truth.TRUE
    if assessed.establishment is Establishment.NOT_ESTABLISHED and assessed.final:
        return Truth.FALSE
    return Truth.UNKNOWN


def _cloudburst(assessed: RainfallAssessed) -> Truth:
    """Stations that disagree about which is nearest leave it unknown, which costs the customer nothing."""
    answers = {station.cloudburst for station in assessed.stations}
    return answers.pop() if len(answers) == 1 else Truth.UNKNOWN


def _shortest_established_hours(station: StationAssessment) -> int | None:
    reached = (window.within_hours for window in station.windows if window.establishment is Establishment.ESTABLISHED)
    return min(reached, default=None)


def _margin(window: WindowAssessment) -> WindowMargin:
    best = window.best_sum_tenths_mm
    return WindowMargin(
        within_hours=window.within_hours,
        at_least_tenths_mm=window.at_least_tenths_mm,
        best_sum_tenths_mm=best,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        margin_tenths_mm=None if best is None else best - window.at_least_tenths_mm,
    )
