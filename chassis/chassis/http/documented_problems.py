"""Which problems an operation may answer, and how the description of an API shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from itertools import groupby
from typing import Any, Final

from chassis.http import idempotency, pages, preconditions
from chassis.http.declaration import RouteDeclaration
from chassis.http.pages import PageQuery
from chassis.http.preconditions import IfMatch
from chassis.http.problems import (
    FORBIDDEN,
    HEAD_TOO_LARGE,
    INTERNAL,
    INVALID,
    MALFORMED,
    MEDIA_TYPE,
    NOT_FOUND,
    TOO_LARGE,
    TOO_MANY_REQUESTS,
    TOO_SLOW,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNSUPPORTED_MEDIA_TYPE,
    URI_TOO_LONG,
    FieldError,
    Problem,
    ProblemType,
)

SCHEMAS: Final = {
    "Problem": {
        "title": "Problem",
        "description": "What is answered instead of a success (RFC 9457).",
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "Stable; GET it to read what to do"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What to change this time"},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
        },
    },
    "FieldError": {
        "title": "FieldError",
        "description": "What is wrong with one field.",
        "type": "object",
        "required": ["in", "field", "message"],
        "properties": {
            "in": {"type": "string", "enum": ["body", "query", "path", "header", "cookie"]},
            "field": {"type": "string", "description": "A JSON pointer into the body, or the name of a parameter"},
            "message": {"type": "string"},
        },
    },
}
_OF_EVERY_OPERATION: Final = (
    MALFORMED,
    TOO_SLOW,
    TOO_LARGE,
    URI_TOO_LONG,
    TOO_MANY_REQUESTS,
    HEAD_TOO_LARGE,
    INTERNAL,
    UNAVAILABLE,
)
_CHALLENGE: Final = {"WWW-Authenticate": {"description": "What the token lacks", "schema": {"type": "string"}}}
_WAIT: Final = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 0}}}
_HEADERS: Final = {
    HTTPStatus.UNAUTHORIZED: _CHALLENGE,
    HTTPStatus.FORBIDDEN: _CHALLENGE,
    HTTPStatus.CONFLICT: _WAIT,
    HTTPStatus.TOO_MANY_REQUESTS: _WAIT,
    HTTPStatus.SERVICE_UNAVAILABLE: _WAIT,
}


def problems_of(declaration: RouteDeclaration, *, takes_body: bool, reads_version: bool) -> Sequence[ProblemType]:
    """Return every type of problem that an operation may answer. `reads_version`: it heeds If-None-Match."""
    found = [*_OF_EVERY_OPERATION, *declaration.problems]
    if not declaration.operation.is_public:
        found += UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
    if declaration.path_parameters:
        found.append(NOT_FOUND)
    if declaration.handler.asked:
        found.append(INVALID)
    if takes_body:
        found.append(UNSUPPORTED_MEDIA_TYPE)
    if declaration.takes_idempotency_key:
        found += idempotency.PROBLEMS
    if declaration.handler.asks(IfMatch):
        found += preconditions.PROBLEMS
    if reads_version:
        found.append(preconditions.ENTITY_TAG_INVALID)
    if declaration.handler.asks(PageQuery):
        found += pages.PROBLEMS
    return tuple(dict.fromkeys(found))


def answers_of(problems: Sequence[ProblemType]) -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    """Return by status the answer that tells one of `problems`, under a name which is the same for the same answer."""
    answers = {}
    for status, same in groupby(sorted(problems, key=lambda problem: problem.status), lambda problem: problem.status):
        together = tuple(same)
        answers[str(status)] = ".".join(problem.name for problem in together), _answer(together)
    return answers


def _answer(problems: Sequence[ProblemType]) -> Mapping[str, Any]:
    members = {name: schema for problem in problems for name, schema in problem.members.items()}
    schema = {
        "$ref": "#/components/schemas/Problem",
        "properties": {"type": {"enum": [problem.uri for problem in problems]}, **members},
    }
    examples = {problem.name: {"value": _told(problem)} for problem in problems}
    return {
        "description": "; ".join(problem.title for problem in problems),
        "headers": _HEADERS.get(HTTPStatus(problems[0].status), {}),
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }


def _told(problem: ProblemType) -> object:
    """Return the body of an answer that tells `problem`."""
    errors = [FieldError(place="body", field="/text", message="is missing")] if problem is INVALID else []
    told: object = json.loads(bytes(Problem(problem, errors=errors).response().body))
    return told
