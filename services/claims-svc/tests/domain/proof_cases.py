"""Builders of proofs that hold, and a forger who makes hash and decision anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from domain.loss_cases import LOSS_AT, RAIN_CAME_IN, case, policy, report, verdict_on
from msgspec import structs
from msgspec.structs import replace
from stated_rain import STATED

from claims_svc.domain import proof
from claims_svc.domain.case import Case
from claims_svc.domain.needs import rainfall_question
from claims_svc.domain.proof import Proof, canonical_bytes
from claims_svc.domain.rainfall_hours import ended_at
from claims_svc.domain.rainfall_reading import answer_from_hours, asked_hours
from claims_svc.domain.verdict import decide
from contracts.claims import RainfallRequested
from contracts.codec import canonical_json
from contracts.loss_reports import LossFacts
from contracts.vocabulary import LossInterval
from contracts.weather import HourlySeries, RainfallAssessed

Contents = dict[str, Any]
_HOUR = timedelta(hours=1)
_ELL = STATED.stations[0]

FORTY_IN_A_DAY = {datetime(2021, 7, 14, 20, tzinfo=UTC) + _HOUR * hour: 40 for hour in range(10)}
"""40.0 mm in the hours ending 20 h on the 14th to 5 h on the 15th: 24.0 mm of it by the end of the hour of loss."""


def rain_case(
    hours: Mapping[datetime, int | None],
    *,
    facts: LossFacts = RAIN_CAME_IN,
    loss: LossInterval | None = None,
) -> Case:
    """Return a case whose answer about rain is what these hours say; all others were dry."""
    loss = loss or LossInterval(from_at=LOSS_AT, until_at=LOSS_AT)
    reported = structs.replace(report(facts, loss=loss), reported_at=loss.until_at + 5 * _HOUR)
    asking = case(facts, report=reported, policy=policy(), rain=None)
    question = rainfall_question(asking, claim_id=asking.claim_id, request_version=1)
    return replace(asking, question=question, rain=answer_to(question, hours))


def answer_to(question: RainfallRequested, hours: Mapping[datetime, int | None]) -> RainfallAssessed:
    """Return the answer of the nearest station, Ell, when it measured `hours` and was dry in all others."""
    asked = asked_hours(question)
    series = HourlySeries(
        first_hour_ends_at=ended_at(asked[0]), tenths_mm=tuple(hours.get(ended_at(hour), 0) for hour in asked)
    )
    stated = structs.replace(STATED, stations=(structs.replace(_ELL, hours=series, distance_metres=2_045),))
    return answer_from_hours(stated, question=question)


def prove(claim: Case, *, previous_sha256: str | None = None, version: int | None = None) -> Proof:
    return proof.build(
        claim,
        verdict_on(claim),
        claim_version=version or (2 if previous_sha256 else 1),
        decided_at=claim.report.reported_at + 3 * _HOUR,
        previous_sha256=previous_sha256,
    )


def forge(built: Proof, change: Callable[[Contents], object], *, deciding_anew: bool = True) -> bytes:
    """Return a proof whose contents somebody changed, with a new hash and, unless told otherwise, a new decision."""
    contents = msgspec.json.decode(built.canonical)
    change(contents)
    forged = canonical_json(contents)
    if not deciding_anew:
        return forged
    document = proof.read(forged)
    return canonical_bytes(replace(document, verdict=decide(document.basis)))


def answering_anew(change: Callable[[Contents], object]) -> Callable[[Contents], object]:
    """Return the change of somebody who also works out the answer about rain from the hours as they are then."""

    def change_and_answer(contents: Contents) -> None:
        change(contents)
        basis = contents["basis"]
        question = msgspec.convert(basis["question"], RainfallRequested)
        answer = msgspec.convert(basis["rain"], RainfallAssessed)
        basis["rain"] = msgspec.to_builtins(answer_from_hours(answer, question=question))

    return change_and_answer


def put(path: str, value: object) -> Callable[[Contents], object]:
    """Return the change of one value; `path` names keys, and places in lists, between dots."""

    def change(contents: Contents) -> None:
        *way, last = path.split(".")
        where: Any = contents
        for key in way:
            where = where[int(key) if isinstance(where, Sequence) else key]
        where[int(last) if isinstance(where, Sequence) else last] = value

    return change
