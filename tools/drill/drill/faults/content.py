"""Faults 5, 6, 7, 9 and 15: records that are wrong, repeated, early or read again, and hours that come late."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from drill.checker import databases
from drill.generator import rain, records
from drill.report import Entry
from drill.run import Drill

_MANY_PER_SECOND = 50.0
_FEW = 8
_WAIT_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Poison:
    """Every kind of record that can never become a claim, between sound ones."""

    number: str = "5"
    name: str = (
        "poison: no JSON, wrong schema, unknown value, 1e30 cents, NUL, 10 MB, no headers, wrong key, the future"
    )

    async def strike(self, drill: Drill, entry: Entry) -> None:
        poison = list(records.poison(chance=drill.chance))
        await drill.publisher.publish(poison, wave=entry.name, per_second=_MANY_PER_SECOND)
        entry.done.append(f"{len(poison)} records of poison sent, one of them too large for the broker")


@dataclass(frozen=True, kw_only=True)
class Duplicates:
    """New losses, each told three times at once under one event id, then under another id, then by somebody else."""

    number: str = "6"
    name: str = "duplicates: in one batch, across batches, under new ids, by a second reporter"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        insured = await drill.insured(_FEW)
        wave = drill.reports_of(insured)
        entry.reports += len(wave)
        every = [*(one for one in wave for _ in range(3)), *wave]
        await drill.publisher.publish(every, wave=entry.name, per_second=_MANY_PER_SECOND)
        entry.done.append(f"{len(wave)} records sent four times each, {len(insured)} losses")


@dataclass(frozen=True, kw_only=True)
class PolicyAfterReport:
    """Reports arrive before the policies that they name."""

    number: str = "7"
    name: str = "reordering: reports before their policies"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        insured = drill.customers(_FEW)
        wave = drill.reports_of(insured)
        entry.reports += len(wave)
        await drill.publisher.publish(wave, wave=entry.name, per_second=_MANY_PER_SECOND)
        waiting = await _until_waiting(drill, "waiting_for_policy", at_least=_FEW)
        entry.done.append(f"{waiting} claims waited for their policies, then these were imported")
        await drill.insure(insured)


@dataclass(frozen=True, kw_only=True)
class LateHours:
    """KNMI has not published yet what the nearest station measured."""

    number: str = "9"
    name: str = "KNMI is late: claims wait for the hours of their station"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        insured = drill.customers(_FEW, at=rain.LATE)
        await drill.insure(insured)
        wave = drill.reports_of(insured)
        entry.reports += len(wave)
        await drill.publisher.publish(wave, wave=entry.name, per_second=_MANY_PER_SECOND)
        waiting = await _until_waiting(drill, "waiting_for_rainfall", at_least=_FEW)
        entry.done.append(f"{waiting} claims waited for rain, then the hours were imported")
        await drill.import_hours([rain.LATE])


async def _until_waiting(drill: Drill, state: str, *, at_least: int) -> int:
    query = f"SELECT count(*) AS waiting FROM claim WHERE state = '{state}'"  # noqa: S608 - one of two words
    async with asyncio.timeout(_WAIT_SECONDS):
        while True:
            (found,) = await databases.rows(drill.services.databases["claims-svc"], query)
            if found["waiting"] >= at_least:
                return int(found["waiting"])
            await asyncio.sleep(0.2)
