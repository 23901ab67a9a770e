"""The pace at which this process hands messages to one provider: whose turn it is, and when.

All processes take tokens of one bucket in the database, in bunches, so that no message costs a statement. Who waits is
here in memory: what is urgent first, else who came first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime

from chassis.clock import elapsed_seconds
from chassis.service import Runtime
from notify_svc.channels.sender_loop import SenderLoop
from notify_svc.domain.pace import AHEAD_SECONDS, Ask, Grant, Precedence, Rate
from notify_svc.metrics import TOO_FAST, TURN_SECONDS
from notify_svc.repository.pace import take_tokens

_STALE_SECONDS = 0.1
"""A token that nobody used by then is lost: what was saved up would leave at once, and be too much for one second."""
_AT_HAND_SECONDS = 0.05
"""What is urgent waits for a token that this process has, when it can be used so soon."""
_YIELDING_SECONDS, _YIELDS_FOR_SECONDS = 0.1, 2.0
"""How much later than others who has just been given some asks again, and until when: so all have their turn."""
_SHORTEST_PAUSE_SECONDS, _IDLE_SECONDS = 0.02, 1.0


class _Waiter:
    __slots__ = ("is_asked_for", "missing", "turn")

    def __init__(self, parts: int) -> None:
        self.missing = parts
        self.is_asked_for = False
        self.turn = asyncio.get_running_loop().create_future()


class Pace:
    """Whose turn it is at `provider`. Without a `rate` it is everybody's at once."""

    def __init__(
        self, provider: str, rate: Rate | None = None, *, clock: Callable[[], float] = elapsed_seconds
    ) -> None:
        self.provider = provider
        self.rate = rate
        self.changed = asyncio.Event()
        self._clock = clock
        self._users = 0
        self._waiting: dict[Precedence, deque[_Waiter]] = {precedence: deque() for precedence in Precedence}
        self._tokens: deque[float] = deque()
        """From when on each may be used, by the clock of this process."""
        self._counted: list[_Waiter] = []
        """For whom the last ask was, besides what can wait."""
        self._ask_again_at = 0.0
        self._yields_until = 0.0
        self._used = 0
        self._too_fast = 0

    def open(self) -> None:
        """Expect messages of one way to the provider more."""
        self._users += 1

    def close(self) -> None:
        """Expect messages of one way less."""
        self._users -= 1
        self.changed.set()

    @property
    def is_used(self) -> bool:
        """Whether anybody may still wait for a turn."""
        return self._users > 0

    async def turn(self, parts: int = 1, *, precedence: Precedence) -> None:
        """Wait until a message in so many parts may leave. It may be long: a lease is looked at after it."""
        if self.rate is None:
            return
        began = self._clock()
        waiter, waiting = _Waiter(parts), self._waiting[precedence]
        waiting.append(waiter)
        if precedence is not Precedence.CAN_WAIT or len(waiting) == 1:
            self.changed.set()
        try:
            await waiter.turn
        except asyncio.CancelledError:
            with suppress(ValueError):
                waiting.remove(waiter)
            raise
        TURN_SECONDS.labels(self.provider, precedence.name.lower()).observe(self._clock() - began)

    def too_fast(self) -> None:
        """Note that the provider has answered that this was too much: all processes slow down."""
        TOO_FAST.labels(self.provider).inc()
        if self.rate is not None:
            self._too_fast += 1

    def ask(self) -> Ask | None:
        """Return which tokens to take now, None when there is no use for any. `grant` follows, or the same again."""
        now = self._clock()
        first, others = self._not_asked_for(Precedence.URGENT), self._not_asked_for(Precedence.SOON)
        urgent, soon = _missing(first), _missing(others)
        if urgent and len(self._tokens) >= urgent and self._tokens[urgent - 1] <= now + _AT_HAND_SECONDS:
            urgent, first = 0, []
        self._counted = first + others
        can_wait = self._wanted_to_wait() if self._next_ask_at() <= now else 0
        if not (urgent or soon or can_wait):
            return None
        return Ask(urgent=urgent, soon=soon, can_wait=can_wait, too_fast=self._too_fast)

    def grant(self, ask: Ask, grant: Grant, *, granted_at: datetime) -> None:
        """Use what was granted of `ask` a moment ago, at `granted_at` by the clock of the database."""
        assert self.rate is not None, "nothing is granted without a rate"  # noqa: S101 - nothing is asked for
        offset = self._clock() - granted_at.timestamp()
        self._too_fast -= ask.too_fast
        for waiter in self._counted:  # not those who have come meanwhile
            waiter.is_asked_for = True
        self._counted = []
        for _ in range(grant.at_once):
            self._use_token()
        begins_at = grant.begins_at.timestamp() + offset
        self._tokens.extend(begins_at + place / self.rate.for_all for place in range(grant.spread))
        if ask.can_wait:
            self._ask_again_at = grant.ask_again_at.timestamp() + offset
            if grant.for_can_wait:
                self._used = 0
                self._yields_until = self._clock() + _YIELDS_FOR_SECONDS
            else:
                yields_for = max(0.0, self._yields_until - self._clock())
                self._ask_again_at += _YIELDING_SECONDS * yields_for / _YIELDS_FOR_SECONDS

    def go_on(self) -> float:
        """Let those go whose turn it is; return for how many seconds there is nothing to do."""
        now = self._clock()
        while self._tokens and self._tokens[0] < now - _STALE_SECONDS:
            self._tokens.popleft()
        while self._tokens and self._tokens[0] <= now and self._use_token():
            self._tokens.popleft()
            self._used += 1
        if not any(self._waiting.values()):
            return _IDLE_SECONDS
        if self._lacks_tokens():
            return _SHORTEST_PAUSE_SECONDS
        moments = [self._tokens[0]] if self._tokens else []
        if self._wanted_to_wait():
            moments.append(self._next_ask_at())
        if not moments:
            return _IDLE_SECONDS
        return min(max(min(moments) - now, _SHORTEST_PAUSE_SECONDS), _IDLE_SECONDS)

    def _use_token(self) -> bool:
        """Give a token to who is first; whether anybody is."""
        for waiting in self._waiting.values():
            while waiting:
                waiter = waiting[0]
                if waiter.turn.done():  # given up, and about to leave
                    waiting.popleft()
                    continue
                waiter.missing -= 1
                if not waiter.missing:
                    waiting.popleft()
                    waiter.turn.set_result(None)
                return True
        return False

    def _not_asked_for(self, precedence: Precedence) -> list[_Waiter]:
        return [waiter for waiter in self._waiting[precedence] if not waiter.is_asked_for]

    def _lacks_tokens(self) -> bool:
        """Have those asked for again whose tokens are lost, or went to others before them; whether there are any.

        Tokens belong to nobody: whoever would be the last to have one goes without.
        """
        asked_for = [
            waiter for p in (Precedence.URGENT, Precedence.SOON) for waiter in self._waiting[p] if waiter.is_asked_for
        ]
        lacking = _missing(asked_for) - len(self._tokens)
        does_lack = lacking > 0
        while lacking > 0:
            waiter = asked_for.pop()
            waiter.is_asked_for = False
            lacking -= waiter.missing
        return does_lack

    def _wanted_to_wait(self) -> int:
        """Return for how many tokens there is use besides those at hand, soon or later.

        Twice as many as were used since the last were given: of those who will wait not all do so yet.
        """
        waiting = self._waiting[Precedence.CAN_WAIT]
        if not waiting:
            return 0
        missing = sum(map(_missing, self._waiting.values())) - len(self._tokens)
        return max(missing, 2 * self._used if missing > 0 else 0, 0)

    def _next_ask_at(self) -> float:
        """Return when what can wait asks again: not before it may be given, nor long before it has used all it has.

        So who has none is before who has some.
        """
        return max(self._ask_again_at, self._tokens[-1] - AHEAD_SECONDS / 2) if self._tokens else self._ask_again_at


def _missing(waiters: Iterable[_Waiter]) -> int:
    return sum(waiter.missing for waiter in waiters)


async def run_pace(runtime: Runtime, *, pace: Pace) -> None:
    """Take tokens for `pace`, and let messages leave, until the service stops and nobody waits for a turn any more."""
    loop = SenderLoop(runtime, part=f"{pace.provider} pace", changed=pace.changed)

    async def look() -> float:
        seconds = pace.go_on()
        if pace.rate is None or (ask := pace.ask()) is None:
            return seconds
        async with runtime.work.connection() as connection:
            now, grant = await take_tokens(connection, provider=pace.provider, ask=ask, rate=pace.rate)
        pace.grant(ask, grant, granted_at=now)
        return pace.go_on()

    await loop.run(look, is_busy=lambda: pace.is_used, on_stop=pace.changed.set)
