"""A service's API: its routes, each with the operation of the access matrix that it performs."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypedDict, TypeVar, Unpack

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.routing import Route as PlainRoute
from starlette.types import ASGIApp

from chassis.errors import CannotStartError
from chassis.http import idempotency, pages, preconditions
from chassis.http.declaration import Beforehand, Gate, OwnerOf, RouteDeclaration
from chassis.http.door import Door
from chassis.http.headers import SecurityHeaders
from chassis.http.limits import Limits, Places
from chassis.http.problems import (
    COMMON_PROBLEMS,
    NOT_FOUND,
    Problem,
    ProblemType,
    answer_failure,
    answer_http_error,
    explanations,
)
from chassis.http.route import Route
from chassis.http.telemetry import RequestTelemetry
from chassis.http.tokens import Verifier
from chassis.http.transfer import Transfer, transfers_by_path
from chassis.settings import ServiceSettings
from chassis.unit_of_work import WorkFactory
from contracts.access import Operation

F = TypeVar("F", bound=Callable[..., Awaitable[Any]])

PagesOf: TypeAlias = Callable[[Door], ASGIApp]
"""Makes what answers whatever no route does: the pages of a service that people see in a browser.

It has what goes around all routes (limits, headers, figures), takes a place at the door while it works, leaves the
template of the path as `route` in the state of a request, and lets no error out.
"""

_LONGEST_KEPT_SECONDS = 86_400
_NOTHING_OF_ITS_OWN: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI would record paths, queries and texts of errors, which hold personal data. `RequestTelemetry` does not."""


class RouteOptions(TypedDict, total=False):
    """What a route may say besides. Without `status_code` it answers 200, or 204 when its handler returns None."""

    owner: OwnerOf
    status_code: int
    causes_nothing: bool  # of a POST
    once_by: str  # of a POST
    changes_because: str  # of a GET
    form: bool
    problems: tuple[ProblemType, ...]
    gate: Gate
    beforehand: Beforehand
    refusals: Mapping[int, type[BaseModel]]
    answers: str
    transfer: Transfer
    together: int


