"""One route: who asks, whether they may, whether what they send is sound, whose it is, and only then the handler."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from types import UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope
from typing_extensions import override

from chassis.database import Connection
from chassis.errors import CannotStartError, HandlerBrokenError, is_order_to_end, is_transient, places_of
from chassis.http.authorisation import authorise, check_owner
from chassis.http.caller import Caller
from chassis.http.declaration import OWNER_IN_PATH, RouteDeclaration
from chassis.http.door import Door
from chassis.http.field_errors import field_errors
from chassis.http.handler import Reading
from chassis.http.idempotency import KeyUse, once, once_each, use_of_key
from chassis.http.preconditions import unless_seen
from chassis.http.problems import INTERNAL, INVALID, MALFORMED, NOT_FOUND, RETRY_SOON, UNAVAILABLE, Problem
from chassis.http.strict_body import is_body, read_strictly
from chassis.http.strict_request import StrictRequest
from chassis.http.together import TakenApartError, Together
from chassis.telemetry.log_limits import LineLimit
from chassis.unit_of_work import Work, WorkFactory

log = structlog.get_logger(__name__)

Answering: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """A declared route. Without a door it describes itself and answers nothing."""

    def __init__(self, declaration: RouteDeclaration, door: Door | None) -> None:
        self.declaration = declaration
        self._beginning = declaration.path.partition("{")[0]
        self._slashes = declaration.path.count("/")  # a parameter is one part of a path
        self._passage = Passage(declaration, door)
        super().__init__(
            declaration.path,
            self._passage.endpoint(),
            methods=[declaration.method],
            name=declaration.function.__name__,
            operation_id=declaration.function.__name__,
            description=inspect.getdoc(declaration.function),
            response_model=self._passage.response_model,
            status_code=self._passage.status_code,
            responses={status: {"model": model} for status, model in declaration.refusals.items()},
        )
        if self.body_field is not None and not declaration.handler.bodies:
            raise CannotStartError(f"{declaration} reads from the body what is no model; take one pydantic model")

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        # Routes are tried one after the other, each by a regular expression. These two tell most of them apart.
        path: str = scope["path"]
        if path.count("/") != self._slashes or not path.startswith(self._beginning):
            return Match.NONE, {}
        return super().matches(scope)

    @override
    def get_route_handler(self) -> Answering:
        read_and_answer = super().get_route_handler()

        async def answer(request: Request) -> Response:
            return await self._passage.answer(request, read_and_answer)

        return answer


@cache
def _adapter_of(model: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - whatever a handler says it returns
    return TypeAdapter(model)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request that is taken together with others."""

    use: KeyUse
    asked: Mapping[str, object]
    given: Mapping[type, object]


