"""What rebuilding a home would cost, and why that is not its municipal tax value. Nothing of the question is kept."""

from __future__ import annotations

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.allowances import LIMIT_REACHED
from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.languages import WantedLanguage, told_in
from chassis.http.values import Cents, ExactModel
from contracts.access import QUOTE
from contracts.policy import Building, PolicyKind
from contracts.vocabulary import Language
from policy_svc.domain.dutch_days import dutch_day
from policy_svc.domain.reinstatement import ReinstatementValue, reinstatement_value
from policy_svc.domain.reinstatement_words import DIFFERENCE, ESTIMATED, WHY, Higher, higher_of
from policy_svc.products import PRODUCTS
from policy_svc.routes.homes import HomeAsked, home_of
from policy_svc.routes.parts import Parts
from policy_svc.routes.problems import ADDRESS_IMPOSSIBLE


class ReinstatementQuestion(ExactModel):
    """A home, and what the municipality says that it is worth."""

    home: HomeAsked
    municipal_tax_value_cents: Cents | None = Field(
        default=None, description="The WOZ value, to be compared with", examples=[34_500_000]
    )


class BuildingView(ExactModel):
    """What the value was computed from."""

    floor_area_m2: int = Field(examples=[120])
    volume_m3: int = Field(examples=[390])
    built_in: int = Field(examples=[1978])

    @classmethod
    def of(cls, building: Building) -> BuildingView:
        return cls(
            floor_area_m2=building.floor_area_m2 or 0,
            volume_m3=building.volume_m3 or 0,
            built_in=building.built_in or 0,
        )


class ReinstatementView(ExactModel):
    """What rebuilding a home would cost: the same home on the same spot."""

    cents: Cents = Field(examples=[28_900_000])
    model: str = Field(description="Which model computed it", examples=["reinstatement-2026.1"])
    is_estimate: bool = Field(description="Something was not known and was assumed", examples=[True])
    assumed: list[str] = Field(description="What was not known", examples=[["volume_m3"]])
    building: BuildingView = Field(description="What it was computed from")

    @classmethod
    def of(cls, value: ReinstatementValue) -> ReinstatementView:
        return cls(
            cents=value.cents,
            model=value.model,
            is_estimate=value.is_estimate,
            assumed=list(value.assumed),
            building=BuildingView.of(value.building),
        )


class Comparison(ExactModel):
    """The reinstatement value beside the municipal tax value."""

    municipal_tax_value_cents: Cents = Field(examples=[34_500_000])
    higher: Higher = Field(examples=["municipal_tax_value"])
    difference_cents: Cents = Field(examples=[5_600_000])
    explanation: str = Field(
        description="Why the one is higher here", examples=["Bij uw huis is de WOZ-waarde hoger. …"]
    )


class ReinstatementAnswer(ExactModel):
    """What rebuilding a home would cost, with what the amount means."""

    reinstatement_value: ReinstatementView
    explanation: str = Field(
        description="What the value is, and how it differs from the municipal tax value",
        examples=["De twee bedragen beantwoorden elk een andere vraag. …"],
    )
    comparison: Comparison | None = Field(description="Null when no municipal tax value was given")


class ReinstatementRoutes:
    """Tells reinstatement values."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the route to `api`."""
        api.post(
            "/reinstatement-values",
            operation=QUOTE,
            causes_nothing=True,
            problems=(LIMIT_REACHED, ADDRESS_IMPOSSIBLE),
        )(self.tell_reinstatement_value)

    async def tell_reinstatement_value(
        self,
        question: ReinstatementQuestion,
        language: WantedLanguage,
        reading: Reading,
        request: Request,
        response: Response,
    ) -> ReinstatementAnswer:
        """Ask what rebuilding a home would cost, and why that differs from its municipal tax value.

        Nothing of the question is kept. A home need not be one that is insured here.
        """
        self._parts.reads.take(request)
        model = PRODUCTS.current(PolicyKind.BUILDINGS, dutch_day(await reading.now())).reinstatement
        assert model is not None  # noqa: S101 - a product of homes has one, or it is not read
        value = reinstatement_value(model, home_of(question.home, language))
        told_in(response, language)
        return ReinstatementAnswer(
            reinstatement_value=ReinstatementView.of(value),
            explanation=_explained(value, language),
            comparison=_compared(value, question.municipal_tax_value_cents, language),
        )


def _explained(value: ReinstatementValue, language: Language) -> str:
    texts = (DIFFERENCE, ESTIMATED) if value.is_estimate else (DIFFERENCE,)
    return " ".join(text.told_in(language) for text in texts)


def _compared(value: ReinstatementValue, tax_cents: int | None, language: Language) -> Comparison | None:
    if tax_cents is None:
        return None
    higher = higher_of(reinstatement_cents=value.cents, municipal_tax_cents=tax_cents)
    return Comparison(
        municipal_tax_value_cents=tax_cents,
        higher=higher,
        difference_cents=abs(value.cents - tax_cents),
        explanation=WHY[higher].told_in(language),
    )
