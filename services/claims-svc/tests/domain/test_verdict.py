"""Properties that hold for every claim whatsoever."""

from __future__ import annotations

from domain.loss_cases import HEAVY_RAIN, LITTLE_RAIN, case, finding_on, report, verdict_on
from domain.random_cases import DETAILS, ENTRY_IMPLIED_BY, RAINS, certain_fact, certain_flood, some_case, some_facts
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs
from msgspec.structs import replace

from claims_svc.domain.basis import EarlierStatement
from claims_svc.domain.case import Case
from claims_svc.domain.facts import NEEDS_SOURCE
from claims_svc.domain.needs import Need, next_need
from claims_svc.domain.product import CURRENT_PRODUCT
from contracts.coverage import GroundCode, GroundWeight, Outcome
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Fact, Truth, WaterRoute
from contracts.weather import RainfallAssessed


def with_facts(claim: Case, **changes: Fact | None) -> Case:
    return of_facts(claim, structs.replace(claim.facts, **changes))


def of_facts(claim: Case, facts: LossFacts) -> Case:
    return replace(claim, facts=facts, report=structs.replace(claim.report, facts=facts))


@settings(max_examples=100, deadline=None)
@given(claim=some_case)
def test_every_finding_has_one_decisive_ground_of_its_own_effect(claim: Case) -> None:
    verdict = verdict_on(claim)

    for finding in verdict.findings:
        assert [ground.weight for ground in finding.grounds].count(GroundWeight.DECISIVE) == 1
        assert not finding.second_look or finding.outcome is Outcome.COVERED


@settings(max_examples=100, deadline=None)
@given(claim=some_case)
def test_a_claim_is_as_doubtful_as_its_damage(claim: Case) -> None:
    verdict = verdict_on(claim)
    assume(verdict.findings)
    assume(verdict.deciding_ground is not GroundCode.CAUSES_INSEPARABLE)

    outcomes = [item.outcome for item in verdict.items]
    ranked = [Outcome.REFERRED, Outcome.COVERED, Outcome.DENIED]
    assert verdict.outcome is min(outcomes, key=ranked.index)
    assert verdict.deciding_ground is verdict.items[outcomes.index(verdict.outcome)].ground


@settings(max_examples=100, deadline=None)
@given(claim=some_case)
def test_no_item_is_covered_that_somebody_must_look_at_first(claim: Case) -> None:
    verdict = verdict_on(claim)

    certain = [each for each in verdict.findings if each.outcome is Outcome.COVERED and not each.second_look]
    for item in verdict.items:
        if item.outcome is Outcome.COVERED:
            assert [each for each in certain if item.route in {None, each.route}]


@settings(max_examples=200, deadline=None)
@given(claim=some_case, name=st.sampled_from(DETAILS), learnt=certain_fact)
def test_learning_a_fact_never_turns_a_verdict_that_was_without_doubt(claim: Case, name: str, learnt: Fact) -> None:
    entry = {ENTRY_IMPLIED_BY[name]: Fact(value=Truth.TRUE)} if name in ENTRY_IMPLIED_BY else {}
    before, after = (verdict_on(with_facts(claim, **entry, **{name: fact})) for fact in (None, learnt))

    # A flood that turns out to be excluded casts its doubt on other water, whatever was covered before.
    mixed = any(item.ground is GroundCode.EXCLUDED_FLOOD_WITH_OTHER_WATER for item in after.items)
    assert mixed or before.outcome in {Outcome.REFERRED, after.outcome}
    outcomes = {(finding.route, finding.by_fire): finding.outcome for finding in after.findings}
    for finding in before.findings:
        assert finding.outcome in {Outcome.REFERRED, outcomes[finding.route, finding.by_fire]}


@settings(max_examples=100, deadline=None)
@given(claim=some_case, rain=st.sampled_from([HEAVY_RAIN, LITTLE_RAIN]))
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

    forgotten = structs.replace(facts, **unsourced)

    with_word, without = verdict_on(case(facts, rain=rain)), verdict_on(case(forgotten, rain=rain))
    if with_word.outcome is Outcome.DENIED:
        assert without.outcome is Outcome.DENIED
    # The flood by itself is denied far more often than a claim in which other water came in too.
    assume(finding_on(WaterRoute.FLOOD, facts=facts, rain=rain).outcome is Outcome.DENIED)
    assert finding_on(WaterRoute.FLOOD, facts=forgotten, rain=rain).outcome is Outcome.DENIED


def _only_a_resident_says(fact: Fact) -> bool:
    return fact.value is Truth.TRUE and fact.source not in CURRENT_PRODUCT.trusted_sources


@settings(max_examples=100, deadline=None)
@given(facts=certain_flood, rain=st.sampled_from(RAINS))
def test_nothing_is_covered_on_the_customer_s_word_alone_about_what_a_resident_cannot_know(
    facts: LossFacts, rain: RainfallAssessed
) -> None:
    says_customer = {name: Fact(value=getattr(facts, name).value) for name in NEEDS_SOURCE}

    finding = finding_on(WaterRoute.FLOOD, facts=structs.replace(facts, **says_customer), rain=rain)

    assert finding.second_look or finding.outcome is Outcome.REFERRED


@settings(max_examples=100, deadline=None)
@given(claim=some_case)
def test_a_claim_that_asks_for_no_rain_ends_the_same_whatever_is_measured(claim: Case) -> None:
    asking = replace(claim, rain=None, rain_wait_over=False)
    now = verdict_on(asking)

    for rain in RAINS if next_need(asking) is Need.NOTHING else ():
        then = verdict_on(replace(asking, rain=rain))
        assert (then.outcome, then.money) == (now.outcome, now.money)
        assert [item.outcome for item in then.items] == [item.outcome for item in now.items]
        assert [finding.outcome for finding in then.findings] == [finding.outcome for finding in now.findings]


@settings(max_examples=100, deadline=None)
@given(claim=some_case, first=some_facts)
def test_a_turned_story_is_never_better_for_the_customer_than_the_first_one(claim: Case, first: LossFacts) -> None:
    names = tuple(name for name in LossFacts.__struct_fields__ if getattr(first, name) != getattr(claim.facts, name))
    earlier = EarlierStatement(turned=names, loss=report().loss, facts=first)
    verdict = verdict_on(replace(claim, earlier=earlier))

    told_first = verdict_on(of_facts(claim, first))
    if verdict.deciding_ground is GroundCode.STATEMENT_TURNED:
        assert verdict.outcome is Outcome.REFERRED
    else:
        ranked = [Outcome.DENIED, Outcome.REFERRED, Outcome.COVERED]
        assert ranked.index(verdict.outcome) <= ranked.index(told_first.outcome)
        assert (verdict.money.payable_cents or 0) <= (told_first.money.payable_cents or 0)
