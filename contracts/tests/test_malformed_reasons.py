"""Whoever sent what cannot be read gets one reason for one fault, in our words: the field and what to send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pytest
from pydantic import ValidationError

from contracts.codec import to_json
from contracts.envelope import MalformedMessageError, decode, encode
from contracts.loss_reports import LOSS_REPORTED
from contracts.malformed_reasons import SENTENCES
from contracts.policy import CONTACT_CHANGED, POLICY_CHANGED
from contracts.topic import Topic
from contracts.topics import TOPICS
from contracts.validation import validator_of

Path: TypeAlias = tuple[str | int, ...]

EVERY_TOPIC = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
SECRET = "S3cret-of-somebody"
WRONG_VALUES: tuple[Any, ...] = (
    None, True, -1, 7, 1.5, 10**10, 2**63, 10**40, float("nan"),
    "", SECRET, SECRET * 20, "é", "0", "2021-07-15", "2021-07-15T06:12:00", "2021-07-15T06:12:00Z", "2021-13-45",
    "0001-01-01T00:00:00+14:00", "2200-01-01T00:00:00Z", [], {}, {SECRET: SECRET},
)  # fmt: skip
UNTIL_BEFORE_FROM = {"from_at": "2021-07-15T02:00:00Z", "until_at": "2021-07-15T01:00:00Z"}


@pytest.mark.parametrize(
    ("topic", "path", "value", "reason"),
    [
        (LOSS_REPORTED, ("policy_number",), 123456, "policy_number: must be text, in quotes"),
        (
            LOSS_REPORTED,
            ("policy_number",),
            "12-3",
            "policy_number: must be text that matches ^[0-9]{1,9}-[0-9]{3}-[0-9]{2}$",
        ),
        (LOSS_REPORTED, ("channel",), "fax", "channel: must be 'portal', 'app', 'phone' or 'partner'"),
        (LOSS_REPORTED, ("channel",), 7, "channel: must be 'portal', 'app', 'phone' or 'partner'"),
        (LOSS_REPORTED, ("report_version",), 0, "report_version: must be at least 1"),
        (LOSS_REPORTED, ("report_version",), 2**31, "report_version: must be at most 2147483647"),
        (
            LOSS_REPORTED,
            ("report_version",),
            "1",
            "report_version: must be a whole number, without quotes, decimal point or exponent",
        ),
        (LOSS_REPORTED, ("damage", 0, "amount_cents"), 10**40, "damage.0.amount_cents: must be at most 100000000000"),
        (POLICY_CHANGED, ("terms",), [], "terms: must hold at least 1 item(s)"),
        (LOSS_REPORTED, ("damage",), [None], "damage.0: must be a JSON object"),
        (LOSS_REPORTED, ("damage",), "all", "damage: must be a JSON array"),
        (
            LOSS_REPORTED,
            ("report_id",),
            "7",
            "report_id: must be a UUID as text, such as 0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10",
        ),
        (
            LOSS_REPORTED,
            ("reported_at",),
            "2021-07-15T06:12:00",
            "reported_at: must be a time as text with its zone, such as 2021-07-15T06:12:00Z",
        ),
        (LOSS_REPORTED, ("reported_at",), "2200-01-01T00:00:00Z", "reported_at: must be below 2200-01-01T00:00:00Z"),
        (LOSS_REPORTED, ("loss",), UNTIL_BEFORE_FROM, "loss: until_at must lie 0 to 31 days after from_at"),
        (LOSS_REPORTED, (), [], "event: must be a JSON object"),
        (CONTACT_CHANGED, ("name",), "", "name: must hold at least 1 character(s)"),
        (CONTACT_CHANGED, ("name",), "x" * 201, "name: must hold at most 200 character(s)"),
        (
            POLICY_CHANGED,
            ("terms", 0, "deductible_cents"),
            1,
            "terms.0.deductible_cents: must be 0, 25000, 50000 or 100000",
        ),
        (
            POLICY_CHANGED,
            ("terms", 0, "deductible_cents"),
            10**40,
            "terms.0.deductible_cents: must be a whole number with fewer digits",
        ),
        (POLICY_CHANGED, ("terms", 0, "ends_on"), 7, "terms.0.ends_on: must be a day as text, such as 2021-07-15"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_reason_names_the_field_and_what_to_send(topic: Topic[Any], path: Path, value: object, reason: str) -> None:
    refused = refusal(topic, with_value(example_of(topic), path, value))
    assert refused is not None
    assert refused[1] == reason


def test_fifty_and_one_items_are_one_fault() -> None:
    damage = example_of(LOSS_REPORTED)["damage"] * 51
    refused = refusal(LOSS_REPORTED, example_of(LOSS_REPORTED) | {"damage": damage})
    assert refused == ("wrong-schema", "damage: must hold at most 50 item(s)")


def test_a_rule_about_the_whole_event_gives_its_own_sentence() -> None:
    items = [{"kind": "buildings", "amount_cents": 10**11}] * 2
    refused = refusal(LOSS_REPORTED, example_of(LOSS_REPORTED) | {"damage": items})
    assert refused == ("wrong-schema", "event: damage must be at most a billion euros in all")


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (b"", " at line 1 column 0"),
        (b"{\n  bad", " at line 2 column 3"),
        (b'{"x": ' + b"[" * 1_000, " at line 1 column 207"),
    ],
)
def test_a_value_that_is_not_json_is_refused_with_the_position(value: bytes, where: str) -> None:
    assert refused_bytes(LOSS_REPORTED, value) == (
        "not-json",
        f"the value cannot be read as JSON{where}; send UTF-8 JSON",
    )


@EVERY_TOPIC
def test_one_fault_gives_one_reason_that_names_its_field_and_repeats_nothing(topic: Topic[Any]) -> None:
    example = example_of(topic)
    faults = [
        (path, value)
        for path in paths_in(example)
        for value in WRONG_VALUES
        if not isinstance(value, dict)  # an empty object has a fault for each field that it lacks
    ]
    refusals = [(path, refusal(topic, with_value(example, path, value))) for path, value in faults]
    codes = {"wrong-schema", "unknown-value"}
    reasons = [(path, refused[1]) for path, refused in refusals if refused is not None and refused[0] in codes]
    assert len(reasons) > len(faults) / 2
    for path, reason in reasons:
        field, sentence = reason.split(": ")
        assert field in {named(path), named(path[:-1])}  # a rule about two fields names the object that holds them
        assert ";" not in sentence
        assert SECRET not in sentence


@EVERY_TOPIC
def test_a_field_left_out_is_one_fault(topic: Topic[Any]) -> None:
    example = example_of(topic)
    for path in paths_in(example):
        if path and isinstance(path[-1], str):
            code, reason = refusal(topic, without(example, path)) or ("wrong-schema", f"{named(path)}: is missing")
            assert code == "wrong-schema"
            # A field that may be left out can be needed beside another one: a rule about the whole event says so.
            assert reason == f"{named(path)}: is missing" or (reason.startswith("event: ") and ";" not in reason)


def test_every_kind_of_error_that_an_event_can_give_has_its_sentence_and_no_sentence_is_left_over() -> None:
    kinds = {
        kind for topic in TOPICS for document in wrong_documents(topic) for kind in kinds_of_error(topic, document)
    }
    assert kinds == set(SENTENCES)


def wrong_documents(topic: Topic[Any]) -> Iterator[Any]:
    """Yield the topic's example with one value replaced, one field left out or one array made too long."""
    example = example_of(topic)
    for path in paths_in(example):
        yield from (with_value(example, path, value) for value in (*WRONG_VALUES, UNTIL_BEFORE_FROM))
        if path:
            yield without(example, path)
        if isinstance(found := value_at(example, path), list):
            yield with_value(example, path, found * 60)