class Api:
    """Everything a service answers over HTTP. `access` are its operations in the access matrix.

    A handler is given what it names: of the request as FastAPI reads it, and by their type `Work` (the unit of work),
    `Reading` (a connection to read on), `Caller`, `Request` and `Response`. It returns what its annotation says.
    What changes something takes `Work`. What is raised rolls it back, and what is returned commits it, a refusal as
    well: return `Problem(…).response()` where a counted try has to stay.

    A POST has its effect once for one `Idempotency-Key`, unless it `causes_nothing`: a search, a preview. Where callers
    can send no such key, as at an OAuth token end point, it says `once_by` what makes a repetition harmless: "a code
    is used up by its first use". A GET that a standard makes change something, as at an OAuth authorization end point,
    says why: `changes_because`. With `form` its body is a form (RFC 6749 and browsers), every value of which is a
    text. `problems` are those of the service's own that a route may answer, `refusals` what it answers by status
    instead of problems where a standard demands another form, and `answers` of which media type its success is where it
    returns a `Response`: "application/pdf". `gate` lets in as many as can be served of what
    costs more than a handler should, such as hashing a password; it is asked before a connection is taken.
    `beforehand` works in a unit of work of its own, which is committed before that of the handler begins: for limits,
    whose rows must not be locked while a password is hashed. What it returns is answered, unless that is None.
    `transfer` are limits of a route's own, for what is larger than JSON. What moves such a thing outside of any
    transaction takes `WorkFactory` instead of `Work`, and opens its units of work itself, before and after.
    `together` lets a function take so many requests at once, in one transaction: those that came meanwhile. It takes
    `Sequence[Asked]` and `Work`, where the fields of the class `Asked` are what is taken of each, and returns an answer
    to each, or a `Problem` for which it has done nothing.

    `pages` answer what no route does, for who comes with a browser and without a token; `larger` are, by method and
    path, those of them that take more than a form.
    """

    def __init__(
        self,
        *,
        title: str,
        version: str,
        access: Sequence[Operation],
        pages: PagesOf | None = None,
        larger: Sequence[tuple[str, str, Transfer]] = (),
    ) -> None:
        self.title = title
        self.version = version
        self.access = tuple(access)
        self.pages = pages
        self.larger = tuple(larger)
        self.routes: list[RouteDeclaration] = []

    def get(self, path: str, *, operation: Operation, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a route that changes nothing, unless it says `changes_because`."""
        return self._declare("GET", path, operation, options)

    def post(self, path: str, *, operation: Operation, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a route that causes something, once for each `Idempotency-Key`."""
        return self._declare("POST", path, operation, options)

    def put(self, path: str, *, operation: Operation, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a route that makes something what the body says."""
        return self._declare("PUT", path, operation, options)

    def patch(self, path: str, *, operation: Operation, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a route that changes a part of something."""
        return self._declare("PATCH", path, operation, options)

    def delete(self, path: str, *, operation: Operation, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a route that ends something."""
        return self._declare("DELETE", path, operation, options)

    def _declare(self, method: str, path: str, operation: Operation, options: RouteOptions) -> Callable[[F], F]:
        def declare(function: F) -> F:
            self.routes.append(
                RouteDeclaration(method=method, path=path, operation=operation, function=function, **options)
            )
            return function

        return declare

    def check(self, *, service: str) -> None:
        """Raise `CannotStartError` unless every route performs an operation of `service`, and each has a route."""
        for mistake in self._mistakes(service):
            raise CannotStartError(f"the API of {service} is wrong: {mistake}")

    def _mistakes(self, service: str) -> Iterable[str]:
        for operation in self.access:
            if operation.service != service:
                yield f"{operation.name} is an operation of {operation.service}"
            if all(route.operation != operation for route in self.routes):
                yield f"no route performs {operation.name}; add one, or take it out of contracts"
        for route in self.routes:
            if route.operation not in self.access:
                yield f"{route} performs {route.operation.name}; add it to the service's operations in contracts"
            yield from (f"{route} {mistake}" for mistake in route.mistakes())
        for path in _repeated(str(route) for route in self.routes):
            yield f"{path} is declared twice"
        for name in _repeated(route.function.__name__ for route in self.routes):
            yield f"two handlers are called {name}, and clients are generated by that name"

    @property
    def is_guarded(self) -> bool:
        """Whether anything here needs a token."""
        return not all(operation.is_public for operation in self.access)

    @property
    def problems(self) -> Sequence[ProblemType]:
        """Every type of problem that this API may answer."""
        own = [problem for route in self.routes for problem in route.problems]
        of_the_door = (*COMMON_PROBLEMS, *idempotency.PROBLEMS, *preconditions.PROBLEMS, *pages.PROBLEMS)
        return tuple(dict.fromkeys((*of_the_door, *own)))

    def described(self) -> FastAPI:
        """Return the routes as an application that can describe itself, and answers nothing."""
        return self._routes(door=None)

    def app(self, *, settings: ServiceSettings, work: WorkFactory, verifier: Verifier | None) -> ASGIApp:
        """Return what answers."""
        # What does not fit its model is no answer. Pydantic's `warnings="error"` says so of a single one, and takes 30
        # to 70 µs to read that word.
        warnings.filterwarnings("error", "Pydantic serializer warnings", UserWarning)
        places = Places(most=settings.api_concurrency)
        most_connections = settings.database_connections // 2  # consumers, relay and timers need theirs meanwhile
        door = Door(
            work=work.limited(connections=most_connections),
            verifier=verifier,
            places=places,
            seconds=settings.api_request_seconds,
        )
        own = [(one.method, one.path, one.transfer) for one in self.routes if one.transfer]
        transfer_of = transfers_by_path([*own, *self.larger])
        app: ASGIApp = Limits(self._routes(door=door), settings, places=places, transfer_of=transfer_of)
        if origins := settings.api_cors_origins:
            app = CORSMiddleware(
                app, allow_origins=origins.split(","), allow_methods=["*"], allow_headers=["*"], expose_headers=["*"]
            )
        return RequestTelemetry(SecurityHeaders(app), tracing=work.tracing)

    def _routes(self, *, door: Door | None) -> FastAPI:
        return FastAPI(
            title=self.title,
            version=self.version,
            routes=[
                *(Route(declaration, door) for declaration in self.routes),
                self._explaining_route(),
                *([Mount("/", self.pages(door))] if self.pages and door else []),
            ],
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            exception_handlers={HTTPException: answer_http_error, Exception: answer_failure},
            telemetry=_NOTHING_OF_ITS_OWN,
        )

    def _explaining_route(self) -> PlainRoute:
        """`/problems/NAME`, where the `type` of each problem leads."""
        path, texts = "/problems/{name}", explanations(self.problems)
        headers = {"Cache-Control": f"public, max-age={_LONGEST_KEPT_SECONDS}"}

        async def explain(request: Request) -> Response:
            request.state.route = path
            text = texts.get(request.path_params["name"])
            if text is None:
                raise Problem(NOT_FOUND)
            return Response(text, headers=headers, media_type="application/json")

        return PlainRoute(path, explain)


def _repeated(names: Iterable[str]) -> Iterable[str]:
    return (name for name, count in Counter(names).items() if count > 1)
