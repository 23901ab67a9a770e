"""What is told about a loss in the bodies of requests: the words are those of `claims.loss-reported.v1`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Final, Literal, Self, TypeAlias, get_args

from msgspec.structs import fields
from pydantic import AfterValidator, Field, model_validator

from chassis.http.field_errors import InvalidValueError
from chassis.http.values import Cents, ExactModel, Moment
from contracts.loss_reports import MOST_ITEMS, DamageItem, DamageKind, LossFacts
from contracts.vocabulary import LONGEST_LOSS, Fact, FactSource, LossInterval, Truth, WaterRoute

FACT_NAMES: Final = tuple(field.name for field in fields(LossFacts))
TruthValue: TypeAlias = Literal["true", "false", "unknown"]


def _known_fact(name: str) -> str:
    if name not in FACT_NAMES:
        raise InvalidValueError(f"is no fact; there are {', '.join(FACT_NAMES)}")
    return name


Facts: TypeAlias = Annotated[
    dict[Annotated[str, AfterValidator(_known_fact)], TruthValue],
    Field(
        description="How the water came, by the names of facts; what is left out nobody has told",
        examples=[{"precipitation_left_its_course": "true", "came_through_open_window_or_door": "false"}],
    ),
]
Kind: TypeAlias = Literal["buildings", "contents", "cleaning", "cellar_pumping"]
Route: TypeAlias = Literal[
    "direct_precipitation", "indirect_precipitation", "sewer_backflow", "groundwater", "flood", "storm", "other"
]
assert set(get_args(Kind)) == set(DamageKind)  # noqa: S101 - the words of the contract, spelt out for readers
assert set(get_args(Route)) == set(WaterRoute)  # noqa: S101 - the same


class DamageBody(ExactModel):
    """One amount of damage."""

    kind: Kind = Field(examples=["buildings"])
    amount_cents: Cents = Field(description="Euro cents", examples=[184_000])
    route: Route | None = Field(None, description="The water that did it, where that is known", examples=[None])
    by_fire_or_explosion: bool | None = Field(
        None, description="After a flood: whether fire or explosion did it, not the water", examples=[None]
    )

    def read(self, source: FactSource) -> DamageItem:
        return DamageItem(
            kind=DamageKind(self.kind),
            amount_cents=self.amount_cents,
            estimated_by=source,
            route=None if self.route is None else WaterRoute(self.route),
            by_fire_or_explosion=self.by_fire_or_explosion,
        )


Damage: TypeAlias = Annotated[
    list[DamageBody],
    Field(description="What was damaged, together at most a billion euros", max_length=MOST_ITEMS),
]


class LossBody(ExactModel):
    """When it happened: one moment twice, or the time within which it must have happened."""

    from_at: Moment = Field(examples=["2021-07-15T01:30:00Z"])
    until_at: Moment = Field(examples=["2021-07-15T01:30:00Z"])

    @model_validator(mode="after")
    def _is_a_loss(self) -> Self:
        if not self.from_at <= self.until_at <= self.from_at + LONGEST_LOSS:
            raise InvalidValueError("until_at must lie 0 to 31 days after from_at")
        return self

    def read(self) -> LossInterval:
        return LossInterval(from_at=self.from_at.astimezone(UTC), until_at=self.until_at.astimezone(UTC))


def facts_of(told: Mapping[str, TruthValue], source: FactSource) -> LossFacts:
    """Return facts that `source` tells."""
    return LossFacts(**{name: Fact(value=Truth(value), source=source) for name, value in told.items()})
