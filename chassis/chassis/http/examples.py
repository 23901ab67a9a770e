"""Examples in the description of an API, put together from those of fields, and demanded where there are none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from chassis.http.route import Route
from chassis.http.strict_body import JSON

Schema = Mapping[str, Any]

_DEEPEST: Final = 16


class NoExampleError(ValueError):
    """Something has no example, and none can be put together; the text is where: `items/note_id`."""


def example_of(schema: Schema, *, schemas: Mapping[str, Schema]) -> Any:  # noqa: ANN401 - any JSON
    """Return the example that `schema` gives, or else one made of the examples of its parts.

    `schemas` are those of the components, to which `$ref` leads.

    Raises:
        NoExampleError: some part has none.
    """
    return _example(schema, schemas, where=())


def _example(schema: Schema, schemas: Mapping[str, Schema], *, where: tuple[str, ...]) -> Any:  # noqa: ANN401 - any JSON
    match schema:
        case {"examples": [given, *_]} | {"const": given} | {"enum": [given, *_]}:
            return given
        case {"default": given} if given is not None:
            return given
        case {"type": "boolean"}:
            return True
        case _ if len(where) < _DEEPEST:
            return _composed(schema, schemas, where=where)
        case _:
            raise NoExampleError("/".join(where[:2]))


def _composed(schema: Schema, schemas: Mapping[str, Schema], *, where: tuple[str, ...]) -> object:
    match schema:
        case {"$ref": reference}:
            return _example(schemas[reference.rpartition("/")[2]], schemas, where=where)
        case {"anyOf": [first, *_]} | {"oneOf": [first, *_]}:  # null is last
            return _example(first, schemas, where=where)
        case {"type": "object", "properties": properties}:
            return {name: _example(part, schemas, where=(*where, name)) for name, part in properties.items()}
        case {"type": "array", "items": items}:
            return [_example(items, schemas, where=(*where, "0"))]
        case _:
            raise NoExampleError("/".join(where))


def put_examples(operation: dict[str, Any], route: Route, schemas: Mapping[str, Schema]) -> Iterable[str]:
    """Put an example beside all that is sent and answered; return what has none, or one that does not hold."""
    for parameter in operation["parameters"]:
        if "example" in parameter:
            continue
        try:
            parameter["example"] = example_of(parameter["schema"], schemas=schemas)
        except NoExampleError:
            if parameter["required"]:
                yield f"the parameter {parameter['name']} has no example"
    if route.body_field is not None:
        content = operation["requestBody"]["content"][route.declaration.media_type]
        yield from _put_example("body", content, route.declaration.handler.bodies[0].annotation, schemas)
    models = {str(status): model for status, model in route.declaration.refusals.items()}
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get(JSON)
        model = models.get(status, route.response_model)
        if content is not None and model is not None:
            yield from _put_example("answer", content, model, schemas)


def _put_example(
    name: str,
    content: dict[str, Any],
    kind: Any,  # noqa: ANN401 - whatever an annotation may be
    schemas: Mapping[str, Schema],
) -> Iterable[str]:
    try:
        content["example"] = example_of(content["schema"], schemas=schemas)
        TypeAdapter[Any](kind).validate_json(json.dumps(content["example"]))
    except NoExampleError as error:
        yield f"{error} of the {name} has no example"
    except ValidationError as error:
        places = {"/".join(map(str, one["loc"])) for one in error.errors()}
        yield f"the example of the {name} does not hold: {', '.join(sorted(places))}"
