"""Nobody can tell by the clock whether an account exists (docs/login.md, row 17)."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
from accounts import EMAIL, account
from auth_world import World, settings, world
from login_steps import begin, from_address

from auth_svc import passwords
from auth_svc.parts import Parts

BLOCKED = "blocked@example.org"
TRIES = 1_000
MOST_BETWEEN_MEDIANS = 0.005
"""In seconds."""


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is compared, each time. A hash costs little here, as in most tests: that there is one each time is counted.

    At its full cost three thousand of them take five minutes, and a busy machine hides what differs besides.
    """
    compared: list[str] = []
    compare = passwords.Passwords._compare  # noqa: SLF001 - what runs in the thread

    def counted(self: passwords.Passwords, password: str, stored: str) -> bool:
        compared.append(stored)
        return compare(self, password, stored)

    monkeypatch.setattr(passwords.Passwords, "_compare", counted)
    return compared


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_unknown_wrong_and_blocked_take_the_same_time(database: str, hashed: list[str]) -> None:
    async with world(database, api_trusted_proxies="127.0.0.1") as auth:
        counted_on = Parts.of(settings(database)).digests.of("email", BLOCKED)
        await account(auth)
        await account(auth, relation_number="654321", email=BLOCKED)
        took: defaultdict[str, list[float]] = defaultdict(list)
        for number in range(TRIES):
            for kind, email in (("unknown", f"{number}@example.org"), ("wrong", EMAIL), ("blocked", BLOCKED)):
                await _prepare(auth, counted_on)
                headers = from_address(f"10.{number // 250}.{number % 250}.{len(took)}")
                began = perf_counter()
                answer = await begin(auth, email=email, password="wrong", headers=headers)
                took[kind].append(perf_counter() - began)
                assert answer.status_code == 401
                assert len(hashed) == sum(map(len, took.values()))
    medians = {kind: median(times) for kind, times in took.items()}
    print({kind: f"{seconds * 1_000:.2f} ms" for kind, seconds in medians.items()})  # noqa: T201 - the figure
    assert max(medians.values()) - min(medians.values()) < MOST_BETWEEN_MEDIANS, medians


async def _prepare(auth: World, counted_on: bytes) -> None:
    """Let one address be blocked, the others not; let what was taken of the limits be over."""
    auth.clock.advance(timedelta(minutes=20))
    await auth.rows("UPDATE wrong_passwords SET in_a_row = least(in_a_row, 1), blocked_until = NULL")
    await auth.rows(
        """
        INSERT INTO wrong_passwords (tried_on, in_a_row, blocked_until, last_at)
        VALUES ($1, 7, $2, $3)
            ON CONFLICT (tried_on) DO UPDATE SET in_a_row = 7, blocked_until = excluded.blocked_until
        """,
        counted_on,
        auth.clock.at + timedelta(hours=1),
        auth.clock.at,
    )
