"""What handlers send."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator
from uuid_utils.compat import uuid7

from chassis.http.caller import Caller
from chassis.http.field_errors import InvalidValueError
from chassis.http.values import MOST_CENTS, Day, ExactModel
from claims_svc.domain.ruling import LONGEST_REASON, Ruling
from claims_svc.routes.loss_bodies import FACT_NAMES, DamageBody, Facts, Route
from claims_svc.routes.questions import CODE
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import MOST_ITEMS
from contracts.vocabulary import WaterRoute

_NO_CONTROLS: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_MOST_AT_ONCE: Final = 20
_WHENEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


def _says_something(text: str) -> str:
    # Signs without a shape are not printable either: a reason of these alone says nothing to who reads it.
    if not any(sign.isprintable() and not sign.isspace() for sign in text):
        raise InvalidValueError("must say something")
    return text.strip()


ReasonText: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_REASON,
        pattern=_NO_CONTROLS,
        description="Why, in words that the customer may read",
        examples=["The photos show water marks below the skirting board only"],
    ),
    AfterValidator(_says_something),
]
SeenVersion: TypeAlias = Annotated[
    int, Field(ge=0, le=2**31 - 1, description="Of the decision that you saw, as the claim tells it", examples=[1])
]


def _question(code: str) -> str:
    what, _, name = code.partition(".")
    if what == "facts" and name not in FACT_NAMES:
        raise InvalidValueError("is no question: after facts. stands the name of a fact")
    return code


Code: TypeAlias = Annotated[
    str,
    Field(pattern=CODE, examples=["facts.toilet_overflowed"]),
    AfterValidator(_question),
]


class QuestionsBody(ExactModel):
    """What to ask the customer."""

    codes: list[Code] = Field(min_length=1, max_length=_MOST_AT_ONCE)
    due_on: Day = Field(description="Until when an answer is expected: tomorrow, or within 60 days")
    reason: ReasonText

    def places_beyond(self, items: int) -> list[int]:
        """Return the places of codes about an item that a list of so many does not have."""
        return [
            place
            for place, code in enumerate(self.codes)
            if code.startswith("damage.") and int(code.split(".")[1]) >= items
        ]


class FactsBody(ExactModel):
    """Facts that a handler has found out."""

    facts: Facts = Field(min_length=1)
    source: Literal["handler", "register"] = Field(
        description="register: a public one tells it; handler: somebody went to look, or decided what is true",
        examples=["register"],
    )
    found_in: ReasonText = Field(
        description="Where it was found", examples=["Register of primary flood defences, section 36-2, 27 November"]
    )


class AssessmentBody(ExactModel):
    """All damage as a handler assessed it, up or down; it takes the place of what was told before."""

    damage: list[DamageBody] = Field(min_length=1, max_length=MOST_ITEMS)
    reason: ReasonText

    @model_validator(mode="after")
    def _is_payable(self) -> Self:
        if sum(item.amount_cents for item in self.damage) > MOST_CENTS:
            raise InvalidValueError("damage must be at most a billion euros in all")
        return self


class RulingBody(ExactModel):
    """One thing decided by hand: a `ground` of the claim as a whole, a `route`, or an `item`, as the claim lists them.

    Without any of them and without an outcome: the claim is decided on the evidence as it is now.
    """

    outcome: Literal["covered", "denied"] | None = Field(
        None, description="Null: the rules decide about it, whatever was decided by hand before", examples=["covered"]
    )
    reason: ReasonText
    ground: GroundCode | None = Field(None, examples=[None])
    route: Route | None = Field(None, examples=["sewer_backflow"])
    by_fire: bool = Field(False, description="About the damage by fire after a flood", examples=[False])  # noqa: FBT003 - the default
    item: int | None = Field(None, ge=0, lt=MOST_ITEMS, description="Its place, counted from 0", examples=[None])
    overrules: bool = Field(False, description="Covers what the rules deny", examples=[False])  # noqa: FBT003 - the default

    @model_validator(mode="after")
    def _is_a_ruling(self) -> Self:
        self.made_by("nobody", at=_WHENEVER)
        return self

    def made_by(self, subject: str, *, at: datetime) -> Ruling:
        """Return what this account rules."""
        try:
            return Ruling(
                ruling_id=uuid7(),
                outcome=None if self.outcome is None else Outcome(self.outcome),
                reason=self.reason,
                decided_by=subject,
                decided_at=at,
                ground=self.ground,
                route=None if self.route is None else WaterRoute(self.route),
                by_fire=self.by_fire,
                item=self.item,
                overrules=self.overrules,
            )
        except ValueError as error:
            raise InvalidValueError(str(error)) from None


class RulingsBody(ExactModel):
    """What to decide by hand, one after the other: a rule that is set aside shows what is left open behind it."""

    claim_version: SeenVersion
    rulings: list[RulingBody] = Field(min_length=1, max_length=_MOST_AT_ONCE)

    def made_by(self, caller: Caller, *, at: datetime) -> list[Ruling]:
        """Return what `caller` rules."""
        return [each.made_by(caller.subject, at=at) for each in self.rulings]


class UpholdingBody(ExactModel):
    """That a decision stands though there is evidence against the customer."""

    claim_version: SeenVersion
    reason: ReasonText


class JudgementBody(ExactModel):
    """Why a second person approves or declines."""

    reason: ReasonText
