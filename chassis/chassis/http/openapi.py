"""The OpenAPI 3.1 description of a service's API.

FastAPI knows parameters, bodies and answers. What the door adds to every route is added here from where the door has
it: who may ask from the access matrix, keys and entity tags, and each problem that an operation may answer.
"""

from __future__ import annotations

import inspect
import json
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from chassis.errors import CannotStartError
from chassis.http import idempotency
from chassis.http.api import Api
from chassis.http.declaration import RouteDeclaration
from chassis.http.documented_problems import SCHEMAS, answers_of, problems_of
from chassis.http.examples import put_examples
from chassis.http.preconditions import IfMatch
from chassis.http.route import Route
from chassis.http.strict_body import JSON
from contracts.access import Operation, Reach

Json: TypeAlias = dict[str, Any]

_TOKEN: Final = "accessToken"  # noqa: S105 - the name of a way to be let in
_SECURITY_SCHEMES: Final = {
    _TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token (RFC 9068) for this service, with the scope that the operation names.",
    }
}
_ABOUT: Final = (
    "Money is in whole euro cents, moments are RFC 3339 with an offset. What is not a success is a problem "
    "(RFC 9457) whose `type` never changes: decide by it, and read what it means at that address. "
    "Requests are strict JSON in UTF-8: no key twice, no NaN, no NUL, no number beyond 2^53, no number as a text."
)
_OF_THE_FRAMEWORK: Final = ("HTTPValidationError", "ValidationError")
_IDEMPOTENCY_KEY: Final = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": True,
    "description": "New for each request, and the same when a request is repeated: it has its effect once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": idempotency.LONGEST_KEY, "pattern": "^[!-~]+$"},
    "example": "7f9c24e8-3b1d-4f6a-9a51-0d2c8f6b1e77",
}
_ENTITY_TAG = r'(W/)?"[!#-~]*"'
_ENTITY_TAGS: Final = {
    "schema": {"type": "string", "pattern": rf"^(\*|{_ENTITY_TAG}(, ?{_ENTITY_TAG})*)$"},
    "example": '"7"',
}
_IF_MATCH: Final = {"required": True, **_ENTITY_TAGS}
_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what you have already, which is not sent again.",
    **_ENTITY_TAGS,
}
_ETAG: Final = {"description": "Names this version", "schema": {"type": "string", "pattern": '^"[!#-~]*"$'}}
_BYTES: Final = {"type": "string", "format": "binary"}
_LOCATION: Final = {"description": "Where it is now", "schema": {"type": "string", "format": "uri-reference"}}
_REPLAYED: Final = {"description": "This answer was given before", "schema": {"type": "string", "const": "true"}}


def description_text(api: Api) -> str:
    """Return the description as it is committed: the same API always gives the same text.

    Raises:
        CannotStartError: as `description_of`.
    """
    return json.dumps(description_of(api), indent=2, ensure_ascii=False) + "\n"


def description_of(api: Api) -> Json:
    """Return the description of `api`, with security from the access matrix and problems on every operation.

    Raises:
        CannotStartError: names every part that has no example, or one that is not what it is an example of.
    """
    application = api.described()
    document = application.openapi()
    document["info"]["description"] = _ABOUT
    components = document.setdefault("components", {})
    components["schemas"] = components.get("schemas", {}) | SCHEMAS
    for name in _OF_THE_FRAMEWORK:
        components["schemas"].pop(name, None)
    components["responses"] = {}
    if api.is_guarded:
        components["securitySchemes"] = _SECURITY_SCHEMES
    mistakes: list[str] = []
    versioned = {declaration.path for declaration in api.routes if declaration.handler.asks(IfMatch)}
    for route in application.routes:
        if isinstance(route, Route):
            operation = document["paths"][route.path_format][route.declaration.method.lower()]
            _describe(operation, route, components, is_versioned=route.declaration.path in versioned)
            found = put_examples(operation, route, components["schemas"])
            mistakes.extend(f"{route.declaration}: {mistake}" for mistake in found)
    if mistakes:
        raise CannotStartError(f"the API of {api.title} cannot be described: {'; '.join(mistakes)}")
    return document


