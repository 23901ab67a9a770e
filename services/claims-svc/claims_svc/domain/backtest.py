"""What earlier decisions would have been under other parameters of the product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from claims_svc.domain.advantage import RANK
from claims_svc.domain.basis import Basis
from claims_svc.domain.product import Product
from claims_svc.domain.proof import Document
from claims_svc.domain.rainfall_hours import hour_running_at
from claims_svc.domain.rainfall_reading import answer_from_hours, asked_hours
from claims_svc.domain.verdict import Verdict, decide
from contracts.claims import RainfallRequested
from contracts.coverage import GroundCode
from contracts.vocabulary import WaterReading
from contracts.weather import RainfallAssessed


class HoursMissingError(Exception):
    """The candidate asks for hours of rain that the proof does not hold."""


class Tally(msgspec.Struct, kw_only=True):
    """Of the claims that one ground decided: how many there are, how many change, and what was and would be paid."""

    claims: int = 0
    in_favour: int = 0
    against: int = 0
    otherwise: int = 0
    """Decided on another ground, to the same effect."""
    untold: int = 0
    paid_cents: int = 0
    candidate_cents: int = 0

    def add(self, before: Verdict, after: Verdict | None) -> None:
        """Count one claim; None: what it would be cannot be told from its proof."""
        self.claims += 1
        paid = before.money.payable_cents or 0
        self.paid_cents += paid
        if after is None:
            self.untold += 1
            self.candidate_cents += paid
            return
        would_be_paid = after.money.payable_cents or 0
        self.candidate_cents += would_be_paid
        was, now = (paid, RANK[before.outcome]), (would_be_paid, RANK[after.outcome])
        if now != was:
            better = would_be_paid > paid or (would_be_paid == paid and now > was)
            self.in_favour += better
            self.against += not better
        elif after.deciding_ground is not before.deciding_ground:
            self.otherwise += 1


class Decided(NamedTuple):
    """One claim: as it was decided, and as it would be; None: that cannot be told."""

    before: Verdict
    after: Verdict | None


def backtest(documents: Iterable[Document], candidate: Product) -> Iterator[Decided]:
    """Decide each proof again under the candidate."""
    for document in documents:
        try:
            after = decide(under(document.basis, candidate))
        except HoursMissingError:
            after = None
        yield Decided(document.verdict, after)


def under(basis: Basis, candidate: Product) -> Basis:
    """Return the basis as it would be if the policy were of the candidate.

    What other claims had of its events stays as it was decided.

    Raises:
        HoursMissingError: the rain would have to be known for hours that the proof does not hold.
    """
    terms = basis.insurance.terms
    insurance = basis.insurance
    if terms is not None:
        insurance = replace(insurance, terms=replace(terms, product_version=candidate.version))
    question, rain = basis.question, basis.rain
    if question is not None:
        question = _asked_by(candidate, question)
        rain = None if rain is None else _answer(rain, question)
    return replace(basis, product=candidate, insurance=insurance, question=question, rain=rain)


def _asked_by(candidate: Product, question: RainfallRequested) -> RainfallRequested:
    asked = candidate.rain
    of_kind = {WaterReading.SURFACE_WATER: asked.surface_water, WaterReading.GROUNDWATER: asked.groundwater}
    return replace(
        question,
        network=asked.network,
        readings=tuple(of_kind[reading.reading] for reading in question.readings),
        thresholds=asked.thresholds,
        cloudburst=asked.cloudburst,
        recent_rain=asked.recent_rain,
        interval_in_favour_hours=asked.interval_in_favour_hours,
        most_in_an_hour_tenths_mm=asked.most_in_an_hour_tenths_mm,
    )


def _answer(rain: RainfallAssessed, question: RainfallRequested) -> RainfallAssessed:
    hours = asked_hours(question)
    for station in rain.stations:
        first = hour_running_at(station.hours.first_hour_ends_at)
        if first > hours[0] or first + len(station.hours.tenths_mm) - 1 < hours[-1]:
            raise HoursMissingError
        if station.station.network is not question.network:
            raise HoursMissingError
    return answer_from_hours(rain, question=question)


def tallied(decided: Iterable[Decided]) -> dict[GroundCode, Tally]:
    """Return the sums by the ground that decided, in the order of the grounds."""
    found: dict[GroundCode, Tally] = {}
    for before, after in decided:
        found.setdefault(before.deciding_ground, Tally()).add(before, after)
    return {ground: found[ground] for ground in GroundCode if ground in found}
