"""Requests taken together: those that come soon after others wait for one another, and go on as one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

import structlog

from chassis.errors import is_order_to_end, places_of
from chassis.telemetry.log_limits import LineLimit

log = structlog.get_logger(__name__)

Item = TypeVar("Item")
Answer = TypeVar("Answer")

AT_ONCE: Final = 2
"""So many transactions: one that waits for a lock does not hold up all who come after it."""
SECONDS_BETWEEN: Final = 0.04
"""Between the beginnings of two transactions. Each costs as much as a few requests, however many it takes."""


class TakenApartError(Exception):
    """Those that were taken together have failed, and nothing of them is done: each is to be taken alone."""


class Together(Generic[Item, Answer]):
    """Lets `take` answer up to `most` at once, in the order in which they came, within `seconds`.

    Whoever comes alone waits for nobody, and nobody waits for company once there are `most` of them.
    """

    def __init__(
        self, take: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]], *, most: int, seconds: float
    ) -> None:
        self._take = take
        self._most = most
        self._seconds = seconds
        self._waiting: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self._taking: set[asyncio.Task[None]] = set()
        self._next_at = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._failures = LineLimit()

    async def answer_to(self, item: Item) -> Answer:
        """Return what comes of `item`; raise what `take` raises of it alone.

        Raises:
            TakenApartError: it was taken with others, and one of them made them all fail.
        """
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        self._begin_if_due()
        return await answer

    def _begin_if_due(self) -> None:
        """Take those who wait, or see to it that they are taken when it is time."""
        loop = asyncio.get_running_loop()
        while self._waiting and len(self._taking) < AT_ONCE:
            if len(self._waiting) < self._most and loop.time() < self._next_at:
                self._alarm = self._alarm or loop.call_at(self._next_at, self._ring)
                return
            if first := self._next():
                self._next_at = loop.time() + SECONDS_BETWEEN
                # A task of its own: a request that is cut off must not take the others with it.
                self._taking.add(asyncio.create_task(self._take_all(first), name="together"))

    def _ring(self) -> None:
        self._alarm = None
        self._begin_if_due()

    async def _take_all(self, waited: Sequence[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            await self._take_these([item for item, _ in waited], [answer for _, answer in waited])
        finally:
            # Not by a callback: who comes before it is called would wait for a task that has ended.
            self._taking = {task for task in self._taking if task is not asyncio.current_task()}
        self._begin_if_due()

    def _next(self) -> Sequence[tuple[Item, asyncio.Future[Answer]]]:
        """Take out the first who wait, leaving out those who are gone."""
        first: list[tuple[Item, asyncio.Future[Answer]]] = []
        while self._waiting and len(first) < self._most:
            item, answer = self._waiting.popleft()
            if not answer.done():
                first.append((item, answer))
        return first

    async def _take_these(self, items: Sequence[Item], answers: Sequence[asyncio.Future[Answer]]) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                given = await self._take(items)
            for answer, one in zip(answers, given, strict=True):
                if not answer.done():
                    answer.set_result(one)
        except BaseException as error:  # a panic of Rust code is no Exception, and ends these requests only
            if is_order_to_end(error):
                for answer in answers:
                    answer.cancel()
                raise
            self._fail(error, answers)

    def _fail(self, error: BaseException, answers: Sequence[asyncio.Future[Answer]]) -> None:
        is_alone = len(answers) == 1
        if not is_alone and (counted := self._failures.admit(type(error).__qualname__)) is not None:
            log.warning("requests.taken_apart", requests=len(answers), places=places_of(error), **counted)
        for answer in answers:
            if not answer.done():
                answer.set_exception(error if is_alone else TakenApartError())
