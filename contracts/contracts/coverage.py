"""How a decision accounts for itself: outcomes, the grounds they rest on, and the findings on each water route."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from contracts.loss_reports import DamageKind
from contracts.topic import Part
from contracts.vocabulary import Cents, FactSource, PerilFamily, Truth, WaterRoute


class Outcome(StrEnum):
    """How a claim, one of its findings or one of its damage items ends."""

    COVERED = "covered"
    DENIED = "denied"
    REFERRED = "referred"
    """A claims handler decides; nobody was denied."""
    WITHDRAWN = "withdrawn"
    """Whoever reported the loss took the claim back: it is neither paid nor denied. Of a claim only."""


class GroundCode(StrEnum):
    """The rules of the policy's water cover, one code each."""

    DIRECT_PRECIPITATION = "direct_precipitation"
    HEAVY_LOCAL_PRECIPITATION = "heavy_local_precipitation"
    NO_HEAVY_LOCAL_PRECIPITATION = "no_heavy_local_precipitation"
    RAINFALL_UNDETERMINED = "rainfall_undetermined"
    WINDOW_OR_DOOR_OPEN = "window_or_door_open"
    SEWER_WATER_FROM_HEAVY_PRECIPITATION = "sewer_water_from_heavy_precipitation"
    SEWER_WATER_FROM_COVERED_FLOOD = "sewer_water_from_covered_flood"
    TOILET_WITHOUT_HEAVY_PRECIPITATION = "toilet_without_heavy_precipitation"
    SEWER_WATER_WITHOUT_CAUSE = "sewer_water_without_cause"
    GROUNDWATER = "groundwater"
    GROUNDWATER_THROUGH_CELLAR_WALL = "groundwater_through_cellar_wall"
    REGIONAL_DEFENCE_FAILED = "regional_defence_failed"
    PRIMARY_DEFENCE_FAILED = "primary_defence_failed"
    FIRE_AFTER_PRIMARY_DEFENCE_FAILED = "fire_after_primary_defence_failed"
    PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION = "primary_defence_overtopped_by_precipitation"
    SEA_WATER = "sea_water"
    UNEMBANKED_AREA = "unembanked_area"
    GOVERNMENT_ACTION = "government_action"
    NO_FLOOD_DEFENCE = "no_flood_defence"
    STORM = "storm"
    OTHER_CAUSE = "other_cause"
    CAUSES_INSEPARABLE = "causes_inseparable"
    FACT_MISSING = "fact_missing"
    NO_ROUTE_REPORTED = "no_route_reported"
    CELLAR_PUMPING = "cellar_pumping"
    NOT_INSURED_AT_LOSS = "not_insured_at_loss"
    POLICY_UNKNOWN = "policy_unknown"
    COVER_NOT_CHOSEN = "cover_not_chosen"
    RAINFALL_NOT_RECEIVED = "rainfall_not_received"
    SOURCE_MISSING = "source_missing"
    """Only the customer says what a resident cannot know, such as which defence failed."""
    TERMS_CHANGED_DURING_LOSS = "terms_changed_during_loss"
    """The insurance changed within the time in which the loss must have happened."""
    PRODUCT_UNKNOWN = "product_unknown"
    """The policy names a version of the product whose parameters are not known."""
    DAMAGE_NOT_ATTRIBUTED = "damage_not_attributed"
    """Nobody said by which water or fire the damage came, and not every cause reported has the same verdict."""
    RAIN_AFTER_LOSS = "rain_after_loss"
    """It rained enough around the loss, but hardly any of it had fallen at the stated moment."""
    RAIN_LONG_BEFORE_LOSS = "rain_long_before_loss"
    """It rained enough, but longer before the loss than the machine may connect by itself."""
    LOSS_INTERVAL_TOO_LONG = "loss_interval_too_long"
    """The hours within which the loss must have happened give different answers, and there are too many of them."""
    DIRECT_PRECIPITATION_WITHOUT_RAIN = "direct_precipitation_without_rain"
    """Rain is said to have fallen in, while the nearest station measured next to none."""
    EXCLUDED_FLOOD_WITH_OTHER_WATER = "excluded_flood_with_other_water"
    """An excluded flood came together with sewer water or precipitation: which water did what is for a handler."""
    SECOND_LOOK = "second_look"
    """Covered by a finding that a handler looks at before money is promised."""
    REPORTED_LATE = "reported_late"
    """Reported longer after the loss than the product lets the machine decide alone."""
    POSSIBLE_DUPLICATE = "possible_duplicate"
    """An earlier claim of the same policy and event has the same kind of damage."""
    REPORTERS_DIFFER = "reporters_differ"
    """The reports that were joined to this claim no longer tell of the same damage or moment."""
    STATEMENT_TURNED = "statement_turned"
    """The customer's own earlier statement turned round, and with it the outcome in their favour."""
    DAMAGE_NOT_REPORTED = "damage_not_reported"
    """Nobody has said yet what was damaged."""
    WITHDRAWN = "withdrawn"
    """Whoever reported the loss took the claim back."""
    JOINED = "joined"
    """It is about the same loss as another claim, with which a handler joined it: that one is decided for both."""
    HANDLER_COVERS = "handler_covers"
    """A handler decided that it is covered; the proof holds who did and why."""
    HANDLER_DENIES = "handler_denies"
    """Handlers, two of them, decided that it is not covered; the proof holds who did and why."""


class GroundEffect(StrEnum):
    """What a ground does when it holds."""

    COVERS = "covers"
    EXCLUDES = "excludes"
    REFERS = "refers"
    ENDS = "ends"
    """There is nothing to decide any more: the claim was taken back."""


class GroundWeight(StrEnum):
    """What a ground did here."""

    DECISIVE = "decisive"
    CONTRIBUTORY = "contributory"
    """Holds, but did not decide: it points the same way, or a weightier ground overruled it."""
    NOT_REACHED = "not_reached"
    """Whether it holds is open, because a fact is unknown."""
    DOES_NOT_HOLD = "does_not_hold"


class GroundFact(Part):
    """A fact a ground rests on, and who said so (None: nobody did)."""

    name: str
    value: Truth
    source: FactSource | None = None


class Ground(Part):
    """One rule, evaluated. Every rule of a route is listed, also those that did not decide."""

    code: GroundCode
    effect: GroundEffect
    holds: Truth
    weight: GroundWeight
    facts: tuple[GroundFact, ...] = ()


class Finding(Part):
    """The verdict on one water route. After a flood, damage by fire or explosion has a finding of its own."""

    route: WaterRoute
    outcome: Outcome
    grounds: tuple[Ground, ...]
    second_look: Annotated[
        bool, Meta(description="Covered, but a handler looks at it before money is promised for what rests on it")
    ] = False
    by_fire: Annotated[bool, Meta(description="About damage by fire or explosion that followed from the flood")] = False


class DecidedItem(Part):
    """The verdict on one damage item, in the order in which the report lists them.

    `family` and `rests_on_heavy_weather` say which event's deductible a covered item bears, and whether it counts
    towards the minimum in heavy weather.
    """

    kind: DamageKind
    amount_cents: Cents
    estimated_by: FactSource
    route: Annotated[WaterRoute | None, Meta(description="The route the report names for it")]
    outcome: Outcome
    ground: GroundCode
    awaits_assessment: Annotated[bool, Meta(description="Covered, but its amount is still to be assessed")] = False
    family: Annotated[PerilFamily | None, Meta(description="None when it is not covered")] = None
    rests_on_heavy_weather: bool = False
    either_family: Annotated[
        bool,
        Meta(description="Its cause can be of the other family just as well; it counts where the customer bears less"),
    ] = False
