"""How much one address may ask: kept in memory only, so that nothing of who asks is stored."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from math import ceil
from typing import Final, NamedTuple

from starlette.requests import Request

from chassis.http.limits import address_of
from chassis.http.problems import Problem, ProblemType

LIMIT_REACHED = ProblemType(
    name="limit-reached",
    status=429,
    title="Too many requests from this address",
    remedy="Wait as many seconds as Retry-After says, then try again.",
)
_MOST_ADDRESSES: Final = 50_000
"""8 MB. Of more the first is forgotten: whoever has that many gains no more than another new address would give."""
_MINUTE_SECONDS: Final = 60


class _Left(NamedTuple):
    """How many requests were left to an address, and when."""

    requests: float
    at: float


class Allowance:
    """So many requests a minute to each address; what was not used is saved up for one minute at most."""

    def __init__(self, *, a_minute: int) -> None:
        self._most = a_minute
        self._a_second = a_minute / _MINUTE_SECONDS
        self._left: OrderedDict[str, _Left] = OrderedDict()

    def take(self, request: Request) -> None:
        """Take one. Raise `Problem` (429) when there is none left."""
        now = asyncio.get_running_loop().time()
        address = address_of(request.scope)
        before = self._left.get(address, _Left(self._most, now))
        left = min(self._most, before.requests + (now - before.at) * self._a_second)
        if left < 1:
            raise Problem(LIMIT_REACHED, headers={"Retry-After": str(ceil((1 - left) / self._a_second))})
        self._left[address] = _Left(left - 1, now)
        self._left.move_to_end(address)
        if len(self._left) > _MOST_ADDRESSES:
            self._left.popitem(last=False)
