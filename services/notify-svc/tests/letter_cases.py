"""The letters a consumer lawyer read: one decision for each thing that a letter must say rightly.

`python letter_cases.py DIRECTORY` writes them all as HTML, in both languages, as e-mail and on paper.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from decisions import (
    ADDRESS,
    DECIDED_AT,
    HEAVY,
    HEAVY_FINDING,
    INSURER,
    NAME,
    NOTICES,
    decision,
    deductible,
    finding,
    ground,
    item,
    money_of,
    paid,
    part_paid_rest_referred,
    partly_repaired,
)
from msgspec.structs import replace
from uuid_utils.compat import uuid7

from contracts.claims import DecisionMade, RainEvidence
from contracts.coverage import Finding, Ground, GroundCode, GroundEffect, GroundWeight, Outcome
from contracts.loss_reports import DamageKind
from contracts.vocabulary import FactSource, Language, PerilFamily, PostalAddress, Truth, WaterReading, WaterRoute
from contracts.weather import UndeterminedReason
from notify_svc.examples.rain import (
    A_LITTLE_SHORT,
    ARCEN,
    FORTY_MM,
    NO,
    OPEN,
    TOO_LITTLE,
    YES,
    evidence,
    reading,
    station,
    window,
)
from notify_svc.texts.letter import write_letter
from notify_svc.texts.rendering import render_html

CUSTOMER, REGISTER, HANDLER, PARTNER = (
    FactSource.CUSTOMER,
    FactSource.REGISTER,
    FactSource.HANDLER,
    FactSource.REPAIR_PARTNER,
)
DIRECT, INDIRECT, SEWER, GROUND, FLOOD = (
    WaterRoute.DIRECT_PRECIPITATION,
    WaterRoute.INDIRECT_PRECIPITATION,
    WaterRoute.SEWER_BACKFLOW,
    WaterRoute.GROUNDWATER,
    WaterRoute.FLOOD,
)
COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED


def single(
    outcome: Outcome,
    code: GroundCode,
    route: WaterRoute,
    *besides: Ground,
    rain: RainEvidence | None = None,
    facts: Mapping[str, FactSource] | None = None,
) -> DecisionMade:
    """Return a decision with one cause and one damage item that rests on it."""
    found = finding(route, outcome, code, *besides, facts=facts)
    family = PerilFamily.FLOOD if route is FLOOD else PerilFamily.RAIN
    return decision(outcome, code, findings=[found], items=[item(outcome, code, family=family)], rain=rain)


def whole_claim(outcome: Outcome, code: GroundCode, **others: object) -> DecisionMade:
    """Return a decision that `code` made about the claim as a whole, beside a cause that is covered by itself."""
    effect = GroundEffect.EXCLUDES if outcome is DENIED else GroundEffect.REFERS
    items = [item(outcome, code)]
    made = decision(outcome, code, grounds=[ground(code, effect)], findings=[HEAVY_FINDING], rain=FORTY_MM, items=items)
    return replace(made, **others)


def doubtful_rain(code: GroundCode, rain: RainEvidence) -> DecisionMade:
    return single(REFERRED, code, INDIRECT, rain=rain)


def pumping(outcome: Outcome, code: GroundCode, found: Finding, rain: RainEvidence | None = None) -> DecisionMade:
    pumped = item(outcome, code, kind=DamageKind.CELLAR_PUMPING, is_heavy=outcome is COVERED, amount_cents=45_000)
    return decision(outcome, code, findings=[found], items=[pumped], rain=rain)


def through_no_wall() -> DecisionMade:
    wall = ground(
        GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL,
        GroundEffect.COVERS,
        weight=GroundWeight.DOES_NOT_HOLD,
        facts={
            "came_through_cellar_wall": (Truth.FALSE, CUSTOMER),
            "heavy_local_precipitation": (Truth.TRUE, REGISTER),
        },
    )
    return single(DENIED, GroundCode.GROUNDWATER, GROUND, wall, facts={"groundwater_entered": CUSTOMER})


def dry_soil() -> DecisionMade:
    wall = ground(
        GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL,
        GroundEffect.COVERS,
        weight=GroundWeight.DOES_NOT_HOLD,
        facts={"came_through_cellar_wall": (Truth.TRUE, HANDLER), "heavy_local_precipitation": (Truth.FALSE, REGISTER)},
    )
    too_little = reading(window(24, 80, NO), window(48, 95, NO), window(72, 101, NO), kind=WaterReading.GROUNDWATER)
    rain = evidence(station(TOO_LITTLE, too_little))
    return single(DENIED, GroundCode.GROUNDWATER, GROUND, wall, rain=rain, facts={"groundwater_entered": CUSTOMER})


def wet_soil() -> DecisionMade:
    enough = reading(
        window(24, 512, YES, by_loss=512, lag_minutes=2_910),
        window(48, 957, YES, by_loss=957, lag_minutes=2_910),
        window(72, 957, YES, by_loss=957, lag_minutes=2_910),
        kind=WaterReading.GROUNDWATER,
    )
    code = GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL
    items = [item(COVERED, code, is_heavy=True)]
    return decision(
        COVERED,
        code,
        findings=[finding(GROUND, COVERED, code)],
        items=items,
        rain=evidence(station(TOO_LITTLE, enough)),
        money=money_of(items, deductible(minimum_cents=25_000, borne_by_event_cents=25_000)),
    )


def cloudburst() -> DecisionMade:
    code = GroundCode.DIRECT_PRECIPITATION
    items = [item(COVERED, code, is_heavy=True)]
    return decision(
        COVERED,
        code,
        findings=[finding(DIRECT, COVERED, code)],
        items=items,
        rain=evidence(station(TOO_LITTLE, cloudburst_tenths_mm=790, recent_tenths_mm=812)),
        money=money_of(items, deductible(minimum_cents=25_000, borne_by_event_cents=25_000)),
    )


def a_little_rain_fell_in() -> DecisionMade:
    code = GroundCode.DIRECT_PRECIPITATION
    items = [item(COVERED, code)]
    return decision(
        COVERED,
        code,
        findings=[finding(DIRECT, COVERED, code)],
        items=items,
        rain=A_LITTLE_SHORT,
        money=money_of(items, deductible()),
    )


def open_window() -> DecisionMade:
    too_little = ground(
        GroundCode.NO_HEAVY_LOCAL_PRECIPITATION, GroundEffect.EXCLUDES, weight=GroundWeight.CONTRIBUTORY
    )
    return single(
        DENIED,
        GroundCode.WINDOW_OR_DOOR_OPEN,
        INDIRECT,
        too_little,
        rain=A_LITTLE_SHORT,
        facts={"precipitation_left_its_course": CUSTOMER, "came_through_open_window_or_door": PARTNER},
    )


def fire_after_flood() -> DecisionMade:
    """What burned is paid, what got wet is not."""
    wet, burned = GroundCode.PRIMARY_DEFENCE_FAILED, GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED
    items = [
        item(COVERED, burned, family=PerilFamily.FLOOD),
        item(DENIED, wet, kind=DamageKind.CLEANING, amount_cents=50_000),
    ]
    return decision(
        COVERED,
        burned,
        findings=[
            finding(FLOOD, DENIED, wet, facts={"flood_water_entered": CUSTOMER, "flood_defence_is_primary": REGISTER}),
            replace(finding(FLOOD, COVERED, burned), by_fire=True),
        ],
        items=items,
        money=money_of(items, deductible(family=PerilFamily.FLOOD, chosen_cents=50_000, borne_by_event_cents=50_000)),
    )


def second_look() -> DecisionMade:
    code = GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION
    marked = finding(FLOOD, COVERED, code, second_look=True)
    return decision(
        REFERRED,
        GroundCode.SECOND_LOOK,
        findings=[marked],
        items=[item(REFERRED, GroundCode.SECOND_LOOK)],
        rain=FORTY_MM,
    )


def flood_with_other_water() -> DecisionMade:
    code = GroundCode.EXCLUDED_FLOOD_WITH_OTHER_WATER
    return decision(
        REFERRED,
        code,
        findings=[
            finding(FLOOD, DENIED, GroundCode.PRIMARY_DEFENCE_FAILED, facts={"flood_defence_is_primary": REGISTER}),
            finding(SEWER, COVERED, GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION),
        ],
        items=[item(REFERRED, code)],
        rain=FORTY_MM,
    )


def not_attributed() -> DecisionMade:
    code = GroundCode.DAMAGE_NOT_ATTRIBUTED
    return decision(
        REFERRED,
        code,
        findings=[
            finding(DIRECT, COVERED, GroundCode.DIRECT_PRECIPITATION),
            finding(GROUND, DENIED, GroundCode.GROUNDWATER, facts={"groundwater_entered": CUSTOMER}),
        ],
        items=[item(REFERRED, code)],
    )


def source_missing() -> DecisionMade:
    facts = {"flood_defence_failed": (Truth.TRUE, CUSTOMER), "flood_defence_is_primary": (Truth.TRUE, CUSTOMER)}
    missing = ground(GroundCode.SOURCE_MISSING, GroundEffect.REFERS, facts=facts)
    found = Finding(route=FLOOD, outcome=REFERRED, grounds=(missing,))
    return decision(
        REFERRED, GroundCode.SOURCE_MISSING, findings=[found], items=[item(REFERRED, GroundCode.SOURCE_MISSING)]
    )


def two_families() -> DecisionMade:
    flood = GroundCode.REGIONAL_DEFENCE_FAILED
    items = [
        item(COVERED, HEAVY, route=INDIRECT, is_heavy=True),
        item(COVERED, flood, route=FLOOD, family=PerilFamily.FLOOD, amount_cents=70_000),
    ]
    return decision(
        COVERED,
        HEAVY,
        findings=[HEAVY_FINDING, finding(FLOOD, COVERED, flood)],
        items=items,
        rain=FORTY_MM,
        money=money_of(
            items,
            deductible(minimum_cents=25_000, borne_by_event_cents=25_000),
            deductible(family=PerilFamily.FLOOD, covered_cents=70_000),
        ),
    )


def shared_event() -> DecisionMade:
    items = [item(COVERED, HEAVY, is_heavy=True)]
    shared = deductible(minimum_cents=25_000, borne_by_event_cents=25_000, others_cents=18_000)
    return decision(COVERED, HEAVY, findings=[HEAVY_FINDING], items=items, rain=FORTY_MM, money=money_of(items, shared))


_TOO_LATE = reading(
    window(24, 402, OPEN, by_loss=3),
    window(48, 495, NO),
    window(72, 566, NO),
    reason=UndeterminedReason.RAIN_AFTER_LOSS,
)
_TOO_EARLY = reading(
    window(24, 402, OPEN, by_loss=402, lag_minutes=3_990),
    window(48, 495, NO),
    window(72, 566, NO),
    reason=UndeterminedReason.RAIN_LONG_BEFORE_LOSS,
)
_BETWEEN = reading(
    window(24, 399, OPEN), window(48, 412, NO), window(72, 430, NO), reason=UndeterminedReason.BETWEEN_WHOLE_HOURS
)
_MISSING = reading(
    window(24, 211, OPEN, missing_hours=9),
    window(48, 230, OPEN, missing_hours=33),
    window(72, None, OPEN, missing_hours=57),
    reason=UndeterminedReason.MISSING_HOURS,
)
_LOST = replace(_MISSING, undetermined_reason=UndeterminedReason.LOST_HOURS)
_SUSPECT = reading(
    window(24, 12, OPEN), window(48, 12, OPEN), window(72, 30, OPEN), reason=UndeterminedReason.SUSPECT_FIGURES
)
_INTERVAL = reading(
    window(24, 402, OPEN), window(48, 495, NO), window(72, 566, NO), reason=UndeterminedReason.LOSS_INTERVAL_TOO_LONG
)
_ELSEWHERE = station(TOO_LITTLE, at=ARCEN, distance_metres=2_110)
_NO_STATION, _BEFORE_REGISTER = (
    replace(
        FORTY_MM,
        stations=(),
        readings=tuple(replace(one, establishment=OPEN, undetermined_reason=reason) for one in FORTY_MM.readings),
    )
    for reason in (UndeterminedReason.NO_STATION, UndeterminedReason.BEFORE_REGISTER)
)
_PRIMARY = {
    "flood_water_entered": CUSTOMER,
    "flood_defence_failed": REGISTER,
    "flood_defence_is_primary": REGISTER,
}
CODE = GroundCode
CASES: Mapping[str, DecisionMade] = {
    **{f"notice-{kind.value}": make() for kind, make in NOTICES.items()},
    "partly-repaired": partly_repaired(),
    "open-window": open_window(),
    "toilet": single(
        DENIED,
        CODE.TOILET_WITHOUT_HEAVY_PRECIPITATION,
        SEWER,
        rain=A_LITTLE_SHORT,
        facts={"toilet_overflowed": CUSTOMER},
    ),
    "groundwater-not-through-wall": through_no_wall(),
    "groundwater-dry-soil": dry_soil(),
    "groundwater-covered": wet_soil(),
    "primary-defence": single(DENIED, CODE.PRIMARY_DEFENCE_FAILED, FLOOD, facts=_PRIMARY),
    "fire-after-flood": fire_after_flood(),
    "second-look": second_look(),
    "sea-water": single(
        DENIED, CODE.SEA_WATER, FLOOD, facts={"flood_water_entered": CUSTOMER, "sea_water_involved": HANDLER}
    ),
    "unembanked": single(DENIED, CODE.UNEMBANKED_AREA, FLOOD, facts={"home_in_unembanked_area": REGISTER}),
    "government": single(DENIED, CODE.GOVERNMENT_ACTION, FLOOD, facts={"government_caused_flood": HANDLER}),
    "regional-defence": single(COVERED, CODE.REGIONAL_DEFENCE_FAILED, FLOOD),
    "no-defence": single(REFERRED, CODE.NO_FLOOD_DEFENCE, FLOOD),
    "storm": single(REFERRED, CODE.STORM, WaterRoute.STORM),
    "sewer": single(COVERED, CODE.SEWER_WATER_FROM_HEAVY_PRECIPITATION, SEWER, rain=FORTY_MM),
    "sewer-without-cause": single(REFERRED, CODE.SEWER_WATER_WITHOUT_CAUSE, SEWER, rain=A_LITTLE_SHORT),
    "pumping-covered": pumping(COVERED, HEAVY, HEAVY_FINDING, FORTY_MM),
    "pumping-denied": pumping(
        DENIED, CODE.CELLAR_PUMPING, finding(DIRECT, COVERED, CODE.DIRECT_PRECIPITATION), A_LITTLE_SHORT
    ),
    "pumping-referred": pumping(
        REFERRED, CODE.CELLAR_PUMPING, finding(SEWER, COVERED, CODE.SEWER_WATER_FROM_HEAVY_PRECIPITATION), FORTY_MM
    ),
    "not-insured": whole_claim(DENIED, CODE.NOT_INSURED_AT_LOSS),
    "policy-unknown": whole_claim(REFERRED, CODE.POLICY_UNKNOWN, customer_id=None),
    "product-unknown": whole_claim(REFERRED, CODE.PRODUCT_UNKNOWN, product_version="home-2035.1"),
    "terms-changed": whole_claim(REFERRED, CODE.TERMS_CHANGED_DURING_LOSS),
    "reported-late": whole_claim(REFERRED, CODE.REPORTED_LATE),
    "possible-duplicate": whole_claim(REFERRED, CODE.POSSIBLE_DUPLICATE, possible_duplicate_of=uuid7()),
    "reporters-differ": whole_claim(REFERRED, CODE.REPORTERS_DIFFER),
    "statement-turned": whole_claim(
        REFERRED, CODE.STATEMENT_TURNED, turned_statements=("came_through_open_window_or_door", "loss"), claim_version=2
    ),
    "statement-turned-besides-facts": whole_claim(
        REFERRED, CODE.STATEMENT_TURNED, turned_statements=("damage", "policy_number"), claim_version=2
    ),
    "damage-not-reported": whole_claim(REFERRED, CODE.DAMAGE_NOT_REPORTED),
    "covered-by-hand": single(COVERED, CODE.HANDLER_COVERS, SEWER),
    "denied-by-hand": single(DENIED, CODE.HANDLER_DENIES, SEWER),
    "denied-by-hand-as-a-whole": whole_claim(DENIED, CODE.HANDLER_DENIES),
    "doubt-set-aside": replace(
        paid(), grounds=(ground(CODE.REPORTED_LATE, GroundEffect.REFERS, weight=GroundWeight.CONTRIBUTORY),)
    ),
    "no-route": whole_claim(REFERRED, CODE.NO_ROUTE_REPORTED),
    "causes-inseparable": whole_claim(REFERRED, CODE.CAUSES_INSEPARABLE),
    "rain-after-loss": doubtful_rain(CODE.RAIN_AFTER_LOSS, evidence(station(_TOO_LATE))),
    "rain-long-before-loss": doubtful_rain(CODE.RAIN_LONG_BEFORE_LOSS, evidence(station(_TOO_EARLY))),
    "interval-too-long": doubtful_rain(CODE.LOSS_INTERVAL_TOO_LONG, evidence(station(_INTERVAL))),
    "stations-disagree": doubtful_rain(
        CODE.RAINFALL_UNDETERMINED, evidence(FORTY_MM.stations[0], _ELSEWHERE, disagree=True)
    ),
    "between-whole-hours": doubtful_rain(CODE.RAINFALL_UNDETERMINED, evidence(station(_BETWEEN))),
    "hours-to-come": doubtful_rain(CODE.RAINFALL_UNDETERMINED, evidence(station(_MISSING), final=False)),
    "hours-given-up": doubtful_rain(CODE.RAINFALL_UNDETERMINED, evidence(station(_MISSING))),
    "hours-lost": doubtful_rain(CODE.RAINFALL_UNDETERMINED, evidence(station(_LOST))),
    "suspect-figures": doubtful_rain(CODE.RAINFALL_UNDETERMINED, evidence(station(_SUSPECT))),
    "no-station": doubtful_rain(CODE.RAINFALL_UNDETERMINED, _NO_STATION),
    "before-register": doubtful_rain(CODE.RAINFALL_UNDETERMINED, _BEFORE_REGISTER),
    "rainfall-not-received": single(REFERRED, CODE.RAINFALL_NOT_RECEIVED, INDIRECT),
    "direct-rain": a_little_rain_fell_in(),
    "direct-rain-without-rain": single(
        REFERRED,
        CODE.DIRECT_PRECIPITATION_WITHOUT_RAIN,
        DIRECT,
        rain=evidence(station(TOO_LITTLE, recent_tenths_mm=3)),
    ),
    "cloudburst": cloudburst(),
    "flood-with-other-water": flood_with_other_water(),
    "not-attributed": not_attributed(),
    "source-missing": source_missing(),
    "two-families": two_families(),
    "shared-event": shared_event(),
    "rest-referred-again": replace(part_paid_rest_referred(before_cents=184_000), claim_version=2),
    "paid-after-referral": paid(version=2),
}


def html(made: DecisionMade, *, language: Language, postal_address: PostalAddress | None = None) -> str:
    letter = write_letter(
        made, name=NAME, language=language, insurer=INSURER, written_at=DECIDED_AT, postal_address=postal_address
    )
    return render_html(letter)


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for name, made in CASES.items():
        for language in Language:
            for medium, postal_address in (("email", None), ("post", ADDRESS)):
                path = directory / f"{name}.{language.value}.{medium}.html"
                path.write_text(html(made, language=language, postal_address=postal_address))
    sys.stdout.write(f"{len(CASES)} decisions, {4 * len(CASES)} letters\n")
