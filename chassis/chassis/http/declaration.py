"""What a service says of one route, and whether that can be right."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

from typing_extensions import override

from chassis.http.handler import Handler, Reading
from chassis.http.problems import ProblemType
from chassis.unit_of_work import Work
from contracts.access import Operation

OWNER_IN_PATH = "relation_number"
_PATH_PARAMETER: Final = re.compile(r"{(\w+)")

OwnerOf: TypeAlias = Callable[..., Awaitable[str | None]]
"""Takes parameters of the path by name and a `Reading`; returns a relation number, None when there is no such thing."""


@dataclass(frozen=True, kw_only=True)
class RouteDeclaration:
    """One route: which operation of the access matrix it performs, by which function, and whose the thing asked for is.

    It belongs to whom `owner` tells, and to the relation number in the path: to the same, where there are both.
    """

    method: str
    path: str
    operation: Operation
    function: Callable[..., Awaitable[Any]]
    owner: OwnerOf | None = None
    status_code: int | None = None
    causes_nothing: bool = False
    problems: tuple[ProblemType, ...] = ()

    @cached_property
    def handler(self) -> Handler:
        """The function, with what it takes."""
        return Handler(self.function)

    @cached_property
    def owner_handler(self) -> Handler | None:
        """What tells the owner, with what it takes."""
        return Handler(self.owner) if self.owner else None

    @property
    def has_owner_in_path(self) -> bool:
        """Whether the path names the owner."""
        return OWNER_IN_PATH in self.path_parameters

    @property
    def path_parameters(self) -> frozenset[str]:
        """The names in the path."""
        return frozenset(_PATH_PARAMETER.findall(self.path))

    @property
    def takes_idempotency_key(self) -> bool:
        """Whether the caller names the request, so that it has its effect once."""
        return self.method == "POST" and not self.causes_nothing

    @property
    def changes_something(self) -> bool:
        """Whether the function works in a unit of work."""
        return self.handler.needs(Work)

    @property
    def is_to_read(self) -> bool:
        """Whether it is declared to change nothing."""
        return self.method == "GET" or self.causes_nothing

    @override
    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def mistakes(self) -> Iterable[str]:
        """Return what cannot be right, each as the end of a sentence that begins with the route."""
        handler, owner = self.handler, self.owner_handler
        if not inspect.iscoroutinefunction(self.function):
            yield "has a function that is not async and would hold up all others"
        if self.operation.is_for_owners and not owner and not self.has_owner_in_path:
            yield (
                f"performs {self.operation.name}, which some may do with their own data only: "
                f"name the owner by {{{OWNER_IN_PATH}}} in the path or by owner="
            )
        if owner and not owner.names <= self.path_parameters & handler.names:
            yield "finds its owner by something that is not in the path, or that its handler does not take"
        if owner and owner.needs(Work):
            yield "may not change anything to find its owner: take Reading"
        if self.causes_nothing and self.method != "POST":
            yield "says causes_nothing, which is to be said of a POST only"
        if self.is_to_read and self.changes_something:
            yield "is to change nothing: take Reading instead of Work"
        if not self.is_to_read and not self.changes_something:
            yield "is to change something: take Work, or say causes_nothing=True of a POST"
        if self.changes_something and handler.needs(Reading):
            yield "takes Work and Reading: Work has the connection"
