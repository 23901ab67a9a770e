"""How the measured rain decides: windows, the moment of loss among them, and figures that cannot tell."""

from __future__ import annotations

from datetime import UTC, datetime

from contracts.coverage import GroundCode, Outcome
from contracts.weather import UndeterminedReason
from demo.story import OVER_LAND, CorrectedHour, Expected, Story, Wait, buildings, july

RAIN_STORIES = (
    Story(
        title="Covered by 24 h, no calendar day reached 40 mm (Ell)",
        policy_number="123456-531-04",
        loss_at=july(15, 1),
        facts=OVER_LAND,
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
        title="Covered by 48 h, the best 24 h were too long ago (Maastricht)",
        policy_number="100204-531-01",
        loss_at=july(16, 12),
        facts=OVER_LAND,
        damage=(buildings(2_000),),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=175_000,
            deciding_hours=48,
            sums_tenths_mm=(486, 706, 795),
        ),
    ),
    Story(
        title="Covered by 72 h only (Maastricht, in English)",
        policy_number="100206-531-01",
        loss_at=july(17, 2),
        facts=OVER_LAND,
        damage=(buildings(900),),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=65_000,
            deciding_hours=72,
            sums_tenths_mm=(486, 733, 795),
        ),
    ),
    Story(
        title="Denied with the exact shortfall (Eindhoven)",
        policy_number="100212-531-01",
        loss_at=july(14, 20),
        facts=OVER_LAND,
        damage=(buildings(1_500),),
        expected=Expected(
            outcome=Outcome.DENIED,
            ground=GroundCode.NO_HEAVY_LOCAL_PRECIPITATION,
            payable_cents=0,
            sums_tenths_mm=(301, 320, 322),
        ),
    ),
    Story(
        title="The water came the day after the rain, 24 hours later to the minute (Ell)",
        policy_number="100233-531-01",
        loss_at=july(16, 18, 0),
        facts=OVER_LAND,
        damage=(buildings(1_350),),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=110_000,
            deciding_hours=24,
            sums_tenths_mm=(401, 519, 583),
        ),
    ),
    Story(
        title="The storm came two days after the loss (Herwijnen 2011)",
        policy_number="100231-531-01",
        loss_at=datetime(2011, 6, 26, 18, 30, tzinfo=UTC),
        reported_at=datetime(2011, 6, 30, 8, 0, tzinfo=UTC),
        facts=OVER_LAND,
        damage=(buildings(1_900),),
        expected=Expected(
            outcome=Outcome.REFERRED,
            ground=GroundCode.RAIN_AFTER_LOSS,
            payable_cents=None,
            sums_tenths_mm=(35, 73, 1_002),
        ),
    ),
    Story(
        title="39.9 mm in 24 clock hours, 40.8 in 25: hourly figures cannot tell (Voorschoten 2017)",
        policy_number="100232-531-01",
        loss_at=datetime(2017, 8, 30, 20, 30, tzinfo=UTC),
        reported_at=datetime(2017, 9, 4, 9, 0, tzinfo=UTC),
        facts=OVER_LAND,
        damage=(buildings(600),),
        expected=Expected(
            outcome=Outcome.REFERRED,
            ground=GroundCode.RAINFALL_UNDETERMINED,
            payable_cents=None,
            sums_tenths_mm=(399, 481, 481),
        ),
    ),
    Story(
        title="The last hours were not measured yet: it waits, they arrive, it is decided (Arcen)",
        policy_number="100208-531-01",
        loss_at=july(14, 22),
        facts=OVER_LAND,
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
        title="39.9 mm denies, then KNMI corrects an hour to 40.0 (Hoek van Holland 2021, the correction is made up)",
        policy_number="100240-531-01",
        loss_at=datetime(2021, 8, 22, 12, 30, tzinfo=UTC),
        reported_at=datetime(2021, 8, 23, 9, 0, tzinfo=UTC),
        facts=OVER_LAND,
        damage=(buildings(1_150),),
        corrected_hour=CorrectedHour(
            was=13,
            becomes=14,
            expected_before=Expected(
                outcome=Outcome.DENIED,
                ground=GroundCode.NO_HEAVY_LOCAL_PRECIPITATION,
                payable_cents=0,
                sums_tenths_mm=(399, 399, 406),
            ),
        ),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=90_000,
            deciding_hours=24,
            sums_tenths_mm=(400, 400, 406),
        ),
    ),
    Story(
        title="KNMI lost 61 hours: nobody waits for them, and a handler decides (Twenthe 2021)",
        policy_number="100241-531-01",
        loss_at=datetime(2021, 12, 12, 9, 30, tzinfo=UTC),
        reported_at=datetime(2021, 12, 14, 9, 0, tzinfo=UTC),
        facts=OVER_LAND,
        damage=(buildings(1_400),),
        expected=Expected(
            outcome=Outcome.REFERRED,
            ground=GroundCode.RAINFALL_UNDETERMINED,
            payable_cents=None,
            undetermined=UndeterminedReason.LOST_HOURS,
        ),
    ),
)
"""All ask for heavy local precipitation."""
