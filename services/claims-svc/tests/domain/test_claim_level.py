from __future__ import annotations

import pytest
from domain.loss_cases import DRY, HEAVY_RAIN, NO, RAIN_CAME_IN, UNSURE, YES, decided, item

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import LossFacts

COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED


@pytest.mark.parametrize(
    ("facts", "ground"),
    [
        (LossFacts(), GroundCode.NO_ROUTE_REPORTED),
        (LossFacts(precipitation_fell_directly=NO), GroundCode.NO_ROUTE_REPORTED),
        (LossFacts(storm_caused_damage=YES), GroundCode.STORM),
        (LossFacts(other_cause=YES), GroundCode.OTHER_CAUSE),
        (RAIN_CAME_IN.model_copy(update={"causes_inseparable": YES}), GroundCode.CAUSES_INSEPARABLE),
        (RAIN_CAME_IN.model_copy(update={"causes_inseparable": UNSURE}), GroundCode.CAUSES_INSEPARABLE),
    ],
)
def test_what_the_policy_does_not_decide_goes_to_a_handler(facts: LossFacts, ground: GroundCode) -> None:
    for rain in (HEAVY_RAIN, DRY):
        verdict = decided(facts, item(), rain=rain)
        assert (verdict.outcome, verdict.deciding_ground) == (REFERRED, ground)


def test_causes_that_can_be_told_apart_are_no_reason_to_wait_for_a_handler() -> None:
    assert decided(RAIN_CAME_IN.model_copy(update={"causes_inseparable": NO}), item()).outcome is COVERED
