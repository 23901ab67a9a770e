from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from typing import Any

import pytest
from door.served import DESCRIPTION
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, ConfigDict, Field
from specimen.access import NAME
from specimen.api import EMPTY_NOTE, api
from specimen.app import Settings, build
from specimen_driver import Driver

from chassis.errors import CannotStartError
from chassis.http.api import Api
from chassis.http.declaration import RouteDeclaration
from chassis.http.examples import NoExampleError, example_of
from chassis.http.openapi import description_of, description_text
from contracts.access import Operation

LOOK = Operation.public(name="things.read", service=NAME, meaning="Look at things")
OF_ALL = {
    "malformed",
    "body-too-slow",
    "body-too-large",
    "uri-too-long",
    "head-too-large",
    "too-many-requests",
    "internal",
    "unavailable",
}
OF_GUARDED = {"unauthenticated", "forbidden", "not-found", "invalid"}
OF_BODIES = {"unsupported-media-type"}
OF_KEYS = {
    "idempotency-key-missing",
    "idempotency-key-invalid",
    "idempotency-key-in-use",
    "idempotency-key-of-another-request",
    "idempotency-keys-used-up",
}
OF_VERSIONS = {"precondition-required", "precondition-failed", "entity-tag-invalid"}
DOCUMENTED = {
    "read_greeting": OF_ALL,
    "add_up": OF_ALL | OF_BODIES | {"invalid"},
    "read_notes": OF_ALL | OF_GUARDED | {"cursor-invalid"},
    "write_note": OF_ALL | OF_GUARDED | OF_BODIES | OF_KEYS | {EMPTY_NOTE.name},
    "read_note": OF_ALL | OF_GUARDED | {"entity-tag-invalid"},
    "change_note": OF_ALL | OF_GUARDED | OF_BODIES | OF_VERSIONS,
    "take_back": OF_ALL | OF_GUARDED,
}


@pytest.fixture(scope="module")
def description() -> Mapping[str, Any]:
    return description_of(api)


def operation_of(description: Mapping[str, Any], route: RouteDeclaration) -> Mapping[str, Any]:
    operation: Mapping[str, Any] = description["paths"][route.path][route.method.lower()]
    return operation