class Passage:
    """The way of a request through the door: token and permission, body, owner, idempotency key, handler, answer."""

    def __init__(self, declaration: RouteDeclaration, door: Door | None) -> None:
        self._declaration = declaration
        self._door = door
        self._failures = LineLimit()
        self._together = (
            Together(self._take, most=declaration.together, seconds=door.seconds)
            if door is not None and declaration.together
            else None
        )
        self._body_model = next((body.annotation for body in declaration.handler.bodies), None)
        returns = _without_responses(declaration.handler.returns)
        self.response_model = None if returns is type(None) else returns
        self._adapter = self.response_model and _adapter_of(self.response_model)
        usual = HTTPStatus.NO_CONTENT if returns is type(None) else HTTPStatus.OK
        self.status_code = declaration.status_code or usual

    async def answer(self, request: Request, read_and_answer: Answering) -> Response:
        """Answer whatever happens: a problem, or a failure of which nothing is told."""
        try:
            return await self._answer(request, read_and_answer)
        except Problem as problem:
            return problem.response()
        except RequestValidationError as error:
            errors = field_errors(error.errors(), body=self._body_model)
            return Problem(INVALID, errors=errors).response()
        except ClientDisconnect:
            return Problem(MALFORMED).response()  # nobody reads it
        except BaseException as error:  # a panic of Rust code is no Exception, and ends this request only
            if is_order_to_end(error):
                raise
            return self._failure(request, error).response()

    async def _answer(self, request: Request, read_and_answer: Answering) -> Response:
        declaration = self._declaration
        request.state.route = declaration.path
        strict = StrictRequest(request.scope, request.receive)
        strict.refuse_nul()
        caller = await authorise(strict, declaration.operation, verifier=self._opened().verifier)
        request.state.caller = caller
        if declaration.has_owner_in_path:
            check_owner(caller, declaration.operation, owner=request.path_params[OWNER_IN_PATH])
        if declaration.transfer is not None and declaration.takes_a_stream:
            strict.refuse_stream_other_than(declaration.transfer.media_types)
        else:
            await strict.body()
        if declaration.handler.bodies:
            await strict.refuse_other_than(declaration.media_type)
        return unless_seen(strict, await read_and_answer(strict))

    def endpoint(self) -> Callable[..., Awaitable[Response]]:
        """Return what FastAPI calls with what it has read and found valid."""

        async def endpoint(request: Request, **asked: object) -> Response:
            declaration = self._declaration
            place = nullcontext() if declaration.takes_a_stream else self._opened().places.take()
            with declaration.gate(), place:
                return await self._act(request, asked)

        takes_request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
        media_type = self._declaration.media_type
        asked = (
            read_strictly(parameter, media_type=media_type) if is_body(parameter) else parameter
            for parameter in self._declaration.handler.asked
        )
        endpoint.__signature__ = inspect.Signature([takes_request, *asked])  # type: ignore[attr-defined]
        return endpoint

    async def _act(self, request: Request, asked: Mapping[str, object]) -> Response:
        declaration, work = self._declaration, self._opened().work
        caller: Caller = request.state.caller
        given: dict[type, object] = {Caller: caller, Request: request, WorkFactory: work}
        if (answer := await self._beforehand(request, asked, given)) is not None:
            return answer

        async def check(connection: Connection) -> None:
            await self._check_owner(request, asked, connection)

        async def act(opened: Work) -> Response:
            return await self._handle(asked, {**given, Work: opened})

        if declaration.takes_idempotency_key:
            use = await use_of_key(request, caller=caller, operation=declaration.operation)
            if self._together is not None:
                return await self._take_with_others(_Waiting(use, asked, given), self._together)
            return await once(use, work=work, check=check, act=act)
        if declaration.handler.needs(Work):
            async with work.transaction() as opened:
                await check(opened.connection)
                return await act(opened)
        if declaration.handler.needs(Reading) or declaration.owner:
            async with work.connection() as connection:
                await check(connection)
                return await self._handle(asked, {**given, Reading: Reading(connection, work.clock)})
        return await self._handle(asked, given)

    async def _take_with_others(self, waiting: _Waiting, together: Together[_Waiting, Response | Problem]) -> Response:
        """Answer in a transaction with those that came meanwhile; alone, when that fails."""
        try:
            answer = await together.answer_to(waiting)
        except TakenApartError:
            (answer,) = await self._take([waiting])
        if isinstance(answer, Problem):
            raise answer
        return answer

    async def _take(self, waiting: Sequence[_Waiting]) -> Sequence[Response | Problem]:
        """Let the handler answer those of them that were not answered before."""
        handler = self._declaration.handler_of_many
        assert handler is not None  # noqa: S101 - as its caller has seen

        async def act(opened: Work, places: Sequence[int]) -> Sequence[Response | Problem]:
            responses = [self._new_response() for _ in places]
            requests = [
                handler.request(waiting[place].asked, {**waiting[place].given, Response: response})
                for place, response in zip(places, responses, strict=True)
            ]
            results = await handler.of_many(requests, opened)
            return [
                result if isinstance(result, Problem) else self._filled(response, result)
                for response, result in zip(responses, results, strict=True)
            ]

        return await once_each([one.use for one in waiting], work=self._opened().work, act=act)

    async def _beforehand(
        self, request: Request, asked: Mapping[str, object], given: Mapping[type, object]
    ) -> Response | None:
        """Do what is to be committed before the handler begins; return the answer where the handler is not to begin."""
        beforehand = self._declaration.beforehand_handler
        if beforehand is None:
            return None
        async with self._opened().work.transaction() as opened:
            await self._check_owner(request, asked, opened.connection)
            answer = await beforehand(asked, {**given, Work: opened})
        assert answer is None or isinstance(answer, Response)  # noqa: S101 - as its type says
        return answer

    async def _check_owner(self, request: Request, asked: Mapping[str, object], connection: Connection) -> None:
        """Look up whose it is, where the handler works, and compare with who asks and with whom the path names."""
        owner_of = self._declaration.owner_handler
        if owner_of is None:
            return
        owner = await owner_of(asked, {Reading: Reading(connection, self._opened().work.clock)})
        if owner is None or request.path_params.get(OWNER_IN_PATH, owner) != owner:
            raise Problem(NOT_FOUND)
        check_owner(request.state.caller, self._declaration.operation, owner=str(owner))

    async def _handle(self, asked: Mapping[str, object], given: Mapping[type, object]) -> Response:
        """Let the handler answer; put what it returns into the response on which it may have set headers."""
        response = self._new_response()
        result = await self._declaration.handler(asked, {**given, Response: response})
        return result if isinstance(result, Response) else self._filled(response, result)

    def _new_response(self) -> Response:
        return Response(status_code=self.status_code, media_type="application/json" if self._adapter else None)

    def _filled(self, response: Response, result: object) -> Response:
        if self._adapter is not None:
            response.body = self._json(result)
            response.headers["content-length"] = str(len(response.body))
        return response

    def _json(self, result: object) -> bytes:
        """Refuse what is not what the handler promises: of another model pydantic would write `{}`."""
        assert self._adapter is not None  # noqa: S101 - as the caller has seen
        try:
            return self._adapter.dump_json(self._adapter.validate_python(result, strict=True), by_alias=True)
        except (ValidationError, UserWarning):
            raise HandlerBrokenError(
                f"the handler of {self._declaration} returned {type(result).__name__} instead of what it promises"
            ) from None

    def _failure(self, request: Request, error: BaseException) -> Problem:
        passes_by_itself = is_transient(error)
        if (counted := self._failures.admit(type(error).__qualname__)) is not None:
            log.log(
                logging.WARNING if passes_by_itself else logging.ERROR,
                "request.failed",
                operation=self._declaration.operation.name,
                places=places_of(error),
                trace=getattr(request.state, "trace", None),
                **counted,
            )
        return Problem(UNAVAILABLE, headers=RETRY_SOON) if passes_by_itself else Problem(INTERNAL)

    def _opened(self) -> Door:
        assert self._door is not None, "a route that only describes itself was asked"  # noqa: S101 - no caller can
        return self._door


def _without_responses(returns: Any) -> Any:  # noqa: ANN401 - whatever an annotation may be
    """Return what a handler promises besides a `Response` of its own, None when that is all it returns."""
    kinds = get_args(returns) if get_origin(returns) in {Union, UnionType} else (returns,)
    promised = [kind for kind in kinds if not (inspect.isclass(kind) and issubclass(kind, Response))]
    return Union[tuple(promised)] if promised else None  # noqa: UP007 - they are known only now
