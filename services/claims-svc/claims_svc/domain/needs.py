"""What a claim still waits for before it can be decided, and the question about rain that it asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from itertools import product
from uuid import UUID

from claims_svc.domain.basis import Basis
from claims_svc.domain.case import Case
from claims_svc.domain.insurance import InsuranceState
from claims_svc.domain.rain import Heavy, Rain, rain_of
from claims_svc.domain.rules.findings import findings_given
from claims_svc.domain.rules.reported import NamedByDamage, named_by, reported_routes
from claims_svc.domain.rules.rule import covering_grounds, decisive_ground
from claims_svc.domain.verdict import Verdict, decide_given
from contracts.claims import RainfallRequested, ReadingRequested
from contracts.codec import to_json
from contracts.coverage import Finding, Outcome
from contracts.loss_reports import LossFacts
from contracts.vocabulary import FactSource, Truth, WaterRoute


class Need(StrEnum):
    """What a claim waits for."""

    POLICY = "policy"
    RAINFALL = "rainfall"
    NOTHING = "nothing"
    """It can be decided now."""


def next_need(case: Case) -> Need:
    """Return what the claim waits for.

    Rain is waited for as long as a finding, an item, the outcome or the money can still depend on it: a claim is
    decided in one go, also when a part of it could be decided now. A claim whose home or product is not known cannot
    ask; for its home, and the position of it, it waits as for a policy.
    """
    if case.withdrawn_at is not None:
        return Need.NOTHING
    if case.insurance.state is InsuranceState.UNKNOWN:
        return Need.NOTHING if case.policy_wait_over else Need.POLICY
    rain = rain_of(case.rain, wait_over=case.rain_wait_over)
    if not rain.awaited or case.insurance.terms is None:
        return Need.NOTHING
    basis = case.basis
    return Need.RAINFALL if basis.product_is_known and _depends_on_rain(basis, rain=rain) else Need.NOTHING


def rainfall_question(case: Case, *, claim_id: UUID, request_version: int) -> RainfallRequested:
    """Return the question to weather-svc of a claim whose need is RAINFALL.

    Raises:
        ValueError: the case has no terms at loss, hence no home and no need of rain.
    """
    terms = case.insurance.terms
    if terms is None:
        raise ValueError("only a claim insured at loss can ask for rain: see next_need")
    rain = case.product.rain
    return RainfallRequested(
        claim_id=claim_id,
        request_version=request_version,
        loss=case.report.loss,
        home=terms.location,
        network=rain.network,
        readings=_readings(case),
        thresholds=rain.thresholds,
        cloudburst=rain.cloudburst,
        recent_rain=rain.recent_rain,
        interval_in_favour_hours=rain.interval_in_favour_hours,
        most_in_an_hour_tenths_mm=rain.most_in_an_hour_tenths_mm,
    )


def question_digest(question: RainfallRequested) -> UUID:
    """Return the first 16 bytes of the SHA-256 of a question as it is published, to tell it from any other.

    The migration 0006 computes the same.
    """
    return UUID(bytes=_digest(question))


def is_asked_by(question: RainfallRequested, digest: UUID | None) -> bool:
    """Return whether `digest` is that of this question."""
    return digest is not None and int.from_bytes(_digest(question)) == digest.int


def _digest(question: RainfallRequested) -> bytes:
    return sha256(to_json(question)).digest()[:16]


def _readings(case: Case) -> tuple[ReadingRequested, ...]:
    """Return the readings to ask: groundwater's look far back, and only where groundwater is reported."""
    rain = case.product.rain
    if WaterRoute.GROUNDWATER in reported_routes(case.facts, named_by_damage=named_by(case.damage)):
        return rain.surface_water, rain.groundwater
    return (rain.surface_water,)


