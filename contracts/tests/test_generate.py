"""The generated files are up to date, and say what the topics say."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator  # type: ignore[import-untyped]

from contracts.codec import to_json
from contracts.dead_letters import MessageDeadLettered
from contracts.generate.__main__ import main
from contracts.generate.files import GENERATED, outdated_files, write_files
from contracts.loss_reports import LOSS_REPORTED
from contracts.topic import Topic
from contracts.topics import TOPICS

WRONG_VALUES: tuple[Any, ...] = (7, "text", [], None, {})


def test_the_committed_files_are_what_the_topics_give() -> None:
    assert outdated_files(GENERATED) == []


def test_a_second_run_writes_the_same_bytes(tmp_path: Path) -> None:
    write_files(tmp_path)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_files(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_check_names_what_differs_and_the_command_that_mends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--directory", str(tmp_path)])
    assert main(["--check", "--directory", str(tmp_path)]) == 0
    (tmp_path / "acls.csv").write_text("changed by hand")
    (tmp_path / "Forgotten.schema.json").write_text("{}")
    assert main(["--check", "--directory", str(tmp_path)]) == 1
    complaint = capsys.readouterr().err
    assert "Forgotten.schema.json, acls.csv" in complaint
    assert "python -m contracts.generate" in complaint
    main(["--directory", str(tmp_path)])
    assert not (tmp_path / "Forgotten.schema.json").exists()


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_schema_accepts_its_examples_and_refuses_an_empty_event(topic: Topic[Any]) -> None:
    schema = _read_json(f"{topic.event.__name__}.schema.json")
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for example in topic.examples:
        validator.validate(json.loads(to_json(example)))
    assert not validator.is_valid({})


def test_schemas_carry_what_the_docstrings_say() -> None:
    schema = _read_json("LossReported.schema.json")
    assert schema["description"].startswith("Somebody reports water damage to a home.")
    assert schema["$defs"]["DamageItem"]["properties"]["amount_cents"]["description"].startswith("Euro cents")


def test_every_reference_in_the_asyncapi_document_leads_to_something_inside_it() -> None:
    document = _read_json("asyncapi.json")
    references = _references(document)
    assert len(references) >= 4 * len(TOPICS)
    for reference in references:
        root, *steps = reference.split("/")
        assert root == "#"
        target: Any = document
        for step in steps:
            target = target[step]
        assert isinstance(target, dict)


def test_no_reference_of_a_schema_in_the_asyncapi_document_hides_what_stands_beside_it() -> None:
    schemas = _read_json("asyncapi.json")["components"]["schemas"]
    route = schemas["DamageItem"]["properties"]["estimated_by"]
    assert route == {"allOf": [{"$ref": "#/components/schemas/FactSource"}], "default": "customer"}
    assert all(len(part) == 1 for part in _parts(schemas) if "$ref" in part)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_the_schemas_of_the_asyncapi_document_accept_what_the_schema_files_accept(topic: Topic[Any]) -> None:
    document = _read_json("asyncapi.json")
    reference = document["components"]["messages"][topic.name]["payload"]
    bundled = Draft7Validator(reference | {"components": document["components"]})
    alone = Draft202012Validator(_read_json(f"{topic.event.__name__}.schema.json"))
    for example in topic.examples:
        payload = json.loads(to_json(example))
        bundled.validate(payload)
        for name, wrong in product(payload, WRONG_VALUES):
            changed = payload | {name: wrong}
            assert bundled.is_valid(changed) == alone.is_valid(changed), changed


def test_the_asyncapi_document_says_where_the_brokers_are_and_how_one_is_let_in() -> None:
    document = _read_json("asyncapi.json")
    production, development = document["servers"]["production"], document["servers"]["development"]
    variables = set(re.findall(r"\{(\w+)\}", production["host"]))
    assert (production["protocol"], variables) == ("kafka-secure", set(production["variables"]))
    schemes = document["components"]["securitySchemes"]
    assert production["security"] == [{"$ref": f"#/components/securitySchemes/{name}"} for name in schemes]
    assert {scheme["type"] for scheme in schemes.values()} == {"scramSha512", "scramSha256", "plain", "X509"}
    assert (development["protocol"], development["host"]) == ("kafka", "localhost:9092")


def test_the_asyncapi_document_tells_a_reader_its_group_and_what_the_broker_keeps() -> None:
    document = _read_json("asyncapi.json")
    receive = document["operations"]["claims-svc.receive.claims.loss-reported.v1"]
    assert receive["bindings"]["kafka"]["groupId"]["enum"] == ["claims-svc.claims.loss-reported.v1"]
    kafka = document["channels"]["policy.policy-changed.v1"]["bindings"]["kafka"]
    assert kafka["partitions"] == 6
    assert kafka["topicConfiguration"] == {"cleanup.policy": ["compact"], "max.message.bytes": 1_048_576}
    assert document["components"]["messages"][LOSS_REPORTED.name]["bindings"]["kafka"]["key"]["format"] == "uuid"


def test_nobody_may_do_more_than_its_topics_ask() -> None:
    with (GENERATED / "acls.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    granted = [(row["principal"], row["operation"], row["resource_type"], row["resource_name"]) for row in rows]
    writing = {(f"User:{name}", "Write", "Topic", topic.name) for topic in TOPICS for name in topic.producers}
    reading = {(f"User:{name}", "Read", "Topic", topic.name) for topic in TOPICS for name in topic.consumers}
    groups = {(user, "Read", "Group", f"{user.removeprefix('User:')}.{topic}") for user, _, _, topic in reading}
    services = {name for topic in TOPICS if topic.event is MessageDeadLettered for name in topic.producers}
    relays = {(f"User:{name}", "Write", "TransactionalId", f"{name}.relay") for name in services}
    assert granted == sorted(writing | reading | groups | relays)
    assert "claims-svc" in services
    assert {row["pattern_type"] for row in rows} == {"Literal"}
    assert [row for row in granted if row[0] == "User:upstream"] == [
        ("User:upstream", "Read", "Group", "upstream.claims.report-received.v1"),
        ("User:upstream", "Read", "Group", "upstream.claims.report-rejected.v1"),
        ("User:upstream", "Read", "Topic", "claims.report-received.v1"),
        ("User:upstream", "Read", "Topic", "claims.report-rejected.v1"),
        ("User:upstream", "Write", "Topic", "claims.loss-reported.v1"),
        ("User:upstream", "Write", "Topic", "notify.reporter-contact-provided.v1"),
    ]
    assert {principal for principal, _, _, name in granted if name == "policy.contact-changed.v1"} == {
        "User:policy-svc",
        "User:notify-svc",
        "User:auth-svc",
    }


def test_the_page_shows_every_topic_in_full() -> None:
    page = (GENERATED / "topics.md").read_text(encoding="utf-8")
    for topic in TOPICS:
        section = page.partition(f"## {topic.name}\n")[2].partition("\n## ")[0]
        for fact in (topic.owner, topic.event_type, f"`{topic.key}`", topic.personal_data.value, "```json"):
            assert fact in section


def _read_json(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((GENERATED / name).read_text(encoding="utf-8"))
    return document


def _references(document: Any) -> list[str]:  # noqa: ANN401 - any JSON
    return [part["$ref"] for part in _parts(document) if "$ref" in part]


def _parts(document: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    if isinstance(document, dict):
        yield document
    if isinstance(document, (dict, list)):
        for part in document.values() if isinstance(document, dict) else document:
            yield from _parts(part)
