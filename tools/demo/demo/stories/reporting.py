"""What becomes of reports: early, repeated, by two people, corrected; and how the customer is told."""

from __future__ import annotations

from msgspec.structs import replace

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import ReportChannel
from contracts.notify import Settlement
from contracts.vocabulary import FactSource
from demo.story import (
    OVER_LAND,
    UNCLEAR,
    YES,
    Correction,
    Expected,
    Phase,
    Story,
    Wait,
    buildings,
    july,
)

REPORTING_STORIES = (
    Story(
        title="The report came before its policy (Arnhem, station Deelen)",
        policy_number="100230-531-01",
        loss_at=july(14, 20),
        facts=OVER_LAND,
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
        facts=OVER_LAND,
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
        title="The same loss by app and by phone: one claim, paid once (Arcen)",
        policy_number="100236-531-01",
        loss_at=july(14, 22),
        facts=OVER_LAND,
        damage=(buildings(1_250),),
        also_by=ReportChannel.PHONE,
        wait=Wait.LATE_HOURS,
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=100_000,
            deciding_hours=24,
            sums_tenths_mm=(415, 504, 553),
        ),
    ),
    Story(
        title="A second report of a loss, with another amount (Ell)",
        policy_number="123456-531-04",
        loss_at=july(15, 1),
        facts=OVER_LAND,
        damage=(buildings(2_240),),
        phase=Phase.LATER,
        expected=Expected(outcome=Outcome.REFERRED, ground=GroundCode.POSSIBLE_DUPLICATE, payable_cents=None),
    ),
    Story(
        title="The missing fact is told: decided without a handler (Ell)",
        policy_number="100239-531-01",
        loss_at=july(15, 9),
        facts=replace(OVER_LAND, came_through_open_window_or_door=UNCLEAR),
        damage=(buildings(1_450),),
        correction=Correction(
            facts=OVER_LAND,
            expected_before=Expected(outcome=Outcome.REFERRED, ground=GroundCode.FACT_MISSING, payable_cents=None),
        ),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=120_000,
            deciding_hours=24,
            sums_tenths_mm=(402, 519, 583),
        ),
    ),
    Story(
        title="A changed story: the open window is said to have been closed (Maastricht)",
        policy_number="100235-531-01",
        loss_at=july(14, 12),
        facts=replace(OVER_LAND, came_through_open_window_or_door=YES),
        damage=(buildings(1_700),),
        correction=Correction(
            facts=OVER_LAND,
            expected_before=Expected(outcome=Outcome.DENIED, ground=GroundCode.WINDOW_OR_DOOR_OPEN, payable_cents=0),
        ),
        expected=Expected(outcome=Outcome.REFERRED, ground=GroundCode.STATEMENT_TURNED, payable_cents=None),
    ),
    Story(
        title="The repair partner assesses less than was estimated, and that is paid (Maastricht)",
        policy_number="100238-531-01",
        loss_at=july(14, 14),
        facts=OVER_LAND,
        damage=(buildings(3_100),),
        correction=Correction(
            channel=ReportChannel.PARTNER,
            damage=(buildings(2_350, estimated_by=FactSource.REPAIR_PARTNER),),
            expected_before=Expected(
                outcome=Outcome.COVERED,
                ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
                payable_cents=None,
                deciding_hours=24,
            ),
        ),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=210_000,
            deciding_hours=24,
            sums_tenths_mm=(486, 733, 795),
        ),
    ),
    Story(
        title="Covered, customer without a mobile phone (Ell)",
        policy_number="100202-531-02",
        loss_at=july(15, 1),
        facts=OVER_LAND,
        damage=(buildings(2_100),),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=160_000,
            deciding_hours=24,
            sms=Settlement.NO_ADDRESS,
        ),
    ),
    Story(
        title="Covered, customer without e-mail: a letter to be posted (Maastricht)",
        policy_number="100205-531-03",
        loss_at=july(14, 12),
        facts=OVER_LAND,
        damage=(buildings(1_900),),
        expected=Expected(
            outcome=Outcome.COVERED,
            ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
            payable_cents=165_000,
            deciding_hours=24,
            email=Settlement.NO_ADDRESS,
            post=Settlement.TO_BE_POSTED,
        ),
    ),
)
"""Each has a report, or a customer, that is out of the ordinary."""
