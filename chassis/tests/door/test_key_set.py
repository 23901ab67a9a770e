"""The issuer's keys are known, fetched when they are new, kept while it is away, and nobody can make us ask often."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from joserfc.jwk import ECKey
from specimen_driver import Driver, until
from stepped_time import SteppedTime
from structlog.testing import capture_logs

from chassis.http.key_set import (
    KEPT_SECONDS,
    LEAST_SECONDS_BETWEEN,
    MOST_BYTES,
    MOST_KEYS,
    REFETCH_SECONDS,
    SECONDS_WITHOUT_KEYS,
    KeySet,
    KeysUnavailableError,
    UnusableKeySetError,
    keys_in,
)
from chassis.http.problems import Problem
from chassis.http.tokens import Verifier
from devstack.outside.issuer import Issuer, new_key

SERVICE = "specimen"
AT_ONCE = 50


def kid_of(key: ECKey) -> str:
    assert key.kid is not None
    return key.kid


def listed(*keys: Mapping[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


def public(key: ECKey, **more: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **more}


async def test_a_key_is_fetched_once_for_all_who_ask_at_the_same_time(issuer: Issuer) -> None:
    keys = KeySet(issuer.jwks_url)

    found = await asyncio.gather(*(keys.find(kid_of(issuer.signing_key)) for _ in range(AT_ONCE)))

    assert None not in found
    assert issuer.asked == 1


async def test_unknown_ids_make_us_ask_the_issuer_no_more_often_than_every_few_seconds(issuer: Issuer) -> None:
    elapsed = SteppedTime()
    keys = KeySet(issuer.jwks_url, elapsed=elapsed)

    for second in range(100):
        elapsed.seconds = 2_000.0 + second
        assert await asyncio.gather(*(keys.find(f"nobody's {number}") for number in range(5))) == [None] * 5

    assert issuer.asked == 100 / LEAST_SECONDS_BETWEEN


async def test_the_first_key_of_an_issuer_is_known_a_second_after_it_is_listed(issuer: Issuer) -> None:
    elapsed = SteppedTime()
    keys = KeySet(issuer.jwks_url, elapsed=elapsed)
    answer, issuer.answer = issuer.answer, lambda: (200, listed())

    for _ in range(AT_ONCE):
        with pytest.raises(KeysUnavailableError):
            await keys.find(kid_of(issuer.signing_key))
    issuer.answer = answer
    elapsed.seconds += SECONDS_WITHOUT_KEYS

    assert await keys.find(kid_of(issuer.signing_key)) is not None
    assert issuer.asked == 2


async def test_who_has_no_keys_fetches_them_again_unasked(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.http.key_set.SECONDS_WITHOUT_KEYS", 0.01)
    keys = KeySet(issuer.jwks_url)
    answer, issuer.answer = issuer.answer, lambda: (200, listed())

    async with kept_fresh(keys), asyncio.timeout(5):
        while issuer.asked < 3:
            await asyncio.sleep(0.01)
        issuer.answer = answer
        while keys.known(kid_of(issuer.signing_key)) is None:
            await asyncio.sleep(0.01)


async def test_who_gives_up_waiting_does_not_take_the_keys_from_the_others(issuer: Issuer) -> None:
    released = threading.Event()
    answer = issuer.answer
    issuer.answer = lambda: answer() if released.wait(2) else (500, b"")
    keys = KeySet(issuer.jwks_url)
    first = asyncio.create_task(keys.find(kid_of(issuer.signing_key)))
    second = asyncio.create_task(keys.find(kid_of(issuer.signing_key)))
    while not issuer.asked:
        await asyncio.sleep(0.01)

    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    released.set()

    assert await second is not None
    assert issuer.asked == 1


async def test_keys_serve_while_the_issuer_is_away_and_no_longer_than_a_day(issuer: Issuer) -> None:
    elapsed = SteppedTime()
    keys = KeySet(issuer.jwks_url, elapsed=elapsed)
    kid = kid_of(issuer.signing_key)
    began = elapsed.seconds
    await keys.find(kid)

    issuer.stop()
    elapsed.seconds = began + KEPT_SECONDS - 1
    assert await keys.find("nobody's") is None
    assert await keys.find(kid) is not None
    assert keys.problem(tolerated_seconds=0) is None

    elapsed.seconds = began + KEPT_SECONDS + SECONDS_WITHOUT_KEYS
    assert keys.known(kid) is None
    with pytest.raises(KeysUnavailableError):
        await keys.find(kid)
    assert "ConnectError" in str(keys.problem(tolerated_seconds=0))

    issuer.start()
    elapsed.seconds += SECONDS_WITHOUT_KEYS
    assert await keys.find(kid) is not None
    assert keys.problem(tolerated_seconds=0) is None


async def test_an_outage_of_the_issuer_is_logged_without_its_address_or_its_answer(issuer: Issuer) -> None:
    issuer.answer = lambda: (200, b'{"keys": "secret"}')
    keys = KeySet(issuer.jwks_url)

    with capture_logs() as logs, pytest.raises(KeysUnavailableError):
        await keys.find("any")

    (line,) = logs
    assert (line["event"], line["part"], line["server"]) == ("trouble.began", "keys", "issuer of tokens")
    assert line["reason"] == f"a JWK Set holds a list `keys` of at most {MOST_KEYS}"
    assert "secret" not in str(line)


WRONG_ANSWERS: Mapping[str, Callable[[], tuple[int, bytes]]] = {
    "an error": lambda: (500, b""),
    "an error with keys": lambda: (403, listed(public(new_key()))),
    "a redirect": lambda: (302, b""),
    "nothing": lambda: (200, b""),
    "a page": lambda: (200, b"<html>"),
    "no object": lambda: (200, b"[]"),
    "keys twice": lambda: (200, b'{"keys": [], "keys": []}'),
    "no list": lambda: (200, b'{"keys": {}}'),
    "no keys": lambda: (200, listed()),
    "keys of other kinds only": lambda: (200, listed({"kty": "oct", "kid": "a", "k": "c2VjcmV0"})),
    "too many keys": lambda: (200, listed(*[public(new_key())] * (MOST_KEYS + 1))),
    "too many bytes": lambda: (200, b" " * MOST_BYTES + listed(public(new_key()))),
    "two keys of one id": lambda: (200, listed(public(new_key(), kid="a"), public(new_key(), kid="a"))),
    "a point off the curve": lambda: (200, listed(public(new_key(), x="AQ", y="AQ"))),
    "a point that is no number": lambda: (200, listed(public(new_key(), x="", y=""))),
    "half a point": lambda: (200, listed({"kty": "EC", "crv": "P-256", "kid": "a", "x": "AQ"})),
}


@pytest.mark.parametrize("answer", WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
async def test_an_answer_that_holds_no_keys_changes_nothing(
    issuer: Issuer, answer: Callable[[], tuple[int, bytes]]
) -> None:
    elapsed = SteppedTime()
    keys = KeySet(issuer.jwks_url, elapsed=elapsed)
    kid = kid_of(issuer.signing_key)
    found = await keys.find(kid)

    issuer.answer = answer
    elapsed.seconds += REFETCH_SECONDS
    assert await keys.find("a") is None

    assert issuer.asked == 2
    assert keys.known(kid) is found
    assert keys.trouble.seconds > 0


def test_keys_are_read_whatever_stands_beside_them() -> None:
    key = new_key()
    beside: list[Any] = [7, None, "text", {}, [], {"kty": ["EC"]}, public(new_key(), kid=7), public(new_key(), kid="")]

    assert list(keys_in(listed(*beside, public(key, use="sig", alg="ES256", x5t="more")))) == [key.kid]


def test_a_key_that_is_meant_for_something_else_is_passed_over() -> None:
    meant_otherwise = [public(new_key(), alg="ECDH-ES"), public(new_key(), use="enc"), new_key().as_dict(private=True)]

    with pytest.raises(UnusableKeySetError, match="no key for ES256"):
        keys_in(listed(*meant_otherwise))


async def test_an_issuer_that_does_not_answer_is_not_waited_for(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.http.key_set.LONGEST_FETCH_SECONDS", 0.2)
    released = threading.Event()
    issuer.answer = lambda: (200, b"{}") if released.wait(30) else (500, b"")

    with pytest.raises(KeysUnavailableError):
        await KeySet(issuer.jwks_url).find("any")

    released.set()


@asynccontextmanager
async def kept_fresh(keys: KeySet) -> AsyncIterator[None]:
    keeping = asyncio.create_task(keys.keep_fresh())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_a_withdrawn_key_counts_no_more_at_the_next_round(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.http.key_set.REFETCH_SECONDS", 0.02)
    monkeypatch.setattr("chassis.http.key_set.LEAST_SECONDS_BETWEEN", 0.01)
    withdrawn = issuer.signing_key
    keys = KeySet(issuer.jwks_url)

    async with kept_fresh(keys), asyncio.timeout(10):
        assert await keys.find(kid_of(withdrawn))
        issuer.list_new_key()
        issuer.withdraw(withdrawn)
        while keys.known(kid_of(withdrawn)):
            await asyncio.sleep(0.01)


async def test_a_rotation_of_keys_breaks_nobody(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.http.key_set.REFETCH_SECONDS", 0.02)
    monkeypatch.setattr("chassis.http.key_set.LEAST_SECONDS_BETWEEN", 0.01)
    keys = KeySet(issuer.jwks_url)
    verifier = Verifier(keys, issuer=issuer.name, audience=SERVICE)
    held: list[str] = []

    async def everybody_is_let_in() -> None:
        """Ask with every token that is not over yet, and with a new one."""
        held.append(issuer.token(audience=SERVICE, subject=f"account-{len(held)}"))
        callers = await asyncio.gather(*(verifier.caller_of(token) for token in held))
        assert [caller.subject for caller in callers] == [f"account-{number}" for number in range(len(held))]

    async with kept_fresh(keys), asyncio.timeout(20):
        for _ in range(4):
            former = issuer.signing_key
            await everybody_is_let_in()
            following = issuer.list_new_key()
            while keys.known(kid_of(following)) is None:
                await everybody_is_let_in()
            issuer.signing_key = following
            await everybody_is_let_in()  # with tokens of the former key as well
            del held[:]  # they are over
            issuer.withdraw(former)
            while keys.known(kid_of(former)):
                await everybody_is_let_in()


async def test_a_key_that_nobody_has_told_of_is_found_at_once(issuer: Issuer) -> None:
    elapsed = SteppedTime()
    verifier = Verifier(KeySet(issuer.jwks_url, elapsed=elapsed), issuer=issuer.name, audience=SERVICE)
    older = issuer.token(audience=SERVICE)
    await verifier.caller_of(older)

    issuer.signing_key = issuer.list_new_key()
    elapsed.seconds += LEAST_SECONDS_BETWEEN
    newer = issuer.token(audience=SERVICE)
    callers = await asyncio.gather(*(verifier.caller_of(token) for token in [older, newer] * AT_ONCE))

    assert len(callers) == 2 * AT_ONCE
    assert issuer.asked == 2


async def test_the_limit_of_fetches_holds_for_forged_tokens_too(issuer: Issuer) -> None:
    verifier = Verifier(KeySet(issuer.jwks_url, elapsed=SteppedTime()), issuer=issuer.name, audience=SERVICE)
    good = issuer.token(audience=SERVICE)

    for number in range(AT_ONCE):
        with pytest.raises(Problem):
            await verifier.caller_of(issuer.token(audience=SERVICE, header={"kid": f"nobody's {number}"}))

    assert issuer.asked == 1
    assert (await verifier.caller_of(good)).subject == "somebody"


async def test_a_service_that_has_no_keys_is_not_ready_until_it_gets_some(driver: Driver, issuer: Issuer) -> None:
    issuer.stop()
    address = {"API_ISSUER": issuer.name, "API_JWKS_URL": issuer.jwks_url}
    await driver.launch(SPECIMEN_API="true", TOLERATED_FAILURE_SECONDS="0.2", **address)

    async def names_keys() -> str | None:
        problems: Mapping[str, str] = (await driver.not_ready() or {}).get("problems", {})
        return problems.get("keys")

    assert "ConnectError" in await until(names_keys, what="it says why it is not ready")
    issuer.start()
    await until(driver.ready, what="it is ready")
    assert re.search(r"trouble.ended.*keys|keys.*trouble.ended", driver.log())
