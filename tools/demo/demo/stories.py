"""The stories: real rain of July 2021, invented people."""

from __future__ import annotations

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import LossFacts
from contracts.notify import Settlement
from demo.story import (
    NO,
    REGISTERED,
    REGISTERED_NOT,
    UNCLEAR,
    YES,
    Expected,
    Story,
    Wait,
    buildings,
    july,
    pumping,
)

_OVER_LAND = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=NO)
_FLOOD = LossFacts(
    flood_water_entered=YES,
    flood_defence_present=REGISTERED,
    flood_defence_failed=REGISTERED,
    sea_water_involved=REGISTERED_NOT,
    home_in_unembanked_area=REGISTERED_NOT,
    government_caused_flood=REGISTERED_NOT,
)

STORIES = (
    Story(
        title="Covered by 24 h, no calendar day reached 40 mm (Ell)",
        policy_number="123456-531-04",
        loss_at=july(15, 1),
        facts=_OVER_LAND,
        damage=(buildings(1_840),),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=159_000,
            deciding_hours=24,
            sums_tenths_mm=(402, 519, 583),
        ),
    ),
    Story(
        title="Covered by 48 h, not by 24 h (Maastricht)",
        policy_number="100204-531-01",
        loss_at=july(15, 18),
        facts=_OVER_LAND,
        damage=(buildings(2_000),),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=175_000,
            deciding_hours=48,
            sums_tenths_mm=(221, 579, 795),
        ),
    ),
    Story(
        title="Covered by 72 h only (Maastricht, in English)",
        policy_number="100206-531-01",
        loss_at=july(16, 12),
        facts=_OVER_LAND,
        damage=(buildings(900),),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=65_000,
            deciding_hours=72,
            sums_tenths_mm=(50, 321, 754),
        ),
    ),
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
        title="Denied with the exact shortfall (Eindhoven)",
        policy_number="100212-531-01",
        loss_at=july(14, 20),
        facts=_OVER_LAND,
        damage=(buildings(1_500),),
        expected=Expected(
            outcome=Outcome.DENIED,
            ground=GroundCode.NO_HEAVY_LOCAL_PRECIPITATION,
            payable_cents=0,
            sums_tenths_mm=(301, 320, 322),
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
        ),
    ),
    Story(
        title="Groundwater through the cellar wall without heavy rain (Schiphol)",
        policy_number="100225-531-01",
        loss_at=july(14, 0),
        facts=LossFacts(groundwater_entered=YES, came_through_cellar_wall=YES),
        damage=(buildings(1_000), pumping(300)),
        expected=Expected(outcome=Outcome.DENIED, ground=GroundCode.GROUNDWATER, payable_cents=0),
    ),
    Story(
        title="A regional dyke broke",
        policy_number="100209-531-02",
        loss_at=july(16, 6),
        facts=_FLOOD.model_copy(update={"flood_defence_is_primary": REGISTERED_NOT}),
        damage=(buildings(2_400),),
        expected=Expected(outcome=Outcome.COVERED, ground=GroundCode.REGIONAL_DEFENCE_FAILED, payable_cents=190_000),
    ),
    Story(
        title="A primary dyke broke",
        policy_number="100217-531-01",
        loss_at=july(16, 6),
        facts=_FLOOD.model_copy(
            update={
                "flood_defence_is_primary": REGISTERED,
                "flood_defence_overtopped": REGISTERED_NOT,
                "fire_or_explosion_followed": NO,
            }
        ),
        damage=(buildings(2_400),),
        expected=Expected(outcome=Outcome.DENIED, ground=GroundCode.PRIMARY_DEFENCE_FAILED, payable_cents=0),
    ),
    Story(
        title="Water of the sea (Vlissingen)",
        policy_number="100216-531-01",
        loss_at=july(16, 6),
        facts=_FLOOD.model_copy(update={"flood_defence_is_primary": REGISTERED_NOT, "sea_water_involved": REGISTERED}),
        damage=(buildings(2_400),),
        expected=Expected(outcome=Outcome.DENIED, ground=GroundCode.SEA_WATER, payable_cents=0),
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
        title="The last hours were not measured yet: it waits, they arrive, it is decided (Arcen)",
        policy_number="100208-531-01",
        loss_at=july(14, 22),
        facts=_OVER_LAND,
        damage=(buildings(1_750),),
        wait=Wait.LATE_HOURS,
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=150_000,
            deciding_hours=24,
            sums_tenths_mm=(415, 504, 553),
        ),
    ),
    Story(
        title="The report came before its policy (Arnhem, station Deelen)",
        policy_number="100230-531-01",
        loss_at=july(14, 20),
        facts=_OVER_LAND,
        damage=(buildings(1_300),),
        wait=Wait.LATE_POLICY,
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=105_000,
            deciding_hours=24,
        ),
    ),
    Story(
        title="The same report delivered three times: one of everything (Deelen)",
        policy_number="100213-531-02",
        loss_at=july(14, 20),
        facts=_OVER_LAND,
        damage=(buildings(1_600),),
        deliveries=3,
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=110_000,
            deciding_hours=24,
            sums_tenths_mm=(497, 498, 513),
        ),
    ),
    Story(
        title="40.1 mm in 25 clock hours, 38.4 in 24: hourly figures cannot tell (Ell)",
        policy_number="100201-531-01",
        loss_at=july(15, 18),
        facts=_OVER_LAND,
        damage=(buildings(600),),
        expected=Expected(outcome=Outcome.REFERRED, ground=GroundCode.RAINFALL_UNDETERMINED, payable_cents=None),
    ),
    Story(
        title="Not insured any more on the day of the loss",
        policy_number="100215-531-01",
        loss_at=july(14, 12),
        facts=_OVER_LAND,
        damage=(buildings(600),),
        expected=Expected(outcome=Outcome.DENIED, ground=GroundCode.NOT_INSURED_AT_LOSS, payable_cents=0),
    ),
    Story(
        title="Covered, customer without a mobile phone (Ell)",
        policy_number="100202-531-02",
        loss_at=july(15, 1),
        facts=_OVER_LAND,
        damage=(buildings(2_100),),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=160_000,
            deciding_hours=24,
            sms=Settlement.NO_ADDRESS,
        ),
    ),
)
"""Every story that ends in a decision; the malformed report stands beside them in `publisher`."""
