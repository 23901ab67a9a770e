"""Strategies for cases of every kind: any facts by anybody, any damage, any rain, any policy."""

from __future__ import annotations

from domain.loss_cases import (
    CANNOT_BE_TOLD,
    DRY,
    HEAVY_RAIN,
    LITTLE_RAIN,
    NOT_YET_MEASURED,
    answer,
    case,
    measured,
    policy,
    report,
)
from hypothesis import strategies as st

from claims_svc.domain.facts import ROUTE_FACTS
from contracts.loss_reports import DamageItem, DamageKind, LossFacts
from contracts.vocabulary import Cover, Establishment, Fact, FactSource, Truth, WaterRoute
from contracts.weather import UndeterminedReason

ENTRY_IMPLIED_BY = {route.implied_by: route.entry for route in ROUTE_FACTS if route.implied_by is not None}
_REPORTS_A_CAUSE = {*(route.entry for route in ROUTE_FACTS), "fire_or_explosion_followed", "causes_inseparable"}
DETAILS = sorted(set(LossFacts.__struct_fields__) - _REPORTS_A_CAUSE)
"""The facts that make no new cause reported when somebody gives them."""

RAINS = [
    HEAVY_RAIN,
    LITTLE_RAIN,
    DRY,
    CANNOT_BE_TOLD,
    NOT_YET_MEASURED,
    measured(530, within_hours=48, cloudburst=Truth.TRUE),
    measured(402, recent_rain=Truth.FALSE),
    answer(Establishment.NOT_ESTABLISHED, ground=Establishment.ESTABLISHED, recent_rain=Truth.TRUE),
    answer(Establishment.UNDETERMINED, reason=UndeterminedReason.RAIN_AFTER_LOSS, recent_rain=Truth.FALSE),
]
FACTS = [Fact(value=value, source=source) for value in Truth for source in FactSource]
CERTAIN_FACTS = [fact for fact in FACTS if fact.value is not Truth.UNKNOWN]

some_fact = st.sampled_from([None, *FACTS])
certain_fact = st.sampled_from(CERTAIN_FACTS)
some_facts = st.builds(LossFacts, **dict.fromkeys(LossFacts.__struct_fields__, some_fact))
flood_facts = st.builds(
    LossFacts,
    flood_water_entered=st.just(Fact(value=Truth.TRUE)),
    sewer_water_entered=some_fact,
    fire_or_explosion_followed=some_fact,
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
    by_fire_or_explosion=st.sampled_from([None, None, True, False]),
)
some_case = st.builds(
    lambda facts, damage, rain, deductible, covers: case(
        report=report(facts, damage=damage),
        rain=rain,
        policy=policy(deductible_cents=deductible, covers=covers),
    ),
    some_facts | flood_facts,
    st.lists(some_item, min_size=1, max_size=3),
    st.none() | st.sampled_from(RAINS),
    st.sampled_from([0, 25_000, 50_000, 100_000]),
    st.sampled_from([(Cover.BUILDINGS,), (Cover.CONTENTS,), tuple(Cover)]),
)
