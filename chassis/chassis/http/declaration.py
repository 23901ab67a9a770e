"""What a service says of one route, and whether that can be right."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeAlias

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from chassis.http.handler import Handler, HandlerOfMany, Reading
from chassis.http.problems import ProblemType
from chassis.http.strict_body import FORM, JSON
from chassis.http.transfer import Transfer
from chassis.unit_of_work import Work, WorkFactory
from contracts.access import Operation

OWNER_IN_PATH = "relation_number"
_PATH_PARAMETER: Final = re.compile(r"{(\w+)")
_SENTENCE: Final = re.compile(r"\S+( \S+){2,}")

Gate: TypeAlias = Callable[[], AbstractContextManager[None]]
Beforehand: TypeAlias = Callable[..., Awaitable[Response | None]]
"""Takes a `Work` and, by the same names, what its handler takes; returns None, or the answer if there is no more."""
OwnerOf: TypeAlias = Callable[..., Awaitable[str | None]]
"""Takes parameters of the path by name and a `Reading`; returns a relation number, None when there is no such thing.

It reads in the transaction of a handler that changes something: where owners change, it locks the row (`FOR UPDATE`).
"""


@dataclass(frozen=True, kw_only=True)
class RouteDeclaration:
    """One route: which operation of the access matrix it performs, by which function, and whose the thing asked for is.

    It belongs to whom `owner` tells, and to the relation number in the path: to the same, where there are both.
    `gate` is entered before a connection is taken, left when all is done, and raises a `Problem` to let nobody in.
    `beforehand` works behind the gate in a unit of work of its own, committed before that of the function begins.
    `once_by` says of a POST without `Idempotency-Key` what makes a repetition harmless, `changes_because` of a GET why
    it changes something. `refusals` are what it returns as a `Response` that is neither its success nor a problem, by
    status; `answers` is the media type of a success that it returns as one. `transfer` are limits of its own.
    `together` is how many requests the function takes at once, at most.
    """

    method: str
    path: str
    operation: Operation
    function: Callable[..., Awaitable[Any]]
    owner: OwnerOf | None = None
    status_code: int | None = None
    causes_nothing: bool = False
    once_by: str | None = None
    changes_because: str | None = None
    form: bool = False
    problems: tuple[ProblemType, ...] = ()
    gate: Gate = nullcontext
    beforehand: Beforehand | None = None
    refusals: Mapping[int, type[BaseModel]] = field(default_factory=dict)
    answers: str = ""
    transfer: Transfer | None = None
    together: int = 0

    @cached_property
    def handler(self) -> Handler:
        """The function, with what it takes."""
        return self.handler_of_many or Handler(self.function)

    @cached_property
    def handler_of_many(self) -> HandlerOfMany | None:
        """The function, where it takes several requests together."""
        return HandlerOfMany(self.function) if self.together else None

    @cached_property
    def owner_handler(self) -> Handler | None:
        """What tells the owner, with what it takes."""
        return Handler(self.owner) if self.owner else None

    @cached_property
    def beforehand_handler(self) -> Handler | None:
        """What works beforehand, with what it takes."""
        return Handler(self.beforehand) if self.beforehand else None

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
        return self.method == "POST" and not self.causes_nothing and self.once_by is None

    @property
    def media_type(self) -> str:
        """Of which type a body is."""
        return FORM if self.form else JSON

    @property
    def changes_something(self) -> bool:
        """Whether the function works in a unit of work, or in several that it opens itself."""
        return self.handler.needs(Work) or self.opens_work_itself

    @property
    def opens_work_itself(self) -> bool:
        """Whether the function opens units of work, around what belongs into none."""
        return self.handler.needs(WorkFactory)

    @property
    def takes_a_stream(self) -> bool:
        """Whether the function reads the body itself, as it arrives."""
        return self.transfer is not None and self.transfer.most_bytes > 0

    @property
    def is_to_read(self) -> bool:
        """Whether it is declared to change nothing."""
        return (self.method == "GET" and self.changes_because is None) or self.causes_nothing

    @override
    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def mistakes(self) -> Iterable[str]:
        """Return what cannot be right, each as the end of a sentence that begins with the route."""
        if not inspect.iscoroutinefunction(self.function):
            yield "has a function that is not async and would hold up all others"
        if ":path}" in self.path:
            yield "takes several parts of a path as one: name each"
        yield from self._mistakes_about_owner()
        yield from self._mistakes_about_repetition()
        yield from self._mistakes_about_beforehand()
        yield from self._mistakes_about_a_changing_get()
        if len(self.handler.bodies) > 1:
            yield "takes two bodies"
        if self.form and not self.handler.bodies:
            yield "says form, and takes no model of one"
        if self.is_to_read and self.changes_something:
            yield "is to change nothing: take Reading instead of Work"
        if not self.is_to_read and not self.changes_something:
            yield "is to change something: take Work, or say causes_nothing=True of a POST"
        if self.handler.needs(Work) and self.handler.needs(Reading):
            yield "takes Work and Reading: Work has the connection"
        yield from self._mistakes_about_transfer()
        if self.together and (self.owner or not self.takes_idempotency_key):
            yield "takes requests together: it is a POST with an Idempotency-Key, and its owner is the one in the path"

    def _mistakes_about_transfer(self) -> Iterable[str]:
        if self.takes_a_stream and (self.handler.bodies or not self.handler.needs(Request)):
            yield "reads its body as it arrives: take Request, and no model"
        if self.transfer is not None and self.takes_a_stream != bool(self.transfer.media_types):
            yield "says media types of a body without how large it may be, or the other way round"
        if self.takes_a_stream and not self.opens_work_itself:
            yield "would hold a transaction open for as long as its body is sent: take WorkFactory"
        if not self.opens_work_itself:
            return
        if self.handler.needs(Work) or self.handler.needs(Reading) or self.owner or self.beforehand:
            yield "opens its units of work itself: it takes no other, and its owner is the one in the path"
        if self.takes_idempotency_key:
            yield "opens its units of work itself, so no one answer can be kept with its effect: make it a PUT"

    def _mistakes_about_owner(self) -> Iterable[str]:
        owner = self.owner_handler
        if self.operation.is_for_owners and not owner and not self.has_owner_in_path:
            yield (
                f"performs {self.operation.name}, which some may do with their own data only: "
                f"name the owner by {{{OWNER_IN_PATH}}} in the path or by owner="
            )
        if owner and not owner.names <= self.path_parameters & self.handler.names:
            yield "finds its owner by something that is not in the path, or that its handler does not take"
        if owner and owner.needs(Work):
            yield "may not change anything to find its owner: take Reading"

    def _mistakes_about_beforehand(self) -> Iterable[str]:
        beforehand = self.beforehand_handler
        if beforehand is None:
            return
        if self.is_to_read or self.takes_idempotency_key:
            yield "says beforehand, which is for what changes something without an Idempotency-Key: it works each time"
        if not beforehand.needs(Work) or not beforehand.names <= self.handler.names:
            yield "has a beforehand that takes no Work, or what its handler does not take"

    def _mistakes_about_a_changing_get(self) -> Iterable[str]:
        if self.changes_because is None:
            return
        if self.method != "GET":
            yield "says changes_because, which is to be said of a GET only"
        if not _SENTENCE.fullmatch(self.changes_because):
            yield "says changes_because without a sentence on why a GET changes something"

    def _mistakes_about_repetition(self) -> Iterable[str]:
        if self.causes_nothing and self.method != "POST":
            yield "says causes_nothing, which is to be said of a POST only"
        if self.once_by is None:
            return
        if self.method != "POST" or self.causes_nothing:
            yield "says once_by, which is to be said of a POST that causes something only"
        if not _SENTENCE.fullmatch(self.once_by):
            yield "says once_by without a sentence on what makes a repetition harmless"