def kinds_of_error(topic: Topic[Any], document: object) -> set[str]:
    try:
        validator_of(topic.event).validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        return {problem["type"] for problem in error.errors()}
    return set()


def example_of(topic: Topic[Any]) -> dict[str, Any]:
    example: dict[str, Any] = json.loads(to_json(topic.examples[0]))
    return example


def paths_in(document: object, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(document, dict):
        for name, value in document.items():
            yield from paths_in(value, (*path, name))
    elif isinstance(document, list):
        for place, value in enumerate(document):
            yield from paths_in(value, (*path, place))


def named(path: Path) -> str:
    return ".".join(map(str, path)) or "event"


def value_at(document: Any, path: Path) -> Any:  # noqa: ANN401 - any JSON
    for step in path:
        document = document[step]
    return document


def with_value(document: dict[str, Any], path: Path, value: object) -> Any:  # noqa: ANN401 - any JSON
    if not path:
        return value
    changed = deepcopy(document)
    value_at(changed, path[:-1])[path[-1]] = value
    return changed


def without(document: dict[str, Any], path: Path) -> dict[str, Any]:
    changed = deepcopy(document)
    del value_at(changed, path[:-1])[path[-1]]
    return changed


def refusal(topic: Topic[Any], document: object) -> tuple[str, str] | None:
    """Return code and reason with which `document` is refused as an event of `topic`; None when it is read."""
    return refused_bytes(topic, json.dumps(document).encode())


def refused_bytes(topic: Topic[Any], value: bytes) -> tuple[str, str] | None:
    at = datetime(2021, 7, 15, tzinfo=UTC)
    good = encode(topic, topic.examples[0], event_id="1", source="/test", time=at)
    try:
        decode(topic, headers=good.headers, key=good.key, value=value)
    except MalformedMessageError as error:
        return error.code, str(error)
    return None
