"""Promise: keys change, and no verifier ever refuses a good token because of it."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64decode
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from auth_world import World, settings
from oauth_world import SESSIONS, bearer, command, issuing, log_in, parts_of, tokens_of

from auth_svc.flows.tokens import Holder, issue
from auth_svc.parts import Parts
from auth_svc.repository.clients import Client
from auth_svc.workers.keys import look_after_keys
from chassis.errors import CannotStartError
from chassis.http.key_set import KeySet
from chassis.http.tokens import Verifier
from contracts.access import Role


@pytest.fixture
async def own(database: str) -> AsyncIterator[World]:
    async with issuing(database) as running:
        yield running


async def _listed(own: World) -> list[str]:
    return [key["kid"] for key in (await own.client.get("/.well-known/jwks.json")).json()["keys"]]


async def test_a_verifier_that_fetches_the_list_every_five_minutes_meets_no_key_it_does_not_know(
    own: World, database: str
) -> None:
    def now() -> float:
        return own.clock.at.timestamp()

    keys = KeySet(f"{own.client.base_url}/.well-known/jwks.json", elapsed=now)
    verifier = Verifier(keys, issuer=str(own.client.base_url), audience="auth-svc", now=now)
    (first,) = await _listed(own)
    own.clock.advance(timedelta(days=29, minutes=-10))
    token, signed_by = None, []
    for _ in range(25 * 12):  # from before the next key is made to after it has begun to sign
        await look_after_keys(own.running.runtime, parts_of(database))
        await keys.find("a key that is not there")  # fetches the list
        own.clock.advance(timedelta(minutes=5))  # and now it is as old as it gets
        if token is not None:
            await verifier.caller_of(token)  # in the last moment of its life
        token, kid = await _token(own, database)
        assert keys.known(kid), "a verifier would have to ask for it"
        await verifier.caller_of(token)
        signed_by += [kid] if kid not in signed_by else []

    second = signed_by[1]
    assert signed_by == [first, second]
    assert await _listed(own) == [second]
    assert [row["kid"] for row in await own.rows("SELECT kid FROM signing_key")] == [second], "the first is destroyed"


async def _token(own: World, database: str) -> tuple[str, str]:
    """Return a token and the id of the key it is signed by."""
    async with own.running.runtime.transaction() as work:
        holder = Holder(subject_id=uuid4(), role=Role.OPERATOR)
        client = Client(client_id="portal", subject_id=uuid4(), name="P", scopes=[])
        parts = Parts.of(settings(database, api_issuer=str(own.client.base_url)))
        granted = await issue(
            work, parts, holder, client, scope="audit:read", grant="test", address="192.0.2.1", trace=None
        )
    header = granted.access_token.partition(".")[0]
    return granted.access_token, json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]


async def test_several_instances_make_one_key(own: World, database: str) -> None:
    own.clock.advance(timedelta(days=29, minutes=1))

    for _ in range(3):
        await look_after_keys(own.running.runtime, parts_of(database))

    assert len(await _listed(own)) == 2


async def test_after_a_long_sleep_the_old_key_signs_until_the_new_one_has_been_listed_long_enough(
    own: World, database: str
) -> None:
    (old,) = await _listed(own)
    own.clock.advance(timedelta(days=30, hours=-1, minutes=-5))
    await look_after_keys(own.running.runtime, parts_of(database))

    own.clock.advance(timedelta(minutes=14))
    assert (await _token(own, database))[1] == old
    own.clock.advance(timedelta(minutes=1))
    assert (await _token(own, database))[1] != old
    assert old in await _listed(own)


async def test_in_haste_every_key_is_destroyed_and_a_new_one_signs_at_once(own: World, database: str) -> None:
    somebody = await log_in(own)
    before = await tokens_of(own, somebody)
    (old,) = await _listed(own)
    assert (await own.client.get(SESSIONS, headers=bearer(before["access_token"]))).status_code == 200

    assert await command(own, "keys", "rotate") == 0

    (new,) = await _listed(own)
    assert new != old
    assert (await _token(own, database))[1] == new
    rows = await own.rows("SELECT actor FROM audit_trail WHERE what = 'key_rotated' ORDER BY event_id")
    assert [row["actor"] for row in rows] == [None, "command"]


async def test_without_the_key_that_sealed_it_the_service_does_not_go_on(own: World, database: str) -> None:
    other = Parts.of(settings(database, storage_keys=b64encode(bytes(range(64, 96))).decode()))

    with pytest.raises(CannotStartError, match="STORAGE_KEYS does not open"):
        await look_after_keys(own.running.runtime, other)


async def test_the_private_half_is_sealed_where_it_is_stored_and_never_listed(own: World) -> None:
    (stored,) = await own.rows("SELECT sealed_key, public_key::text AS public_key FROM signing_key")
    (listed,) = (await own.client.get("/.well-known/jwks.json")).json()["keys"]

    assert stored["sealed_key"].count(".") == 4, "JWE"
    assert '"d"' not in stored["public_key"]
    assert "d" not in listed
