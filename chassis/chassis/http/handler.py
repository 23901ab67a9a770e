"""A service's function for a route: what of its parameters comes from the request, and what the door gives."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from chassis.clock import Clock
from chassis.database import Connection
from chassis.errors import CannotStartError
from chassis.http.caller import Caller
from chassis.http.problems import Problem
from chassis.http.strict_body import is_body
from chassis.unit_of_work import Work, WorkFactory


@dataclass(frozen=True, slots=True)
class Reading:
    """A connection to read on, for what changes nothing."""

    connection: Connection
    clock: Clock

    async def now(self) -> datetime:
        """The present moment by the service's clock."""
        return await self.clock.now(self.connection)

    def one_moment(self) -> AbstractAsyncContextManager[object]:
        """Return a transaction whose statements all see what the first one sees, whatever others commit meanwhile."""
        return self.connection.transaction(isolation="repeatable_read", readonly=True)


GIVEN = (Caller, Reading, Request, Response, Work, WorkFactory)
"""What a handler gets by the type of a parameter. On the `Response` it sets headers, cookies and another status."""


class Handler:
    """A function with the two kinds of its parameters. `asked` are those that FastAPI reads from the request."""

    def __init__(self, function: Callable[..., Awaitable[Any]]) -> None:
        self._function = function
        hints = get_type_hints(function, include_extras=True)
        self.returns = hints.get("return")
        self.asked: list[inspect.Parameter] = []
        self._given: dict[str, type] = {}
        for name, parameter in inspect.signature(function).parameters.items():
            hint = hints.get(name, Any)
            if any(hint is kind for kind in GIVEN):
                self._given[name] = hint
            else:
                self.asked.append(parameter.replace(annotation=hint, kind=inspect.Parameter.KEYWORD_ONLY))

    @property
    def bodies(self) -> Sequence[inspect.Parameter]:
        """The parameters that come from the body. There is one at most in a handler that can be right."""
        return [parameter for parameter in self.asked if is_body(parameter)]

    @property
    def names(self) -> frozenset[str]:
        """The names of the parameters that come from the request."""
        return frozenset(parameter.name for parameter in self.asked)

    def asks(self, kind: object) -> bool:
        """Whether a parameter that comes from the request has this annotation, such as `PageQuery`."""
        return any(parameter.annotation == kind for parameter in self.asked)

    def needs(self, kind: type) -> bool:
        """Whether the function has a parameter of this type."""
        return kind in self._given.values()

    async def __call__(self, asked: Mapping[str, object], given: Mapping[type, object]) -> object:
        """Call the function with those of both that it names."""
        return await self._function(**self.arguments(asked, given))

    def arguments(self, asked: Mapping[str, object], given: Mapping[type, object]) -> dict[str, object]:
        """Return those of both that the function names."""
        values = {parameter.name: asked[parameter.name] for parameter in self.asked}
        return values | {name: given[kind] for name, kind in self._given.items()}


class HandlerOfMany(Handler):
    """A function that is given several requests and the one unit of work they share, and returns an answer to each.

    How it names its requests, `Sequence[Asked]`, says what is taken of each: the fields of the class `Asked`.
    """

    def __init__(self, function: Callable[..., Awaitable[Any]]) -> None:
        hints = get_type_hints(function, include_extras=True)
        shapes = [(get_origin(hint), get_args(hint)) for name, hint in hints.items() if name != "return"]
        match shapes, (get_origin(hints.get("return")), get_args(hints.get("return"))):
            case [(first, (asked,)), (None, ())], (returned, (answer,)) if first is returned is Sequence:
                super().__init__(asked)
            case _:
                raise CannotStartError(
                    f"{function.__name__} takes requests together: let it take Sequence[Asked] and Work, "
                    "and return Sequence[Answer]"
                )
        self.of_many = function
        self._asked_by = asked
        kinds = get_args(answer) if get_origin(answer) in {Union, UnionType} else (answer,)
        self.returns = Union[tuple(kind for kind in kinds if kind is not Problem)]  # noqa: UP007 - known only now

    @override
    def needs(self, kind: type) -> bool:
        return kind is Work or super().needs(kind)

    def request(self, asked: Mapping[str, object], given: Mapping[type, object]) -> object:
        """Return one request as the function is given it."""
        return self._asked_by(**self.arguments(asked, given))
