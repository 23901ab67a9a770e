"""Properties that hold for every claim whatsoever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from domain.loss_cases import (
    CANNOT_BE_TOLD,
    DRY,
    HEAVY_RAIN,
    NOT_YET_MEASURED,
    case,
    finding_on,
    measured,
    policy,
    report,
    verdict_on,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from claims_svc.domain import proof
from claims_svc.domain.case import Case
from claims_svc.domain.facts import NEEDS_SOURCE, ROUTE_FACTS
from claims_svc.domain.needs import Need, next_need
from claims_svc.domain.product import CURRENT_PRODUCT
from claims_svc.domain.proof_check import differences
from contracts.coverage import GroundWeight, Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts
from contracts.vocabulary import Cover, Fact, FactSource, Truth, WaterRoute
from contracts.weather import RainfallAssessed

ENTRY_IMPLIED_BY = {route.implied_by: route.entry for route in ROUTE_FACTS if route.implied_by is not None}
DETAILS = sorted(set(LossFacts.model_fields) - {route.entry for route in ROUTE_FACTS} - {"causes_inseparable"})
RAINS = [HEAVY_RAIN, DRY, CANNOT_BE_TOLD, NOT_YET_MEASURED, measured(530, within_hours=48, cloudburst=Truth.TRUE)]

FACTS = [Fact(value=value, source=source) for value in Truth for source in FactSource]
CERTAIN_FACTS = [fact for fact in FACTS if fact.value is not Truth.UNKNOWN]

some_fact = st.sampled_from([None, *FACTS])
certain_fact = st.sampled_from(CERTAIN_FACTS)
some_facts = st.builds(LossFacts, **dict.fromkeys(LossFacts.model_fields, some_fact))
flood_facts = st.builds(
    LossFacts,
    flood_water_entered=st.just(Fact(value=Truth.TRUE)),
    sewer_water_entered=some_fact,
    **dict.fromkeys(DETAILS, st.sampled_from([None, *FACTS, *CERTAIN_FACTS])),
)
certain_flood = st.builds(
    LossFacts, flood_water_entered=st.just(Fact(value=Truth.TRUE)), **dict.fromkeys(DETAILS, certain_fact)
)
some_item = st.builds(
    DamageItem,
    kind=st.sampled_from(DamageKind),
    amount_cents=st.integers(0, 400_000),
    estimated_by=st.sampled_from(FactSource),
    route=st.none() | st.sampled_from(WaterRoute),
)
some_case = st.builds(
    lambda facts, damage, rain, deductible, covers, used: case(
        report=report(facts, damage=damage),
        rain=rain,
        policy=policy(deductible_cents=deductible, covers=covers),
        deductible_used_before_cents=used,
    ),
    some_facts | flood_facts,
    st.lists(some_item, min_size=1, max_size=3),
    st.none() | st.sampled_from(RAINS),
    st.sampled_from([0, 25_000, 50_000, 100_000]),
    st.sampled_from([(Cover.BUILDINGS,), (Cover.CONTENTS,), tuple(Cover)]),
    st.sampled_from([0, 10_000, 25_000, 100_000]),
)


def with_facts(claim: Case, **changes: Fact | None) -> Case:
    facts = claim.report.facts.model_copy(update=changes)
    return replace(claim, report=claim.report.model_copy(update={"facts": facts}))


@settings(max_examples=100, deadline=None)
@given(claim=some_case)
def test_every_finding_has_one_decisive_ground_and_the_money_adds_up(claim: Case) -> None:
    verdict = verdict_on(claim)

    for finding in verdict.findings:
        assert [ground.weight for ground in finding.grounds].count(GroundWeight.DECISIVE) == 1
    payable_cents = verdict.money.payable_cents
    if verdict.outcome is Outcome.REFERRED:
        assert payable_cents is None
    elif payable_cents is not None:
        assert payable_cents == max(0, sum(step.amount_cents for step in verdict.money.steps))


@settings(max_examples=100, deadline=None)
@given(claim=some_case, name=st.sampled_from(DETAILS), learnt=certain_fact)
def test_learning_a_fact_never_turns_a_verdict_that_was_without_doubt(claim: Case, name: str, learnt: Fact) -> None:
    entry = {ENTRY_IMPLIED_BY[name]: Fact(value=Truth.TRUE)} if name in ENTRY_IMPLIED_BY else {}
    before, after = (verdict_on(with_facts(claim, **entry, **{name: fact})) for fact in (None, learnt))

    assert before.outcome in {Outcome.REFERRED, after.outcome}
    outcomes = {finding.route: finding.outcome for finding in after.findings}
    for finding in before.findings:
        assert finding.outcome in {Outcome.REFERRED, outcomes[finding.route]}


@settings(max_examples=100, deadline=None)
@given(claim=some_case, rain=st.sampled_from([HEAVY_RAIN, DRY]))
def test_learning_the_rain_never_turns_a_verdict_that_was_without_doubt(claim: Case, rain: RainfallAssessed) -> None:
    before = verdict_on(replace(claim, rain=None))
    after = verdict_on(replace(claim, rain=rain))

    assert before.outcome in {Outcome.REFERRED, after.outcome}


@settings(max_examples=100, deadline=None)
@given(facts=certain_flood, rain=st.sampled_from(RAINS))
def test_a_denial_stands_without_the_customer_s_word_on_what_a_resident_cannot_know(
    facts: LossFacts, rain: RainfallAssessed
) -> None:
    unsourced = {name: None for name in NEEDS_SOURCE if _only_a_resident_says(getattr(facts, name))}

    forgotten = facts.model_copy(update=unsourced)

    with_word, without = verdict_on(case(facts, rain=rain)), verdict_on(case(forgotten, rain=rain))
    if with_word.outcome is Outcome.DENIED:
        assert without.outcome is Outcome.DENIED
    # The flood by itself is denied far more often than a claim in which other water came in too.
    assume(finding_on(WaterRoute.FLOOD, facts=facts, rain=rain).outcome is Outcome.DENIED)
    assert finding_on(WaterRoute.FLOOD, facts=forgotten, rain=rain).outcome is Outcome.DENIED


def _only_a_resident_says(fact: Fact) -> bool:
    return fact.value is Truth.TRUE and fact.source not in CURRENT_PRODUCT.trusted_sources


@settings(max_examples=100, deadline=None)
@given(claim=some_case)
def test_a_claim_that_asks_for_no_rain_ends_the_same_whatever_is_measured(claim: Case) -> None:
    asking = replace(claim, rain=None, rain_wait_over=False)
    now = verdict_on(asking)

    for rain in RAINS if next_need(asking) is Need.NOTHING else ():
        then = verdict_on(replace(asking, rain=rain))
        assert (then.outcome, then.money) == (now.outcome, now.money)


@settings(max_examples=100, deadline=None)
@given(claim=some_case)
def test_an_event_that_used_some_deductible_before_never_costs_the_next_claim_more(claim: Case) -> None:
    alone = verdict_on(replace(claim, deductible_used_before_cents=0))
    later = verdict_on(claim)

    assert (later.outcome, later.findings) == (alone.outcome, alone.findings)
    if alone.money.payable_cents is not None and later.money.payable_cents is not None:
        assert later.money.payable_cents >= alone.money.payable_cents


@settings(max_examples=100, deadline=None)
@given(claim=some_case)
def test_every_decision_can_be_made_again_from_its_proof(claim: Case) -> None:
    verdict = verdict_on(claim)
    decided_at = datetime(2021, 7, 16, 8, 0, 4, tzinfo=UTC)
    built = proof.build(claim, verdict, claim_version=1, decided_at=decided_at, previous_sha256=None)

    assert proof.recompute(built.canonical) == verdict
    assert not [found for found in differences(built.canonical) if "deciding again" in found]
