"""The bucket of tokens, with a clock of its own: who may send when, and what leaves at most."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notify_svc.domain.pace import AHEAD_SECONDS, Ask, Bucket, Grant, Provider, Rate, take

NOW = datetime(2021, 7, 16, 10, 0, tzinfo=UTC)
FULL = Bucket(datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC))
HUNDRED = Rate(100)
SLACK_SECONDS = 0.0001
"""Moments are whole microseconds."""


@dataclass
class Taken:
    """One bucket in which time passes, and when each token that was taken may be used."""

    rate: Rate
    bucket: Bucket = FULL
    now: datetime = NOW
    moments: list[float] = field(default_factory=list)
    at_once: list[float] = field(default_factory=list)

    def take(self, ask: Ask) -> Grant:
        grant = take(self.bucket, ask, rate=self.rate, now=self.now)
        self.bucket = grant.bucket
        now = (self.now - NOW).total_seconds()
        begins = (grant.begins_at - NOW).total_seconds()
        self.at_once += [now] * grant.at_once
        self.moments += [begins + place / self.rate.for_all for place in range(grant.spread)]
        return grant

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def most_within(moments: Sequence[float], seconds: float) -> int:
    """Return how many of `moments` lie at most within `seconds`."""
    ordered = sorted(moments)
    return max((bisect_right(ordered, one + seconds) - place for place, one in enumerate(ordered)), default=0)


asks = st.builds(
    Ask,
    urgent=st.integers(0, 20),
    soon=st.integers(0, 5),
    can_wait=st.integers(0, 2_000),
    too_fast=st.integers(0, 2),
)


@settings(deadline=None)
@given(
    per_second=st.floats(0.2, 5_000),
    taken=st.lists(st.tuples(asks, st.floats(0, 3)), min_size=1, max_size=40),
    seconds=st.floats(0.01, 20),
)
def test_whoever_asks_whenever_no_more_leaves_than_the_rate_and_the_kept_tokens(
    per_second: float, taken: Sequence[tuple[Ask, float]], seconds: float
) -> None:
    provider = Taken(Rate(per_second))
    for ask, pause in taken:
        provider.take(ask)
        provider.later(pause)

    rate = provider.rate
    assert most_within(provider.moments, seconds) <= rate.for_all * (seconds + SLACK_SECONDS) + 1 + SLACK_SECONDS
    kept = most_within(provider.at_once, seconds)
    assert kept <= rate.most_kept + rate.kept * (seconds + SLACK_SECONDS) + SLACK_SECONDS
    assert rate.for_all + rate.kept == pytest.approx(per_second)


@settings(deadline=None)
@given(per_second=st.floats(0.2, 5_000), pauses=st.lists(st.floats(0, 0.3), min_size=1, max_size=100))
def test_a_process_that_dies_takes_no_more_than_a_moment_from_the_others(
    per_second: float, pauses: Sequence[float]
) -> None:
    provider = Taken(Rate(per_second))
    for pause in pauses:
        provider.take(Ask(can_wait=100_000))
        provider.later(pause)

    waits = (provider.bucket.spent_until - provider.now).total_seconds()
    assert waits <= AHEAD_SECONDS + max(0.5, 1 / provider.rate.for_all) + SLACK_SECONDS


def test_what_can_wait_leaves_at_the_rate_while_it_asks_again_in_time() -> None:
    provider = Taken(HUNDRED)

    for _ in range(100):
        grant = provider.take(Ask(can_wait=1_000))
        provider.now = max(grant.ask_again_at, provider.now)

    assert len(provider.moments) == pytest.approx(90 * (provider.now - NOW).total_seconds(), abs=45)


def test_what_can_wait_is_told_when_to_ask_again_and_is_then_given_some() -> None:
    provider = Taken(HUNDRED)
    provider.take(Ask(can_wait=1_000))
    provider.take(Ask(can_wait=1_000))

    refused = provider.take(Ask(can_wait=1_000))
    provider.now = refused.ask_again_at
    granted = provider.take(Ask(can_wait=1_000))

    assert (refused.spread, granted.spread) == (0, HUNDRED.bunch)


def test_nothing_is_saved_up_while_nothing_is_sent() -> None:
    provider = Taken(HUNDRED)
    provider.take(Ask(can_wait=1))
    provider.later(3_600)

    provider.take(Ask(can_wait=1_000))

    assert most_within(provider.moments, 0.1) <= 10


def test_codes_leave_at_once_however_many_decisions_are_on_their_way() -> None:
    provider = Taken(HUNDRED)
    while provider.take(Ask(can_wait=1_000)).for_can_wait:
        pass

    grant = provider.take(Ask(urgent=10))

    assert (grant.at_once, grant.spread) == (10, 0)


def test_more_codes_than_are_kept_for_have_the_next_of_all_tokens() -> None:
    provider = Taken(HUNDRED)
    while provider.take(Ask(can_wait=1_000)).for_can_wait:
        pass
    spent_until = provider.bucket.spent_until

    codes = provider.take(Ask(urgent=30))
    decisions = provider.take(Ask(can_wait=1_000))

    assert (codes.at_once, codes.spread, codes.begins_at) == (10, 20, spent_until)
    assert (spent_until - provider.now).total_seconds() <= 1
    assert decisions.spread == 0


def test_kept_tokens_come_back() -> None:
    provider = Taken(HUNDRED)
    provider.take(Ask(urgent=10))
    provider.later(0.5)

    assert provider.take(Ask(urgent=10)).at_once == 5


def test_a_slow_provider_still_has_a_token_for_a_code() -> None:
    provider = Taken(Rate(0.5))
    provider.take(Ask(can_wait=1_000))

    assert provider.take(Ask(urgent=1)).at_once == 1


def test_what_is_told_about_an_account_does_not_wait_for_decisions_that_have_no_tokens_yet() -> None:
    provider = Taken(HUNDRED)
    while provider.take(Ask(can_wait=1_000)).for_can_wait:
        pass

    grant = provider.take(Ask(soon=3, can_wait=1_000))

    assert (grant.spread, grant.for_can_wait) == (3, 0)


@pytest.mark.parametrize(("too_fast", "later_seconds"), [(1, 10 / 90), (10, 100 / 90), (1_000, 5)])
def test_every_answer_that_it_was_too_much_takes_ten_tokens_more_and_no_more_than_five_seconds(
    too_fast: int, later_seconds: float
) -> None:
    provider = Taken(HUNDRED)

    provider.take(Ask(urgent=1, too_fast=too_fast))

    assert (provider.bucket.spent_until - NOW).total_seconds() == pytest.approx(later_seconds, abs=SLACK_SECONDS)


@pytest.mark.parametrize(
    ("per_second", "most", "leased"), [(None, 20, 20), (5, 1_000, 10), (0.1, 20, 1), (100, 20, 20)]
)
def test_no_more_is_leased_than_leaves_in_a_moment(per_second: float | None, most: int, leased: int) -> None:
    provider = Provider("smtp", None if per_second is None else Rate(per_second))

    assert provider.leased_at_once(most) == leased
