"""How fast messages leave for one provider: a bucket of tokens, one for all processes, of which codes have a part.

A token stands for one message, or for one part of an SMS. Tokens are given out in bunches, each with the moment from
which on it may be used, so that what leaves is spread and nothing piles up while nothing is sent.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from enum import IntEnum

from msgspec import Struct
from msgspec.structs import replace

_KEPT_SHARE = 0.1
_KEPT_SECONDS = 1.0
_BUNCH_SECONDS = 0.5
AHEAD_SECONDS = 0.5
"""No bunch for what can wait begins later than this: who dies with it takes it from the others for a moment only."""
_LEASED_SECONDS = 2.0
_TOO_FAST_TOKENS = 10
_LONGEST_BRAKE_SECONDS = 5.0


class Precedence(IntEnum):
    """Who goes first where not all can go at once."""

    URGENT = 0
    """Somebody waits at a screen. Has tokens kept for it, and the next of all others when these are used up."""
    SOON = 1
    """About an account: has the next of those that are not kept."""
    CAN_WAIT = 2
    """Decisions, and what else happens to claims."""


class Rate(Struct, frozen=True):
    """What a provider takes in a second, messages or parts of SMS."""

    per_second: float

    @property
    def for_all(self) -> float:
        """Tokens a second that anybody may have."""
        return self.per_second * (1 - _KEPT_SHARE)

    @property
    def kept(self) -> float:
        """Tokens a second that are kept for what is urgent."""
        return self.per_second * _KEPT_SHARE

    @property
    def most_kept(self) -> float:
        """How many kept tokens wait to be used at most: all that leave at once, and above the rate."""
        return max(1.0, self.kept * _KEPT_SECONDS)

    @property
    def bunch(self) -> int:
        """How many tokens are given out together at most to what can wait."""
        return max(1, math.floor(self.for_all * _BUNCH_SECONDS))


class Provider(Struct, frozen=True):
    """Who takes messages of a channel, and how fast; without a rate, as fast as they come."""

    name: str
    rate: Rate | None

    def leased_at_once(self, most: int) -> int:
        """Return how many messages to lease at once, no more than `most`: as many as leave in a moment."""
        if self.rate is None:
            return most
        return min(most, max(1, math.ceil(self.rate.per_second * _LEASED_SECONDS)))


class Bucket(Struct, frozen=True):
    """What is left of a provider's tokens: until `spent_until` all are given out, until `kept_spent_until` all kept."""

    spent_until: datetime
    kept_spent_until: datetime


class Ask(Struct, frozen=True, kw_only=True):
    """How many tokens a process has use for, by precedence, and how often it was told that it is too fast."""

    urgent: int = 0
    soon: int = 0
    can_wait: int = 0
    too_fast: int = 0


class Grant(Struct, frozen=True, kw_only=True):
    """What a process is given: `at_once` kept tokens, and `spread` others, evenly from `begins_at` on.

    Of the others `for_can_wait` are for what can wait. What can wait and got none may ask again at `ask_again_at`.
    """

    at_once: int
    spread: int
    for_can_wait: int
    begins_at: datetime
    ask_again_at: datetime
    bucket: Bucket


def take(bucket: Bucket, ask: Ask, *, rate: Rate, now: datetime) -> Grant:
    """Return what `ask` is given of `bucket`, and what is left of it.

    What is urgent or soon always gets all, if later. Every answer of the provider that it was too much takes ten tokens
    more, so that the pace settles where such answers are rare.
    """
    kept_since = max(bucket.kept_spent_until, now)
    kept_left = rate.most_kept - (kept_since - now).total_seconds() * rate.kept
    at_once = max(0, min(ask.urgent, math.floor(kept_left + 1e-6)))
    begins_at = max(bucket.spent_until, now)
    ahead = (begins_at - now).total_seconds()
    for_can_wait = min(ask.can_wait, rate.bunch) if ahead <= AHEAD_SECONDS else 0
    spread = ask.urgent - at_once + ask.soon + for_can_wait
    spent_until = begins_at + _lasting(spread, rate.for_all)
    if ask.too_fast:
        braked = spent_until + _lasting(ask.too_fast * _TOO_FAST_TOKENS, rate.for_all)
        spent_until = max(spent_until, min(braked, now + timedelta(seconds=_LONGEST_BRAKE_SECONDS)))
    return Grant(
        at_once=at_once,
        spread=spread,
        for_can_wait=for_can_wait,
        begins_at=begins_at,
        ask_again_at=spent_until - timedelta(seconds=AHEAD_SECONDS),
        bucket=replace(bucket, spent_until=spent_until, kept_spent_until=kept_since + _lasting(at_once, rate.kept)),
    )


def _lasting(tokens: int, per_second: float) -> timedelta:
    return timedelta(seconds=tokens / per_second)
