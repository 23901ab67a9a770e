"""A service's API: its routes, each with the operation of the access matrix that it performs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from fastapi import FastAPI
from starlette.types import ASGIApp

from chassis.http.problems import ProblemType
from chassis.http.route import RouteDeclaration
from chassis.http.tokens import Verifier
from chassis.settings import ServiceSettings
from chassis.unit_of_work import WorkFactory
from contracts.access import Operation

Handler: TypeAlias = Callable[..., Awaitable[Any]]
OwnerOf: TypeAlias = Callable[..., Awaitable[str | None]]
"""Takes parameters of the route by name; returns a relation number, None when there is no such thing."""
H = TypeVar("H", bound=Handler)


class Api:
    """Everything a service answers over HTTP. `access` are its operations in the access matrix.

    A handler gets what it names: parameters of the request as FastAPI reads them, and by their type what the door
    gives: `Work` (the unit of work, which keeps an idempotency key as well), `Reading` (a connection to read on),
    `Caller`, and whatever the service has handed to `app` by `given`.
    """

    def __init__(self, *, title: str, version: str, access: Sequence[Operation]) -> None:
        self.title = title
        self.version = version
        self.access = tuple(access)
        self.routes: list[RouteDeclaration] = []

    def get(
        self, path: str, *, operation: Operation, owner: OwnerOf | None = None, problems: Sequence[ProblemType] = ()
    ) -> Callable[[H], H]:
        """Declare a route that changes nothing."""
        return self._declare("GET", path, operation, owner=owner, problems=problems)

    def post(
        self,
        path: str,
        *,
        operation: Operation,
        status_code: int = 200,
        owner: OwnerOf | None = None,
        causes_nothing: bool = False,
        problems: Sequence[ProblemType] = (),
    ) -> Callable[[H], H]:
        """Declare a route that needs an `Idempotency-Key`, unless it `causes_nothing`: a search, a preview."""
        return self._declare(
            "POST",
            path,
            operation,
            owner=owner,
            problems=problems,
            status_code=status_code,
            causes_nothing=causes_nothing,
        )

    def _declare(
        self,
        method: str,
        path: str,
        operation: Operation,
        *,
        owner: OwnerOf | None,
        problems: Sequence[ProblemType],
        status_code: int = 200,
        causes_nothing: bool = False,
    ) -> Callable[[H], H]:
        def declare(handler: H) -> H:
            self.routes.append(
                RouteDeclaration(
                    method=method,
                    path=path,
                    operation=operation,
                    handler=handler,
                    owner=owner,
                    status_code=status_code,
                    causes_nothing=causes_nothing,
                    problems=tuple(problems),
                )
            )
            return handler

        return declare

    def declared(self) -> FastAPI:
        """Return the routes as a FastAPI application, which describes itself and cannot answer yet."""
        raise NotImplementedError

    def app(
        self,
        *,
        service: str,
        settings: ServiceSettings,
        work: WorkFactory,
        verifier: Verifier | None,
        given: Sequence[object] = (),
    ) -> ASGIApp:
        """Return what answers: `RequestTelemetry` around security headers around limits around the routes."""
        raise NotImplementedError
