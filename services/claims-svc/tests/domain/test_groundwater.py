from __future__ import annotations

import pytest
from domain.loss_cases import CANNOT_BE_TOLD, DRY, HEAVY_RAIN, NO, YES, answer, decisive, finding_on, ground_of

from contracts.coverage import GroundCode, GroundWeight, Outcome
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Establishment, Fact, WaterRoute
from contracts.weather import RainfallAssessed

GROUNDWATER = WaterRoute.GROUNDWATER
COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED


@pytest.mark.parametrize(
    ("wall", "rain", "outcome", "ground"),
    [
        (YES, HEAVY_RAIN, COVERED, GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL),
        (NO, HEAVY_RAIN, DENIED, GroundCode.GROUNDWATER),
        (None, HEAVY_RAIN, REFERRED, GroundCode.FACT_MISSING),
        (YES, DRY, DENIED, GroundCode.GROUNDWATER),
        (None, DRY, DENIED, GroundCode.GROUNDWATER),
        (NO, None, DENIED, GroundCode.GROUNDWATER),
        (YES, CANNOT_BE_TOLD, REFERRED, GroundCode.RAINFALL_UNDETERMINED),
        (YES, None, REFERRED, GroundCode.RAINFALL_NOT_RECEIVED),
    ],
)
def test_groundwater(wall: Fact | None, rain: RainfallAssessed | None, outcome: Outcome, ground: GroundCode) -> None:
    facts = LossFacts(groundwater_entered=YES, came_through_cellar_wall=wall)

    finding = finding_on(GROUNDWATER, facts=facts, rain=rain)

    assert (finding.outcome, decisive(finding)) == (outcome, ground)


def test_groundwater_is_judged_by_its_own_reading_of_the_rain() -> None:
    facts = LossFacts(groundwater_entered=YES, came_through_cellar_wall=YES)
    only_for_groundwater = answer(Establishment.NOT_ESTABLISHED, ground=Establishment.ESTABLISHED)
    only_over_ground = answer(Establishment.ESTABLISHED, ground=Establishment.NOT_ESTABLISHED)

    assert finding_on(GROUNDWATER, facts=facts, rain=only_for_groundwater).outcome is COVERED
    assert finding_on(GROUNDWATER, facts=facts, rain=only_over_ground).outcome is DENIED


def test_an_exclusion_that_is_written_back_stays_listed_as_overruled() -> None:
    facts = LossFacts(groundwater_entered=YES, came_through_cellar_wall=YES)

    finding = finding_on(GROUNDWATER, facts=facts, rain=HEAVY_RAIN)

    assert ground_of(finding, GroundCode.GROUNDWATER).weight is GroundWeight.CONTRIBUTORY
