"""One JSON Schema per event, for readers and writers in any language."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec
from pydantic.json_schema import models_json_schema

from contracts.topic import Event, Part
from contracts.topics import TOPICS
from contracts.validation import model_of, validator_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_file_name(event: type[Event]) -> str:
    """Return the name of the file that holds the schema of `event`."""
    return f"{event.__name__}.schema.json"


def schema_of(event: type[Event]) -> dict[str, Any]:
    """Return what a record's value must look like for a reader of `event` to accept it."""
    schema = validator_of(event).json_schema(mode="validation")
    for part in (schema, *schema.get("$defs", {}).values()):
        _drop_titles_of_fields(part)
    topic = next(topic for topic in TOPICS if topic.event is event)
    examples = [in_full(example) for example in topic.examples]
    return {"$schema": DIALECT, "$id": f"urn:waterschade:event:{event.__name__}"} | schema | {"examples": examples}


def in_full(part: object) -> Any:  # noqa: ANN401 - any JSON
    """Return an example as JSON with every field, also those that the codec leaves out."""
    if isinstance(part, Part):
        return {name: in_full(getattr(part, name)) for name in part.__struct_fields__}
    return [in_full(each) for each in part] if isinstance(part, tuple) else msgspec.to_builtins(part)


def schemas_of_all(events: Iterable[type[Event]], *, ref_template: str) -> dict[str, dict[str, Any]]:
    """Return the schemas of `events` and of every part of them by name, for one document that holds them all.

    `ref_template` says where a part lies in that document, with `{model}` for its name.
    """
    _, together = models_json_schema([(model_of(event), "validation") for event in events], ref_template=ref_template)
    schemas: dict[str, dict[str, Any]] = together["$defs"]
    for schema in schemas.values():
        _drop_titles_of_fields(schema)
    return schemas


def schema_files() -> dict[str, str]:
    """Return every schema by its file name."""
    events = dict.fromkeys(topic.event for topic in TOPICS)
    return {schema_file_name(event): as_json(schema_of(event)) for event in events}


def as_json(document: dict[str, Any]) -> str:
    """Return `document` as the text of a file that people read and git compares."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _drop_titles_of_fields(part: dict[str, Any]) -> None:
    """Leave out the title pydantic gives every field: it only repeats the name."""
    for field in part.get("properties", {}).values():
        field.pop("title", None)
