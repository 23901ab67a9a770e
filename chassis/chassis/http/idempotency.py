"""One effect for one `Idempotency-Key`, however often the request comes, and the same answer each time.

The answer is kept in the transaction of the effect: whoever finds no answer can be sure that there was no effect.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from chassis.crash_points import crash_point
from chassis.database import Connection
from chassis.errors import HandlerBrokenError
from chassis.http import kept_answers
from chassis.http.caller import Caller
from chassis.http.kept_answers import KeptAnswer, NewAnswer
from chassis.http.limits import address_of
from chassis.http.problems import RETRY_SOON, Problem, ProblemType
from chassis.unit_of_work import Work, WorkFactory
from contracts.access import Operation, Role

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
LONGEST_KEY: Final = 255

KEY_MISSING = ProblemType(
    name="idempotency-key-missing",
    status=400,
    title="This request needs an Idempotency-Key",
    remedy=f"Send the header {HEADER} with a value of your own that is new for this request, such as a random UUID, "
    "and the same value again whenever you repeat the request because its answer did not arrive.",
)
KEY_INVALID = ProblemType(
    name="idempotency-key-invalid",
    status=400,
    title="This Idempotency-Key cannot be used",
    remedy=f"Send the header {HEADER} once, with 1 to {LONGEST_KEY} visible ASCII characters and no spaces.",
)
KEY_IN_USE = ProblemType(
    name="idempotency-key-in-use",
    status=409,
    title="The first request with this Idempotency-Key is still being answered",
    remedy="Wait as long as Retry-After says, then send the same request with the same key again.",
)
KEY_OF_ANOTHER_REQUEST = ProblemType(
    name="idempotency-key-of-another-request",
    status=422,
    title="Another request was sent with this Idempotency-Key",
    remedy="Send a new request with a new key. A repeated request must be the same byte by byte: path, query and body.",
)
KEYS_USED_UP = ProblemType(
    name="idempotency-keys-used-up",
    status=429,
    title="As many requests with an Idempotency-Key were sent today as may be",
    remedy="Wait as long as Retry-After says. What was sent before is answered again at any time.",
)
PROBLEMS: Final = (KEY_MISSING, KEY_INVALID, KEY_IN_USE, KEY_OF_ANOTHER_REQUEST, KEYS_USED_UP)

MOST_A_DAY: Final[Mapping[Role | None, int]] = {
    None: 10_000,
    Role.CUSTOMER: 1_000,
    Role.CLAIMS_HANDLER: 10_000,
    Role.SENIOR_HANDLER: 10_000,
    Role.OPERATOR: 10_000,
    Role.PARTNER: 100_000,
    Role.SERVICE: 1_000_000,
}
"""How many answers are kept for one caller on one day in UTC. Who has no token shares a number with their address."""
LARGEST_KEPT_BYTES: Final = 65_536
"""Of a body that is kept: with the number of them it bounds what a caller can fill."""

_KEY: Final = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}")
_KEPT_HEADERS: Final = ("content-type", "content-language", "location", "etag")
"""What of the headers is part of the answer. Cookies are secrets and not kept, all others are set for every answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """One caller's use of one key for one request. `caller` stands for those who share `most_a_day` keys."""

    identity: bytes
    fingerprint: bytes
    caller: bytes
    most_a_day: int
    operation: str


async def use_of_key(request: Request, *, caller: Caller, operation: Operation) -> KeyUse:
    """Return what stands for this request. What was asked is valid by now; its body is there at once.

    Raises:
        Problem: there is no key, or it is none.
    """
    key = _key_of(request)
    fingerprint = await _fingerprint_of(request)
    return KeyUse(
        identity=_identity_of(request, caller=caller, operation=operation, key=key, fingerprint=fingerprint),
        fingerprint=fingerprint,
        caller=_counted_as(request, caller=caller),
        most_a_day=MOST_A_DAY[caller.role],
        operation=operation.name,
    )


async def once(
    use: KeyUse,
    *,
    work: WorkFactory,
    check: Callable[[Connection], Awaitable[None]],
    act: Callable[[Work], Awaitable[Response]],
) -> Response:
    """Let `act` answer in a transaction that keeps its answer too, or return the answer it gave before.

    `check` asks in that transaction, each time, whether the caller may still do this. A `Problem` of `act` rolls back,
    and nothing is kept: the same key may be used again for a request that was mended. What `act` returns is kept, a
    refusal as well, so that whoever counts refusals counts each once.

    Raises:
        Problem: the request of this key is still being answered, the key belongs to another request, or the caller has
            used as many today as may be.
        HandlerBrokenError: `act` returned a failure of the server, which must not be repeated for a day, or more than
            is kept.
    """

    async def act_alone(opened: Work, _: Sequence[int]) -> Sequence[Response]:
        return [await act(opened)]

    (answer,) = await once_each([use], work=work, check=check, act=act_alone)
    if isinstance(answer, Problem):
        raise answer
    return answer


async def _permit(_: Connection) -> None: ...


