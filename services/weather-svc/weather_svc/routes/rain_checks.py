"""Was it enough at my home? Asked without login about a place and a time; nothing of the question is kept or logged."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.allowances import LIMIT_REACHED
from chassis.http.api import Api
from chassis.http.field_errors import InvalidValueError
from chassis.http.handler import Reading
from chassis.http.languages import WantedLanguage, told_in
from chassis.http.problems import INVALID, FieldError, Problem
from chassis.http.values import ExactModel, Moment
from contracts.access import CHECK_RAIN
from contracts.vocabulary import LONGEST_LOSS, Language, Location, LossInterval
from contracts.weather import RainfallAssessed, UndeterminedReason
from weather_svc.domain.netherlands import are_swapped, is_in_the_netherlands
from weather_svc.domain.publication import ATTRIBUTION
from weather_svc.domain.rain_check import PRODUCT_VERSION, confidence_in, question_about
from weather_svc.domain.rain_check_words import settling, summary_of
from weather_svc.routes.parts import Parts
from weather_svc.routes.problems import (
    BEFORE_REGISTER,
    FUTURE,
    NO_STATION,
    OUTSIDE,
    PERIOD_TOO_LONG,
    SWAPPED,
)
from weather_svc.routes.rain_check_views import (
    ConfidenceView,
    PassedOverView,
    RainCheck,
    SecondOpinionView,
    UsedStation,
    VerdictView,
)

_MOST_DEGREES: Final = 180
_DECIMALS: Final = 6
_PROBLEMS = (LIMIT_REACHED, OUTSIDE, SWAPPED, FUTURE, BEFORE_REGISTER, NO_STATION, PERIOD_TOO_LONG)


def _microdegrees(value: object) -> int:
    """Read decimal degrees exactly as they are written: the shortest decimal of a number is what was sent."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValueError("must be a number of degrees such as 51.19")
    degrees = Decimal(repr(value))
    if abs(degrees) > _MOST_DEGREES:
        raise InvalidValueError("must lie between -180 and 180")
    microdegrees = degrees.scaleb(_DECIMALS)
    if microdegrees != (whole := int(microdegrees)):
        raise InvalidValueError("must have at most 6 decimals; that is a tenth of a metre")
    return whole


def _degrees(description: str, example: float) -> WithJsonSchema:
    limits = {"type": "number", "minimum": -_MOST_DEGREES, "maximum": _MOST_DEGREES}
    return WithJsonSchema({**limits, "description": description, "examples": [example]})


Latitude: TypeAlias = Annotated[
    int, BeforeValidator(_microdegrees), _degrees("Degrees north (WGS 84), with at most 6 decimals", 51.19)
]
Longitude: TypeAlias = Annotated[
    int, BeforeValidator(_microdegrees), _degrees("Degrees east (WGS 84), with at most 6 decimals", 5.79)
]


class RainCheckQuestion(ExactModel):
    """Where and when water came in."""

    latitude: Latitude
    longitude: Longitude
    accuracy_metres: int = Field(
        default=100, ge=0, le=10_000, description="The real place lies within this distance", examples=[100]
    )
    from_at: Moment = Field(
        description="The moment, or the earliest it can have been", examples=["2021-07-15T08:30:00+02:00"]
    )
    until_at: Moment | None = Field(
        default=None,
        description="The latest it can have been, at most 31 days later; left out for a moment",
        examples=["2021-07-15T09:30:00+02:00"],
    )


class RainCheckRoutes:
    """Answers rain checks."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the route to `api`."""
        api.post("/rain-checks", operation=CHECK_RAIN, causes_nothing=True, problems=_PROBLEMS)(self.check_rain)

    async def check_rain(
        self,
        question: RainCheckQuestion,
        language: WantedLanguage,
        reading: Reading,
        request: Request,
        response: Response,
    ) -> RainCheck:
        """Ask whether the rain near a place was enough for heavy local precipitation.

        It is the answer that a claim would get at this moment, with the same rules and figures. Nothing of the question
        is stored, and KNMI is not asked because of it.
        """
        self._parts.rain_checks.take(request)
        home = _home(question)
        now = await reading.now()
        loss = _loss(question, now=now)
        async with reading.connection.transaction():
            answer = await self._parts.assessor.look(question_about(home, loss), reading.connection)
        told_in(response, language)
        return _told(answer, loss, language, now=now)


def _home(question: RainCheckQuestion) -> Location:
    """Return the place that was asked about. Raise `Problem` when it is not in the Netherlands."""
    place = {"latitude_microdegrees": question.latitude, "longitude_microdegrees": question.longitude}
    if not is_in_the_netherlands(**place):
        raise Problem(SWAPPED if are_swapped(**place) else OUTSIDE)
    return Location(**place, accuracy_metres=question.accuracy_metres)


def _loss(question: RainCheckQuestion, *, now: datetime) -> LossInterval:
    """Return the time that was asked about. Raise `Problem` when it has not come, is too long or runs backwards."""
    from_at = question.from_at.astimezone(UTC)
    until_at = from_at if question.until_at is None else question.until_at.astimezone(UTC)
    if until_at < from_at:
        error = FieldError(place="body", field="/until_at", message="must not lie before from_at")
        raise Problem(INVALID, errors=[error])
    if until_at > now:
        raise Problem(FUTURE)
    if until_at - from_at > LONGEST_LOSS:
        raise Problem(PERIOD_TOO_LONG)
    return LossInterval(from_at=from_at, until_at=until_at)


def _told(answer: RainfallAssessed, loss: LossInterval, language: Language, *, now: datetime) -> RainCheck:
    """Return what is answered. Raise `Problem` when there was no station then."""
    if not answer.stations:
        is_before = answer.readings[0].undetermined_reason is UndeterminedReason.BEFORE_REGISTER
        raise Problem(BEFORE_REGISTER if is_before else NO_STATION)
    opinion = answer.second_opinion
    return RainCheck(
        summary=summary_of(answer, language, now=now),
        product_version=PRODUCT_VERSION,
        verdicts=[VerdictView.of(verdict) for verdict in answer.readings],
        cloudburst=answer.cloudburst,
        recent_rain=answer.recent_rain,
        final=answer.final,
        settled_by=answer.settled_by,
        would_settle_it=settling(answer, language),
        stations=[UsedStation.of(station, loss=loss) for station in answer.stations],
        passed_over=[PassedOverView.of(passed) for passed in answer.passed_over],
        confidence=ConfidenceView.of(confidence_in(answer)),
        second_opinion=None if opinion is None else SecondOpinionView.of(opinion),
        register_sha256=answer.register_sha256,
        attribution=ATTRIBUTION,
    )
