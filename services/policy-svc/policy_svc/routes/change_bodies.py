"""The changes of a policy that can be asked for, each with what it needs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, RootModel, model_validator

from chassis.http.field_errors import InvalidValueError
from chassis.http.problems import Problem
from chassis.http.values import Cents, Day, ExactModel
from contracts.policy import PolicyCover
from contracts.vocabulary import PRINTABLE, Language
from policy_svc.domain.changes import (
    Cancellation,
    Change,
    ChangeOfCover,
    ChangeOfDeductible,
    ChangeOfLicencePlate,
    Move,
)
from policy_svc.domain.licence_plates import LicencePlateError, parse
from policy_svc.flows.previews import Asked
from policy_svc.routes.fields import Deductible
from policy_svc.routes.homes import HomeAsked, home_of
from policy_svc.routes.problems import LICENCE_PLATE_IMPOSSIBLE

_FROM: TypeAlias = Annotated[
    Day | None,
    Field(
        description="From which Dutch day on, tomorrow at the earliest; the first possible one where it is left out",
        examples=["2026-12-01"],
    ),
]
_CarName: TypeAlias = Annotated[str, Field(max_length=60, pattern=PRINTABLE.replace(r"\Z", "$"))]


class CoverChangeAsked(ExactModel):
    """Other covers."""

    kind: Literal["cover"]
    effective_on: _FROM = None
    covers: list[PolicyCover] = Field(
        min_length=1,
        max_length=20,
        description="All covers that are to be: what is left out is not insured any more",
        examples=[["buildings", "contents"]],
    )


class DeductibleChangeAsked(ExactModel):
    """Another deductible."""

    kind: Literal["deductible"]
    effective_on: _FROM = None
    deductible_cents: Deductible


class MoveAsked(ExactModel):
    """A move to another home."""

    kind: Literal["move"]
    effective_on: _FROM = None
    home: HomeAsked


class LicencePlateChangeAsked(ExactModel):
    """Another licence plate: of another car, whose make is given, else of the same."""

    kind: Literal["licence_plate"]
    effective_on: _FROM = None
    licence_plate: str = Field(max_length=20, description="With or without hyphens", examples=["G-001-BB"])
    make: _CarName | None = Field(default=None, min_length=1, examples=["Volvo"])
    model: _CarName = Field(default="", examples=["V60"])
    list_price_cents: Cents | None = Field(default=None, description="When the car was new", examples=[4_500_000])

    @model_validator(mode="after")
    def _another_car_has_a_make(self) -> Self:
        if self.make is None and (self.model or self.list_price_cents is not None):
            raise InvalidValueError("must have a make where it is another car, or neither model nor list price")
        return self


class CancellationAsked(ExactModel):
    """The end of the policy. Within the cooling-off period of a new one it is withdrawn."""

    kind: Literal["cancellation"]
    effective_on: Day | None = Field(
        default=None,
        description="First Dutch day that is not to be insured; it ends on the first possible day that is not before",
        examples=["2027-01-01"],
    )


class ChangeAsked(
    RootModel[
        Annotated[
            DeductibleChangeAsked | CoverChangeAsked | MoveAsked | LicencePlateChangeAsked | CancellationAsked,
            Field(discriminator="kind"),
        ]
    ]
):
    """A change of a policy. `kind` says which."""

    def read(self, language: Language) -> Asked:
        """Return what is asked for.

        Raises:
            Problem: ADDRESS_IMPOSSIBLE or LICENCE_PLATE_IMPOSSIBLE, with the reason in a language.
        """
        wished: date | None = self.root.effective_on
        return Asked(change=self._change(language), wished=wished)

    def _change(self, language: Language) -> Change:
        match self.root:
            case CoverChangeAsked(covers=covers):
                return ChangeOfCover(covers=tuple(covers))
            case DeductibleChangeAsked(deductible_cents=cents):
                return ChangeOfDeductible(deductible_cents=cents)
            case MoveAsked(home=home):
                return Move(home=home_of(home, language))
            case LicencePlateChangeAsked() as asked:
                return _licence_plate(asked, language)
            case CancellationAsked():
                return Cancellation()


def _licence_plate(asked: LicencePlateChangeAsked, language: Language) -> ChangeOfLicencePlate:
    try:
        plate = parse(asked.licence_plate)
    except LicencePlateError as error:
        raise Problem(LICENCE_PLATE_IMPOSSIBLE, error.says.told_in(language)) from None
    return ChangeOfLicencePlate(
        licence_plate=plate.text, make=asked.make, model=asked.model, list_price_cents=asked.list_price_cents
    )