def named(description: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    (route,) = (route for route in api.routes if route.function.__name__ == name)
    return operation_of(description, route)


def answers_of(description: Mapping[str, Any], operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is answered, by status, with what `$ref` leads to."""
    return {
        status: description["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        if "$ref" in answer
        else answer
        for status, answer in operation["responses"].items()
    }


def test_the_committed_description_is_what_the_door_says() -> None:
    door = build(Settings(database_url="postgresql://", specimen_api=True)).door
    assert door is not None

    assert DESCRIPTION.read_text() == description_text(door)


def test_it_is_openapi_3_1(description: Mapping[str, Any]) -> None:
    OpenAPIV31SpecValidator(description).validate()

    assert description["openapi"].startswith("3.1.")


def test_what_a_token_must_grant_is_what_the_access_matrix_says(description: Mapping[str, Any]) -> None:
    for route in api.routes:
        described, access = operation_of(description, route), route.operation
        assert described["x-operation"] == access.name
        assert described["security"] == ([] if access.is_public else [{"accessToken": [access.scope]}])
        assert described["x-access"] == {role.value: reach.value for role, reach in access.grants.items()}
    assert description["components"]["securitySchemes"].keys() == {"accessToken"}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_problem_that_an_operation_may_answer_is_documented_and_no_other(
    description: Mapping[str, Any], name: str
) -> None:
    answers = answers_of(description, named(description, name))

    types = {
        type_: status
        for status, answer in answers.items()
        if "application/problem+json" in answer.get("content", {})
        for type_ in answer["content"]["application/problem+json"]["schema"]["properties"]["type"]["enum"]
    }

    status_of = {problem.uri: str(problem.status) for problem in api.problems}
    assert types == {f"/problems/{problem}": status_of[f"/problems/{problem}"] for problem in DOCUMENTED[name]}


def test_the_example_of_a_problem_is_what_the_door_tells(description: Mapping[str, Any]) -> None:
    answer = answers_of(description, named(description, "write_note"))["409"]

    told = answer["content"]["application/problem+json"]["examples"]["empty-note"]["value"]

    assert told == {
        "type": "/problems/empty-note",
        "title": EMPTY_NOTE.title,
        "status": 409,
        "detail": EMPTY_NOTE.remedy,
    }
    assert answer["headers"].keys() == {"Retry-After"}


def test_a_post_that_causes_something_asks_for_a_key_and_says_when_an_answer_is_repeated(
    description: Mapping[str, Any],
) -> None:
    written, previewed = named(description, "write_note"), named(description, "add_up")

    (key,) = (parameter for parameter in written["parameters"] if parameter["name"] == "Idempotency-Key")
    assert key["required"]
    assert written["responses"]["201"]["headers"].keys() == {"Location", "Idempotent-Replayed"}
    assert previewed["parameters"] == []


def test_what_two_may_change_shows_its_version_and_demands_the_one_that_was_seen(
    description: Mapping[str, Any],
) -> None:
    read, changed = named(description, "read_note"), named(description, "change_note")

    headers = {parameter["name"]: parameter["required"] for parameter in (*read["parameters"], *changed["parameters"])}
    assert headers == {"note_id": True, "If-None-Match": False, "If-Match": True}
    assert read["responses"]["200"]["headers"]["ETag"]["required"]
    assert "304" in read["responses"]


def test_everything_sent_and_answered_has_an_example(description: Mapping[str, Any]) -> None:
    for route in api.routes:
        operation = operation_of(description, route)
        contents = [answer.get("content", {}) for answer in answers_of(description, operation).values()]
        contents.append(operation.get("requestBody", {}).get("content", {}))
        for content in chain.from_iterable(one.values() for one in contents):
            assert content.keys() & {"example", "examples"}, route
        for parameter in operation["parameters"]:
            assert "example" in parameter or not parameter["required"], route


class Thing(BaseModel):
    """What is looked at."""

    name: str


class Mistaken(BaseModel):
    """What has an example that is none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": 7}]})

    name: str


class Told(BaseModel):
    """What has an example."""

    name: str = Field(examples=["roof"])


def answering(answer: type[BaseModel]) -> Api:
    """An API of one route for everybody."""
    small = Api(title=NAME, version="1", access=(LOOK,))

    async def look() -> BaseModel:
        """Look."""
        raise AssertionError

    look.__annotations__["return"] = answer
    small.get("/things", operation=LOOK)(look)
    return small


def test_an_api_for_everybody_names_no_tokens() -> None:
    described = description_of(answering(Told))

    assert "securitySchemes" not in described["components"]
    assert described["paths"]["/things"]["get"]["security"] == []


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [(Thing, "name of the answer has no example"), (Mistaken, "the example of the answer does not hold: name")],
)
def test_an_answer_without_a_true_example_is_refused_by_name(answer: type[BaseModel], complaint: str) -> None:
    with pytest.raises(CannotStartError) as refusal:
        description_of(answering(answer))

    assert str(refusal.value) == f"the API of specimen cannot be described: GET /things: {complaint}"


SCHEMAS = {
    "Note": {"type": "object", "properties": {"text": {"type": "string", "examples": ["The roof leaks", "Again"]}}},
    "Chain": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Chain"}}},
}


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "string", "examples": ["a", "b"]}, "a"),
        ({"type": "integer", "examples": [0]}, 0),
        ({"const": "a"}, "a"),
        ({"enum": ["a", "b"]}, "a"),
        ({"type": "integer", "default": 50}, 50),
        ({"type": "integer", "default": 50, "examples": [7]}, 7),
        ({"type": "boolean"}, True),
        ({"$ref": "#/components/schemas/Note"}, {"text": "The roof leaks"}),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Note"}}, [{"text": "The roof leaks"}]),
        ({"anyOf": [{"$ref": "#/components/schemas/Note"}, {"type": "null"}]}, {"text": "The roof leaks"}),
        ({"anyOf": [{"type": "string"}, {"type": "null"}], "examples": [None]}, None),
    ],
)
def test_an_example_is_put_together_from_those_of_the_parts(schema: Mapping[str, Any], example: object) -> None:
    assert example_of(schema, schemas=SCHEMAS) == example


@pytest.mark.parametrize(
    ("schema", "where"),
    [
        ({"type": "string"}, ""),
        ({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}, "a/0"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}, ""),
        ({"$ref": "#/components/schemas/Chain"}, "next/next"),
    ],
)
def test_a_part_without_an_example_is_named(schema: Mapping[str, Any], where: str) -> None:
    with pytest.raises(NoExampleError) as refusal:
        example_of(schema, schemas=SCHEMAS)

    assert str(refusal.value) == where


async def test_a_service_prints_its_description_without_any_settings(driver: Driver) -> None:
    code, printed = await driver.run_command(
        "openapi", SPECIMEN_API="true", DATABASE_URL="", KAFKA_BOOTSTRAP_SERVERS=""
    )

    assert code == 0, driver.log()
    assert json.loads(printed) == json.loads(DESCRIPTION.read_text())


async def test_a_service_without_an_api_has_nothing_to_print(driver: Driver) -> None:
    code, printed = await driver.run_command("openapi", SPECIMEN_API="false")

    assert (code, printed) == (2, "")
    assert "invalid choice: 'openapi'" in driver.log()
