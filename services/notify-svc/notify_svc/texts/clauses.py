"""Which clause of the policy terms each ground rests on; the terms stand in policy-svc, one file per language."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.coverage import GroundCode

_HOME_2021_1 = {
    GroundCode.DIRECT_PRECIPITATION: "2.1",
    GroundCode.DIRECT_PRECIPITATION_WITHOUT_RAIN: "2.1",
    GroundCode.HEAVY_LOCAL_PRECIPITATION: "2.2",
    GroundCode.NO_HEAVY_LOCAL_PRECIPITATION: "2.2",
    GroundCode.WINDOW_OR_DOOR_OPEN: "2.3",
    GroundCode.RAINFALL_UNDETERMINED: "2.8",
    GroundCode.RAINFALL_NOT_RECEIVED: "2.8",
    GroundCode.RAIN_AFTER_LOSS: "2.8",
    GroundCode.RAIN_LONG_BEFORE_LOSS: "2.8",
    GroundCode.LOSS_INTERVAL_TOO_LONG: "2.8",
    GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION: "3.1",
    GroundCode.SEWER_WATER_FROM_COVERED_FLOOD: "3.1",
    GroundCode.TOILET_WITHOUT_HEAVY_PRECIPITATION: "3.2",
    GroundCode.SEWER_WATER_WITHOUT_CAUSE: "3.3",
    GroundCode.GROUNDWATER: "4.1",
    GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL: "4.2",
    GroundCode.REGIONAL_DEFENCE_FAILED: "5.1",
    GroundCode.PRIMARY_DEFENCE_FAILED: "5.2",
    GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED: "5.3",
    GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION: "5.3",
    GroundCode.SEA_WATER: "5.4",
    GroundCode.UNEMBANKED_AREA: "5.5",
    GroundCode.GOVERNMENT_ACTION: "5.6",
    GroundCode.NO_FLOOD_DEFENCE: "5.7",
    GroundCode.EXCLUDED_FLOOD_WITH_OTHER_WATER: "5.8",
    GroundCode.CELLAR_PUMPING: "6.1",
    GroundCode.COVER_NOT_CHOSEN: "1.2",
    GroundCode.NOT_INSURED_AT_LOSS: "1.1",
    GroundCode.TERMS_CHANGED_DURING_LOSS: "8.3",
    GroundCode.STORM: "8.3",
    GroundCode.OTHER_CAUSE: "8.3",
    GroundCode.CAUSES_INSEPARABLE: "8.3",
    GroundCode.FACT_MISSING: "8.3",
    GroundCode.NO_ROUTE_REPORTED: "8.3",
    GroundCode.POLICY_UNKNOWN: "8.3",
    GroundCode.SOURCE_MISSING: "8.3",
    GroundCode.PRODUCT_UNKNOWN: "8.3",
    GroundCode.DAMAGE_NOT_ATTRIBUTED: "8.3",
    GroundCode.SECOND_LOOK: "8.3",
    GroundCode.REPORTED_LATE: "8.3",
    GroundCode.POSSIBLE_DUPLICATE: "8.3",
    GroundCode.REPORTERS_DIFFER: "8.3",
    GroundCode.STATEMENT_TURNED: "8.3",
    GroundCode.DAMAGE_NOT_REPORTED: "8.3",
    GroundCode.WITHDRAWN: "8.3",
    GroundCode.JOINED: "8.3",
    GroundCode.HANDLER_COVERS: "8.3",
    GroundCode.HANDLER_DENIES: "8.3",
}
CLAUSES: Mapping[str, Mapping[GroundCode, str]] = {"home-2021.1": _HOME_2021_1}
"""By version of the product: published terms never change, a new version has terms of its own."""
MINIMUM_DEDUCTIBLE: Mapping[str, str] = {"home-2021.1": "7.2"}


def clause_of(ground: GroundCode, *, product_version: str) -> str | None:
    """Return the number of the clause; None when we do not know the terms of that version."""
    return CLAUSES.get(product_version, {}).get(ground)