def _depends_on_rain(basis: Basis, *, rain: Rain) -> bool:
    """Compare what is known now with every final answer that can still come; what is final already stays.

    An answer that leaves a doubt makes no difference that a yes or a no does not make.
    """
    told = _told_by_findings(basis.facts, named_by(basis.damage), rain, basis.product.trusted_sources)
    if told is Truth.TRUE or (told is Truth.FALSE and basis.earlier is None):
        return told is Truth.TRUE
    now = _consequences(decide_given(basis, rain=rain))
    finals = possible_rains(_routes_at_issue(basis), rain=rain)
    return any(_consequences(decide_given(basis, rain=final)) != now for final in finals)


# A short cut: most claims need no decision to see this, and the claims of one storm report few combinations of facts.
@lru_cache(maxsize=4_096)
def _told_by_findings(
    facts: LossFacts, named_by_damage: NamedByDamage, rain: Rain, trusted: tuple[FactSource, ...]
) -> Truth:
    """Return whether the claim depends on rain as far as its findings alone tell; unknown where money must show it.

    It does when an outcome does. It does not when nothing does that the items or the money take from a finding.
    """
    routes = reported_routes(facts, named_by_damage=named_by_damage)
    now = findings_given(facts, named_by_damage, rain, trusted)
    finals = [findings_given(facts, named_by_damage, final, trusted) for final in possible_rains(routes, rain=rain)]
    if any(_outcomes(findings) != _outcomes(now) for findings in finals):
        return Truth.TRUE
    # Of rain that falls in, the money asks the cloudburst besides.
    if WaterRoute.DIRECT_PRECIPITATION in routes or any(_paid_for(findings) != _paid_for(now) for findings in finals):
        return Truth.UNKNOWN
    return Truth.FALSE


def _outcomes(findings: Iterable[Finding]) -> tuple[Outcome, ...]:
    return tuple(finding.outcome for finding in findings)


def _paid_for(findings: Iterable[Finding]) -> list[object]:
    """Return what of covered findings decides how damage is paid."""
    return [
        (finding.second_look, decisive_ground(finding), covering_grounds(finding))
        for finding in findings
        if finding.outcome is Outcome.COVERED
    ]


def possible_rains(routes: Collection[WaterRoute], *, rain: Rain) -> Iterator[Rain]:
    """Yield the final answers that can still come, varied in the parts that one of these routes asks for."""
    for surface, ground, recent, cloudburst in product(
        _heavies(rain.surface, asked=not _ASK_SURFACE_WATER.isdisjoint(routes)),
        _heavies(rain.ground, asked=WaterRoute.GROUNDWATER in routes),
        _truths(rain.recent, asked=WaterRoute.DIRECT_PRECIPITATION in routes),
        _truths(rain.cloudburst, asked=WaterRoute.DIRECT_PRECIPITATION in routes),
    ):
        yield Rain(surface, ground, recent, cloudburst, received=True, awaited=False)


def _routes_at_issue(basis: Basis) -> set[WaterRoute]:
    named = named_by(basis.damage)
    stated = [basis.facts] if basis.earlier is None else [basis.facts, basis.earlier.facts_first_said(basis.facts)]
    return {route for facts in stated for route in reported_routes(facts, named_by_damage=named)}


def _heavies(known: Heavy, *, asked: bool) -> tuple[Heavy, ...]:
    is_open = known.value is Truth.UNKNOWN and known.doubt is None
    return (Heavy(Truth.TRUE, None), Heavy(Truth.FALSE, None)) if asked and is_open else (known,)


def _truths(known: Truth, *, asked: bool) -> tuple[Truth, ...]:
    return (Truth.TRUE, Truth.FALSE) if asked and known is Truth.UNKNOWN else (known,)


def _consequences(verdict: Verdict) -> tuple[object, ...]:
    """What the rain does to the deductible matters only where it changes what is borne."""
    return (
        verdict.outcome,
        verdict.money.steps,
        verdict.money.payable_cents,
        tuple(item.outcome for item in verdict.items),
        _outcomes(verdict.findings),
    )


_ASK_SURFACE_WATER = frozenset({WaterRoute.INDIRECT_PRECIPITATION, WaterRoute.SEWER_BACKFLOW, WaterRoute.FLOOD})
