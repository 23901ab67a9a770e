"""What the policy covers: the ways in which water comes in, and what is excluded."""

from __future__ import annotations

from msgspec.structs import replace

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import LossFacts
from contracts.vocabulary import WaterReading, WaterRoute
from demo.story import (
    NO,
    OVER_LAND,
    REGISTERED,
    REGISTERED_NOT,
    UNCLEAR,
    YES,
    Expected,
    Story,
    buildings,
    contents,
    july,
    pumping,
)

_FLOOD = LossFacts(
    flood_water_entered=YES,
    flood_defence_present=REGISTERED,
    flood_defence_failed=REGISTERED,
    sea_water_involved=REGISTERED_NOT,
    home_in_unembanked_area=REGISTERED_NOT,
    government_caused_flood=REGISTERED_NOT,
)

COVER_STORIES = (
    Story(
        title="Direct precipitation, no heavy rain needed (Volkel)",
        policy_number="100227-531-01",
        loss_at=july(14, 20),
        facts=LossFacts(precipitation_fell_directly=YES),
        damage=(buildings(1_200),),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.DIRECT_PRECIPITATION,
            payable_cents=120_000,
            sums_tenths_mm=(291, 307, 326),
        ),
    ),
    Story(
        title="Direct precipitation, but the station measured no rain (Schiphol)",
        policy_number="100226-531-01",
        loss_at=july(14, 0),
        facts=LossFacts(precipitation_fell_directly=YES),
        damage=(buildings(850),),
        expected=Expected(
            outcome=Outcome.REFERRED, ground=GroundCode.DIRECT_PRECIPITATION_WITHOUT_RAIN, payable_cents=None
        ),
    ),
    Story(
        title="Windows left open, although the rain was heavy (Maastricht)",
        policy_number="100221-531-01",
        loss_at=july(14, 12),
        facts=LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=YES),
        damage=(buildings(800),),
        expected=Expected(outcome=Outcome.DENIED, ground=GroundCode.WINDOW_OR_DOOR_OPEN, payable_cents=0),
    ),
    Story(
        title="Toilet overflowed with heavy rain (Maastricht)",
        policy_number="100222-531-01",
        loss_at=july(14, 12),
        facts=LossFacts(sewer_water_entered=YES, toilet_overflowed=YES),
        damage=(buildings(1_100),),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION,
            payable_cents=60_000,
            deciding_hours=24,
        ),
    ),
    Story(
        title="Toilet overflowed without heavy rain (Schiphol)",
        policy_number="100214-531-01",
        loss_at=july(14, 0),
        facts=LossFacts(sewer_water_entered=YES, toilet_overflowed=YES),
        damage=(buildings(1_100),),
        expected=Expected(
            outcome=Outcome.DENIED, ground=GroundCode.TOILET_WITHOUT_HEAVY_PRECIPITATION, payable_cents=0
        ),
    ),
    Story(
        title="Groundwater through the cellar wall with heavy rain, cellar pumped dry (Maastricht)",
        policy_number="100223-531-01",
        loss_at=july(14, 18),
        facts=LossFacts(groundwater_entered=YES, came_through_cellar_wall=YES),
        damage=(buildings(1_000), pumping(300)),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL,
            payable_cents=105_000,
            deciding_hours=24,
            reading=WaterReading.GROUNDWATER,
        ),
    ),
    Story(
        title="Groundwater through the cellar wall two and a half days after the rain (Maastricht)",
        policy_number="100234-531-01",
        loss_at=july(2, 22),
        facts=LossFacts(groundwater_entered=YES, came_through_cellar_wall=YES),
        damage=(buildings(1_150), pumping(250)),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL,
            payable_cents=115_000,
            deciding_hours=24,
            sums_tenths_mm=(957, 1_027, 1_199),
            reading=WaterReading.GROUNDWATER,
        ),
    ),
    Story(
        title="Groundwater through the cellar wall without heavy rain (Schiphol)",
        policy_number="100225-531-01",
        loss_at=july(14, 0),
        facts=LossFacts(groundwater_entered=YES, came_through_cellar_wall=YES),
        damage=(buildings(1_000), pumping(300)),
        expected=Expected(
            outcome=Outcome.DENIED,
            ground=GroundCode.GROUNDWATER,
            payable_cents=0,
            sums_tenths_mm=(138, 139, 157),
            reading=WaterReading.GROUNDWATER,
        ),
    ),
    Story(
        title="A regional dyke broke",
        policy_number="100209-531-02",
        loss_at=july(16, 6),
        facts=replace(_FLOOD, flood_defence_is_primary=REGISTERED_NOT),
        damage=(buildings(2_400),),
        expected=Expected(outcome=Outcome.COVERED, ground=GroundCode.REGIONAL_DEFENCE_FAILED, payable_cents=190_000),
    ),
    Story(
        title="A primary dyke broke",
        policy_number="100217-531-01",
        loss_at=july(16, 6),
        facts=replace(
            _FLOOD,
            flood_defence_is_primary=REGISTERED,
            flood_defence_overtopped=REGISTERED_NOT,
            fire_or_explosion_followed=NO,
        ),
        damage=(buildings(2_400),),
        expected=Expected(outcome=Outcome.DENIED, ground=GroundCode.PRIMARY_DEFENCE_FAILED, payable_cents=0),
    ),
    Story(
        title="Water of the sea (Vlissingen)",
        policy_number="100216-531-01",
        loss_at=july(16, 6),
        facts=replace(_FLOOD, flood_defence_is_primary=REGISTERED_NOT, sea_water_involved=REGISTERED),
        damage=(buildings(2_400),),
        expected=Expected(outcome=Outcome.DENIED, ground=GroundCode.SEA_WATER, payable_cents=0),
    ),
    Story(
        title="Two waters: the roof's is paid at once, the tilted window's goes to a handler (Maastricht)",
        policy_number="100237-531-01",
        loss_at=july(14, 12),
        facts=LossFacts(
            precipitation_fell_directly=YES,
            precipitation_left_its_course=YES,
            came_through_open_window_or_door=UNCLEAR,
        ),
        damage=(
            buildings(900, route=WaterRoute.DIRECT_PRECIPITATION),
            contents(700, route=WaterRoute.INDIRECT_PRECIPITATION),
        ),
        expected=Expected(
            outcome=Outcome.REFERRED,
            ground=GroundCode.FACT_MISSING,
            payable_cents=90_000,
            items=(Outcome.COVERED, Outcome.REFERRED),
        ),
    ),
    Story(
        title="A fact is missing: nobody knows whether the window was open (Maastricht)",
        policy_number="100224-531-01",
        loss_at=july(14, 12),
        facts=LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=UNCLEAR),
        damage=(buildings(700),),
        expected=Expected(outcome=Outcome.REFERRED, ground=GroundCode.FACT_MISSING, payable_cents=None),
    ),
    Story(
        title="Not insured any more on the day of the loss",
        policy_number="100215-531-01",
        loss_at=july(14, 12),
        facts=OVER_LAND,
        damage=(buildings(600),),
        expected=Expected(outcome=Outcome.DENIED, ground=GroundCode.NOT_INSURED_AT_LOSS, payable_cents=0),
    ),
)
"""One or more for every route of the water."""
