"""Seals by the newest of STORAGE_KEYS what older ones have sealed, so that these can be dropped."""

from __future__ import annotations

from auth_svc.parts import Parts
from auth_svc.repository import sealed_secrets
from chassis.service import Runtime

_AT_ONCE = 100
"""One transaction each: whoever logs in meanwhile waits for few rows."""


async def reseal(runtime: Runtime, parts: Parts) -> int:
    """Return how many were sealed anew. It can be run again, and while the service runs with the same keys.

    Raises:
        CannotOpenError: STORAGE_KEYS has not the key that something was sealed by.
    """
    return sum([await _reseal_table(runtime, parts, table) for table in sealed_secrets.TABLES])


async def _reseal_table(runtime: Runtime, parts: Parts, table: str) -> int:
    number, after = 0, ""
    while True:
        async with runtime.transaction() as work:
            found = await sealed_secrets.some(work.connection, table=table, after=after, limit=_AT_ONCE)
            anew = {key: text for key, sealed in found.items() if (text := parts.storage.sealed_anew(sealed))}
            await sealed_secrets.replace(work.connection, table=table, was=found, now=anew)
        number += len(anew)
        if len(found) < _AT_ONCE:
            return number
        after = list(found)[-1]
