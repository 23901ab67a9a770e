"""An application of which every request has an effect that can be counted, behind `once`.

Run as a program it is a process of its own: it prints its port, and dies where CRASH_AT says.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from uuid import UUID, uuid4

from specimen.app import Settings, build, published_topic
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.http.caller import ANONYMOUS, Caller
from chassis.http.idempotency import once, use_of_key
from chassis.http.problems import NOT_FOUND, Problem, answer_http_error
from chassis.http.server import HttpServer
from chassis.lifecycle import open_runtime
from chassis.settings import load_settings
from chassis.unit_of_work import Work, WorkFactory
from contracts.access import Operation, Reach, Role
from contracts.notify import MessageSettled, Settlement
from contracts.vocabulary import Channel

OPERATIONS = {
    name: Operation(
        name=f"effects.{name}",
        service="specimen",
        scope=f"effects:{name}",
        grants={Role.CUSTOMER: Reach.ANY},
        meaning="Count an effect",
    )
    for name in ("count", "repeat")
}
CALLER = {"Test-Subject": "account-1", "Test-Client": "portal"}
"""The headers that stand for a verified token here; without Test-Subject nobody is known."""


async def _permit(_: object) -> None: ...


class CountingApi:
    """`POST /{customer_id}/count` or `/repeat`; what the body `does` besides: raise, break, refuse, fail, wait, die.

    The first that is to wait does so until it `may_go_on`; others go on at once.
    """

    def __init__(self, work: WorkFactory) -> None:
        self._work = work
        self.waiting = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.app = Starlette(
            routes=[Route("/{customer_id:uuid}/{operation}", self._answer, methods=["POST"])],
            exception_handlers={Problem: answer_http_error},
        )

    async def _answer(self, request: Request) -> Response:
        body = json.loads(await request.body())

        async def act(work: Work) -> Response:
            return await self._count(work, customer_id=request.path_params["customer_id"], **body)

        operation = OPERATIONS[request.path_params["operation"]]
        use = await use_of_key(request, caller=_caller(request.headers), operation=operation)
        return await once(use, work=self._work, check=_permit, act=act)

    async def _count(self, work: Work, *, customer_id: UUID, version: int, does: str = "") -> Response:
        effect_id = await work.connection.fetchval(
            "INSERT INTO effect (customer_id, version) VALUES ($1, $2) RETURNING effect_id", customer_id, version
        )
        work.publish_to(published_topic("specimen"), _settled(customer_id, version), trace=None)
        match does:
            case "raise":
                raise Problem(NOT_FOUND)
            case "break":
                raise ZeroDivisionError
            case "refuse":
                return Response(b'{"refused": true}', 409, media_type="application/json")
            case "fail":
                return Response(status_code=503)
            case "empty":
                return Response(status_code=204)
            case "wait" if not self.waiting.is_set():
                self.waiting.set()
                await self.may_go_on.wait()
            case "die":
                await work.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            case _:
                pass
        answer = Response(
            json.dumps({"effect_id": effect_id, "nonce": str(uuid4()), "name": "Zoë"}, ensure_ascii=False, indent=1),
            201,
            {"Location": f"/{customer_id}/effects/{effect_id}", "ETag": f'"{version}"'},
            media_type="application/json",
        )
        answer.set_cookie("session", "secret")
        return answer


def _caller(headers: Mapping[str, str]) -> Caller:
    if "Test-Subject" not in headers:
        return ANONYMOUS
    return Caller(
        subject=headers["Test-Subject"],
        client=headers["Test-Client"],
        role=Role(headers.get("Test-Role", "customer")),
        relation_number=headers.get("Test-Relation"),
    )


def _settled(customer_id: UUID, version: int) -> MessageSettled:
    return MessageSettled(
        message_id=uuid4(),
        claim_id=customer_id,
        claim_version=version,
        channel=Channel.EMAIL,
        settlement=Settlement.SENT,
        attempts=1,
    )


async def main() -> None:
    async with open_runtime(build(load_settings(Settings))) as runtime:
        server = HttpServer(CountingApi(runtime.work).app, host="127.0.0.1", port=0, setting="API")
        print(await server.start(), flush=True)  # noqa: T201 - the test reads it
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
