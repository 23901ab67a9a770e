"""Reports of which much is left out, completed by answers as they come from HTTP: the decision is that on the whole."""

from __future__ import annotations

from random import Random
from uuid import UUID

from domain.loss_cases import CLAIM_ID, LOSS_AT, NO, UNSURE, YES, policy, report
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from msgspec.structs import replace

from claims_svc.domain.answering import Answer, supplement_of
from claims_svc.domain.basis import Basis
from claims_svc.domain.claim import Claim, open_claim
from claims_svc.domain.facts import ROUTE_FACTS
from claims_svc.domain.needs import possible_rains
from claims_svc.domain.next_step import case_of
from claims_svc.domain.questions import questions_to_reporter
from claims_svc.domain.rain import rain_of
from claims_svc.domain.rules.reported import named_by, reported_routes
from claims_svc.domain.verdict import Verdict, decide_given
from contracts.coverage import Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported
from contracts.policy import PolicyChanged
from contracts.vocabulary import Cover, Truth, WaterRoute

ENTRY_OF = {route: entry for route, entry, _ in ROUTE_FACTS}
FIRE = "fire_or_explosion_followed"
DETAILS = {
    WaterRoute.INDIRECT_PRECIPITATION: ("came_through_open_window_or_door",),
    WaterRoute.SEWER_BACKFLOW: ("toilet_overflowed",),
    WaterRoute.GROUNDWATER: ("came_through_cellar_wall",),
    WaterRoute.FLOOD: ("flood_defence_present", FIRE),
}
POLICIES = [
    policy(deductible_cents=cents, covers=covers)
    for cents in (0, 50_000)
    for covers in ((Cover.BUILDINGS,), (Cover.CONTENTS,), tuple(Cover))
]


@st.composite
def whole_reports(draw: st.DrawFn) -> LossReported:
    """Return what customers could tell at once, but for which water did which damage: nobody knows that."""
    routes = draw(st.lists(st.sampled_from(WaterRoute), min_size=1, max_size=3, unique=True))
    details = [name for route in routes for name in DETAILS.get(route, ())]
    told = {name: draw(st.sampled_from([YES, NO, UNSURE])) for name in details}
    items = st.builds(DamageItem, kind=st.sampled_from(DamageKind), amount_cents=st.integers(0, 400_000))
    damage = draw(st.lists(items, min_size=1, max_size=3))
    return report(LossFacts(**dict.fromkeys([ENTRY_OF[route] for route in routes], YES) | told), damage=damage)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    whole_reports(),
    st.sets(st.sampled_from(["routes", "details", "damage"]), min_size=1),
    st.sampled_from(POLICIES),
    st.randoms(use_true_random=False),
)
def test_what_is_left_out_and_answered_in_any_order_is_decided_as_if_it_had_been_told(
    whole: LossReported, left_out: set[str], insured: PolicyChanged, random: Random
) -> None:
    partial = _without(whole, left_out)
    if _routes(partial) not in (set(), _routes(whole)):
        return  # nobody asks about a water that the rest does not tell of

    ended = _answered(partial, whole, insured, random)

    told = _basis(open_claim(whole, claim_id=CLAIM_ID, trace=None, now=LOSS_AT), insured)
    answered = _basis(ended, insured)
    rain = rain_of(told.rain, wait_over=False)
    for each in possible_rains(_routes(whole), rain=rain):
        one, other = decide_given(answered, rain=each), decide_given(told, rain=each)
        assert _ending(one) == _ending(other)


def _without(whole: LossReported, left_out: set[str]) -> LossReported:
    names = [*ENTRY_OF.values()] if "routes" in left_out else []
    # A fire that nobody mentions is not asked about.
    names += [name for names in DETAILS.values() for name in names if name != FIRE] if "details" in left_out else []
    facts = structs.replace(whole.facts, **dict.fromkeys(names))
    damage = () if "damage" in left_out else whole.damage
    return replace(whole, facts=facts, damage=damage)


def _answered(partial: LossReported, whole: LossReported, insured: PolicyChanged, random: Random) -> Claim:
    claim = open_claim(partial, claim_id=CLAIM_ID, trace=None, now=LOSS_AT)
    for _ in range(20):
        questions = questions_to_reporter(_basis(claim, insured), not_known=claim.not_known)
        if not questions:
            return claim
        some = random.sample(questions, random.randint(1, len(questions)))
        answers = [_answer(each.code, whole) for each in some]
        told = supplement_of(answers, damage=claim.damage, supplement_id=UUID(int=1), told_at=LOSS_AT)
        claim = claim.supplemented_by(told, possible_duplicate_of=None)
    raise AssertionError("it never ends")


def _answer(code: str, whole: LossReported) -> Answer:
    subject, _, name = code.partition(".")
    if code == "route":
        return Answer(code, routes=tuple(sorted(_routes(whole))))
    if code == "damage":
        return Answer(code, damage=whole.damage)
    if subject == "facts":
        fact = getattr(whole.facts, name)
        return Answer(code, truth=fact.value if fact else Truth.UNKNOWN)
    return Answer(code)  # nobody knows by which water, or whether by fire


def _basis(claim: Claim, insured: PolicyChanged) -> Basis:
    return case_of(claim, policy=insured, standing=None).basis


def _routes(told: LossReported) -> set[WaterRoute]:
    return set(reported_routes(told.facts, named_by_damage=named_by(told.damage)))


def _ending(verdict: Verdict) -> tuple[object, ...]:
    if verdict.outcome is Outcome.DENIED:  # whatever was damaged: nobody asked, and only who told has a list of it
        return verdict.outcome, verdict.money.payable_cents
    return verdict.outcome, verdict.money.steps, verdict.money.payable_cents, [each.outcome for each in verdict.items]
