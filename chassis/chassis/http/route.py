"""One route: who asks, whether they may, whether what they send is sound, and only then the handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from chassis.http.problems import ProblemType
from contracts.access import Operation


@dataclass(frozen=True, kw_only=True)
class RouteDeclaration:
    """What a service says of one route."""

    method: str
    path: str
    operation: Operation
    handler: Callable[..., Awaitable[Any]]
    owner: Callable[..., Awaitable[str | None]] | None
    status_code: int
    causes_nothing: bool
    problems: tuple[ProblemType, ...]