def _describe(operation: Json, route: Route, components: Json, *, is_versioned: bool) -> None:
    """Add what the door does. `is_versioned`: what is at this path is changed with If-Match."""
    declaration = route.declaration
    reads_version = is_versioned and declaration.method == "GET"
    refusals = {str(status): operation["responses"][str(status)] for status in declaration.refusals}
    if declaration.transfer is not None and declaration.takes_a_stream:
        content = {media_type: {"schema": _BYTES} for media_type in declaration.transfer.media_types}
        operation["requestBody"] = {"required": True, "content": content}
    _describe_purpose(operation, declaration)
    _describe_access(operation, declaration.operation)
    _describe_parameters(operation, declaration, reads_version=reads_version)
    _describe_success(operation, route, is_versioned=is_versioned)
    answers = operation["responses"]
    if reads_version:
        answers["304"] = {"description": "You have this version already", "headers": {"ETag": _ETAG}}
    problems = problems_of(declaration, takes_body="requestBody" in operation, reads_version=reads_version)
    for status, (name, answer) in answers_of(problems).items():
        if refusal := refusals.pop(status, None):
            answers[status] = {**answer, "content": {**refusal["content"], **answer["content"]}}
        else:
            components["responses"][name] = answer
            answers[status] = {"$ref": f"#/components/responses/{name}"}
    answers |= refusals


def _describe_access(operation: Json, access: Operation) -> None:
    operation["security"] = [] if access.is_public else [{_TOKEN: [access.scope]}]
    operation["x-operation"] = access.name
    operation["x-access"] = {role.value: reach.value for role, reach in access.grants.items()}


def _describe_purpose(operation: Json, declaration: RouteDeclaration) -> None:
    """The first line of the handler's docstring is the title, what follows explains; then who may do this."""
    summary, _, explanation = (inspect.getdoc(declaration.function) or declaration.operation.meaning).partition("\n")
    operation["summary"] = summary.rstrip(".")
    once_by = declaration.once_by and f"Takes no {idempotency.HEADER}: {declaration.once_by}."
    changes = declaration.changes_because and f"Changes something: {declaration.changes_because}."
    told = explanation.strip(), once_by, changes, _who_may(declaration.operation)
    operation["description"] = "\n\n".join(filter(None, told))


def _who_may(access: Operation) -> str:
    if access.is_public:
        return "For everybody, without a token."
    granted = (f"{role} (own data)" if reach is Reach.OWN else role for role, reach in access.grants.items())
    return f"With scope `{access.scope}`, for {', '.join(granted)}."


def _describe_parameters(operation: Json, declaration: RouteDeclaration, *, reads_version: bool) -> None:
    parameters: list[Json] = operation.setdefault("parameters", [])
    if declaration.handler.asks(IfMatch):
        if_match = next(parameter for parameter in parameters if parameter["name"] == "If-Match")
        if_match |= _IF_MATCH  # optional for FastAPI, so that its absence is a problem of its own
    if declaration.takes_idempotency_key:
        parameters.append(_IDEMPOTENCY_KEY)
    if reads_version:
        parameters.append(_IF_NONE_MATCH)


def _describe_success(operation: Json, route: Route, *, is_versioned: bool) -> None:
    """Leave the success alone among the answers, with the headers that it has."""
    status = HTTPStatus(route.status_code or HTTPStatus.OK)
    success = operation["responses"][str(status.value)] | {"description": status.phrase}
    if route.response_model is None:
        success.pop("content", None)  # nothing, or what the handler says in its docstring
    if media_type := route.declaration.answers:
        success["content"] = {media_type: {"schema": {"type": "object"} if media_type == JSON else _BYTES}}
    headers: Json = {}
    if is_versioned and status is not HTTPStatus.NO_CONTENT:
        headers["ETag"] = _ETAG | {"required": route.declaration.method == "GET"}
    if status is HTTPStatus.CREATED:
        headers["Location"] = _LOCATION
    if route.declaration.takes_idempotency_key:
        headers[idempotency.REPLAYED] = _REPLAYED
    operation["responses"] = {str(status.value): success | {"headers": headers}}
