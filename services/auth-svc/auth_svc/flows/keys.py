"""The keys that sign access tokens, in turn: each is listed before it signs, and until its last token is over."""

from __future__ import annotations

from dataclasses import dataclass, field

from auth_svc.domain.parameters import (
    ACCESS_TOKEN_LIFETIME,
    KEY_LISTED_AFTER,
    KEY_LISTED_BEFORE,
    KEY_PREPARED_BEFORE,
    KEY_SIGNS_FOR,
)
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import signing_keys
from auth_svc.signing import new_key
from chassis.unit_of_work import Work
from contracts.auth import SecurityEvent

assert KEY_LISTED_AFTER > ACCESS_TOKEN_LIFETIME, "a key must outlive its tokens"  # noqa: S101 - of two of our numbers


@dataclass(frozen=True, slots=True)
class OpenedKey:
    """A key ready to sign with."""

    kid: str
    private_key: bytes = field(repr=False)


async def keep_supplied(work: Work, parts: Parts, *, actor: str | None = None) -> None:
    """Make the next key when it is time, and destroy those that are over.

    The very first signs at once. Any other one signs when it has been listed for `KEY_LISTED_BEFORE`, and the one
    before it goes on until then.
    """
    await signing_keys.lock(work.connection)
    await signing_keys.destroy_over(work.connection, now=work.now)
    latest = await signing_keys.latest(work.connection)
    if latest is not None and latest.signs_until - work.now > KEY_PREPARED_BEFORE:
        return
    signs_from = work.now
    if latest is not None:
        signs_from = max(latest.signs_until, work.now + KEY_LISTED_BEFORE)
        await signing_keys.prolong(
            work.connection, kid=latest.kid, signs_until=signs_from, listed_after=KEY_LISTED_AFTER
        )
    key = new_key()
    signs_until = signs_from + KEY_SIGNS_FOR
    await signing_keys.add(
        work.connection,
        key=key,
        sealed_key=parts.storage.seal(key.private_key),
        listed_from=work.now,
        signs_from=signs_from,
        signs_until=signs_until,
        listed_until=signs_until + KEY_LISTED_AFTER,
    )
    await record(work, SecurityEvent.KEY_ROTATED, actor=actor, kid=key.kid)


async def replace_in_haste(work: Work, parts: Parts, *, actor: str) -> int:
    """Destroy every key, because one may be known to others, and sign with a new one at once; return how many.

    All tokens that were issued count for nothing as soon as the services have fetched the list: minutes.
    """
    await signing_keys.lock(work.connection)
    destroyed = await signing_keys.destroy_all(work.connection)
    await keep_supplied(work, parts, actor=actor)
    return len(destroyed)


async def current_key(work: Work, parts: Parts) -> OpenedKey:
    """Return the key that signs now; make the first one where there is none.

    Raises:
        CannotOpenError: STORAGE_KEYS has not the key it was sealed by.
    """
    key = await signing_keys.current(work.connection, now=work.now)
    if key is None:
        await keep_supplied(work, parts)
        key = await signing_keys.current(work.connection, now=work.now)
    assert key is not None, "a key that was just made or prolonged signs now"  # noqa: S101 - see keep_supplied
    return OpenedKey(key.kid, parts.storage.open(key.sealed_key))