async def once_each(
    uses: Sequence[KeyUse],
    *,
    work: WorkFactory,
    act: Callable[[Work, Sequence[int]], Awaitable[Sequence[Response | Problem]]],
    check: Callable[[Connection], Awaitable[None]] = _permit,
) -> Sequence[Response | Problem]:
    """Do as `once` for several requests in one transaction; return their answers, in their order.

    `act` is given the places in `uses` of those that were not answered before, and answers these in that order. Of a
    `Problem` in place of an answer nothing is kept: `act` must have done nothing for it. What is raised is none's.
    """
    locked: frozenset[int] = frozenset()

    async def lock(connection: Connection) -> datetime:
        nonlocal locked
        database_now, locked = await kept_answers.lock(connection, identities=[use.identity for use in uses])
        return work.clock.reading(database_now)

    answers: list[Response | Problem] = [Problem(KEY_IN_USE, headers=RETRY_SOON) for _ in uses]
    async with work.transaction(first=lock) as opened:
        held: dict[bytes, int] = {}
        for place, use in enumerate(uses):
            # A session that holds a lock gets it again: of two with one key here, the second finds the first at work.
            if kept_answers.lock_of(use.identity) in locked:
                held.setdefault(use.identity, place)
        if not held:
            return answers
        await check(opened.connection)
        fresh = await _answer_again(opened, uses, places=list(held.values()), answers=answers)
        if fresh:
            for place, answer in zip(fresh, await act(opened, fresh), strict=True):
                answers[place] = answer
            await _keep(opened, uses, places=fresh, answers=answers)
        crash_point("http.before_commit")
    crash_point("http.after_commit")
    return answers


async def _answer_again(
    opened: Work, uses: Sequence[KeyUse], *, places: Sequence[int], answers: list[Response | Problem]
) -> Sequence[int]:
    """Put into `answers` what was answered before, and refusals of new ones that are too many; return the others."""
    day = opened.now.date()
    found = await kept_answers.find(
        opened.connection, asked=[(uses[place].identity, uses[place].caller) for place in places], day=day
    )
    fresh: list[int] = []
    more: Counter[bytes] = Counter()
    for place, kept in zip(places, found, strict=True):
        use = uses[place]
        if isinstance(kept, KeptAnswer):
            answers[place] = _repeated(kept, fingerprint=use.fingerprint)
        elif kept + more[use.caller] >= use.most_a_day:
            answers[place] = Problem(KEYS_USED_UP, headers=_retry_tomorrow(opened.now))
        else:
            more[use.caller] += 1
            fresh.append(place)
    return fresh


async def _keep(
    opened: Work, uses: Sequence[KeyUse], *, places: Sequence[int], answers: Sequence[Response | Problem]
) -> None:
    kept = [
        NewAnswer(use.identity, use.caller, use.operation, _answer(answer, fingerprint=use.fingerprint))
        for use, answer in ((uses[place], answers[place]) for place in places)
        if isinstance(answer, Response)
    ]
    if kept:
        await kept_answers.keep(opened.connection, answers=kept, day=opened.now.date())


def _key_of(request: Request) -> str:
    match request.headers.getlist(HEADER):
        case []:
            raise Problem(KEY_MISSING)
        case [key] if _KEY.fullmatch(key):
            return key
        case _:
            raise Problem(KEY_INVALID)


async def _fingerprint_of(request: Request) -> bytes:
    """Stand for all that makes a request what it is, byte by byte: nobody has to say which JSON is the same."""
    path, query = request.scope["path"].encode(), request.scope["query_string"]
    return _digest(request.method.encode(), path, query, await request.body())


def _identity_of(request: Request, *, caller: Caller, operation: Operation, key: str, fingerprint: bytes) -> bytes:
    """Stand for one caller's use of one key.

    Who needs no token may share an address with others who chose the same key. Each request is one of its own there:
    nobody learns, by being refused, what others have sent.
    """
    if caller.role is None:
        who = _digest(b"anonymous", address_of(request.scope).encode(), fingerprint)
    else:
        who = _known(caller)
    return _digest(who, operation.name.encode(), key.encode())


def _counted_as(request: Request, *, caller: Caller) -> bytes:
    """Stand for those who share a number of keys a day."""
    return _digest(b"anonymous", address_of(request.scope).encode()) if caller.role is None else _known(caller)


def _known(caller: Caller) -> bytes:
    names = caller.client, caller.subject, caller.role or "", caller.relation_number or ""
    return _digest(b"known", *(name.encode() for name in names))


def _retry_tomorrow(now: datetime) -> Mapping[str, str]:
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time.min, UTC)
    return {"Retry-After": str(math.ceil((tomorrow - now).total_seconds()))}


def _digest(*parts: bytes) -> bytes:
    """SHA-256 of parts, none of which can run into its neighbour."""
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.digest()


def _answer(response: Response, *, fingerprint: bytes) -> KeptAnswer:
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise HandlerBrokenError(f"a handler returned {response.status_code}; raise a Problem, which keeps nothing")
    if len(response.body) > LARGEST_KEPT_BYTES:
        raise HandlerBrokenError(
            f"a handler returned more than {LARGEST_KEPT_BYTES} bytes, which are not kept for a day"
        )
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return KeptAnswer(fingerprint, response.status_code, headers, bytes(response.body))


def _repeated(kept: KeptAnswer, *, fingerprint: bytes) -> Response | Problem:
    if kept.fingerprint != fingerprint:
        return Problem(KEY_OF_ANOTHER_REQUEST)
    return Response(kept.body, kept.status, {**kept.headers, REPLAYED: "true"})
