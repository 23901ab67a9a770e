"""Where in a body something is wrong, also where it is one of several models."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, RootModel, ValidationError

from chassis.http.documented_problems import answers_of
from chassis.http.field_errors import field_errors
from chassis.http.problems import Problem, ProblemType

NO_WHOLE_NUMBER = "must be a whole number, without quotes, decimal point or exponent"


class Walk(BaseModel):
    kind: Literal["walk"]
    metres: int


class Ride(BaseModel):
    kind: Literal["ride"]
    stops: list[int]


class Horse(BaseModel):
    name: str


class OnHorse(BaseModel):
    kind: Literal["horse"]
    horse: Horse | None
    metres: int


class Journey(RootModel[Annotated[Walk | Ride | OnHorse, Field(discriminator="kind")]]):
    """One of several models, told apart by a tag."""


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"kind": "walk", "metres": "far"}, "/metres", NO_WHOLE_NUMBER),
        ({"kind": "ride", "stops": [1, None]}, "/stops/1", NO_WHOLE_NUMBER),
        ({"kind": "horse", "horse": {"name": 1}, "metres": 1}, "/horse/name", "must be text, in quotes"),
        ({"kind": "horse", "horse": None, "metres": "far"}, "/metres", NO_WHOLE_NUMBER),
        ({"kind": "fly"}, "", "must have as 'kind' one of 'walk', 'ride', 'horse'"),
        ({"metres": 1}, "", "must have the field 'kind'"),
    ],
)
def test_a_field_of_one_of_several_models_has_its_own_path(body: Any, field: str, message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Journey.model_validate(body, strict=True)
    found = [{**error, "loc": ("body", *error["loc"])} for error in raised.value.errors()]

    (error,) = field_errors(found, body=Journey)

    assert (error.field, error.message) == (field, message)


def test_what_a_problem_tells_besides_is_described() -> None:
    full = ProblemType(name="full", status=409, title="Full", remedy="Wait.", members={"until": {"type": "string"}})

    told = json.loads(bytes(Problem(full, members={"until": "noon"}).response().body))
    _, described = answers_of([full])["409"]

    assert told["until"] == "noon"
    assert described["content"]["application/problem+json"]["schema"]["properties"]["until"] == {"type": "string"}
