"""What a room declares: its pages, whom they are for, and where it stands in the menu."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from starlette.responses import Response

from portal_svc.domain.audience import Audience

Answering: TypeAlias = Callable[[Any], Awaitable[Response]]
"""Takes a `Visit`, which knows what a room is and therefore cannot be named here."""
A = TypeVar("A", bound=Answering)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page. `path` is behind the language, `/insurances/{policy_number}`; "" is the home page.

    `also_ended`: a form may be sent when the session has ended meanwhile, because all it does is keep what was entered
    for its owner; what asks a service for them raises `SessionEndedError` then. `uploads`: it takes files.
    `any_language`: its path is the whole path, without a language before it.
    """

    method: str
    path: str
    audience: Audience
    answer: Answering = field(repr=False)
    also_ended: bool = False
    uploads: bool = False
    any_language: bool = False

    @property
    def template(self) -> str:
        """The path as routes have it."""
        return self.path if self.any_language else f"/{{language}}{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """Where the menu leads: `text` is a key of the texts; `order` says which comes first."""

    path: str
    text: str
    audience: Audience
    order: int


@dataclass(slots=True)
class Room:
    """Pages that belong together. A module in `rooms/` has one, named `ROOM`, and is found there."""

    name: str
    pages: list[Page] = field(default_factory=list)
    menu: list[MenuEntry] = field(default_factory=list)

    def get(self, path: str, *, to: Audience, any_language: bool = False) -> Callable[[A], A]:
        """Declare a page that is looked at, and changes nothing that anybody would miss."""

        def declare(answer: A) -> A:
            self.pages.append(Page(method="GET", path=path, audience=to, answer=answer, any_language=any_language))
            return answer

        return declare

    def post(self, path: str, *, to: Audience, also_ended: bool = False, uploads: bool = False) -> Callable[[A], A]:
        """Declare what a form does. It ends by a redirect, or shows the page again with what is to be changed."""

        def declare(answer: A) -> A:
            page = Page(method="POST", path=path, audience=to, answer=answer, also_ended=also_ended, uploads=uploads)
            self.pages.append(page)
            return answer

        return declare
