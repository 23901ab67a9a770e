"""The register of stations that counts: recorded in the database, and as a table in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from uuid import uuid4

import structlog

from chassis.database import Connection
from chassis.unit_of_work import Timer, Work
from contracts.rain_stations import StationPeriod, read_register, register_bytes, station_periods
from weather_svc.domain.registers import changes, lost
from weather_svc.domain.stations import StationTable, shipped_stations
from weather_svc.recording import REASSESSMENT
from weather_svc.repository import blocks, stations
from weather_svc.repository.stations import Register

log = structlog.get_logger(__name__)

_SHIPPED = "rain_stations.csv"


class RegisterLosesError(Exception):
    """A register lacks what the one before holds; nothing was recorded. `losses` says what, a sentence each."""

    def __init__(self, losses: Sequence[str]) -> None:
        super().__init__(f"{len(losses)} stations or periods are missing")
        self.losses = losses


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a register did. `changed`: how many times there are in which other stations count than before."""

    is_new: bool
    stations: int
    changed: int


async def record(work: Work, content: bytes, *, name: str, force: bool = False) -> Recorded:
    """Let this register be the one that counts; answers are done again where it changes stations.

    From here on whoever assesses waits until the transaction is committed.

    Raises:
        contracts.rain_stations.RegisterError: it cannot be read.
        RegisterLosesError: a station or a measured period is not in it any more, and `force` is not given.
    """
    periods = read_register(content)
    connection = work.connection
    await stations.lock_registers(connection)
    numbers = {(period.station.network, period.station.number) for period in periods}
    register = Register(sha256(content).hexdigest(), name, _comments(content), work.now, content)
    if register.sha256 == await stations.newest_sha256(connection):
        return Recorded(is_new=False, stations=len(numbers), changed=0)
    before = await counting_periods(connection)
    if not force and (losses := list(lost(before, periods))):
        raise RegisterLosesError(losses)
    await stations.insert(connection, register, periods=periods)
    changed = changes(before, periods)
    if changed:
        await stations.note_changes(connection, changed)
        work.schedule(Timer(REASSESSMENT, str(uuid4()), work.now))
    # Whoever assesses later finds this register; answers made without it are found when they are looked for.
    await blocks.wait_for_assessments(connection)
    return Recorded(is_new=True, stations=len(numbers), changed=len(changed))


async def counting_periods(connection: Connection) -> Sequence[StationPeriod]:
    """Return the lines of the register that counts; of the shipped one while none is recorded."""
    register = await stations.newest(connection)
    return station_periods() if register is None else read_register(register.content)


def _comments(content: bytes) -> str:
    lines = []
    for line in content.decode().splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").strip())
    return "\n".join(lines)


class Registers:
    """The table of the register that counts, made anew when another one is recorded."""

    def __init__(self) -> None:
        self._table = shipped_stations()
        self._shipped_is_known = False

    async def record_shipped(self, work: Work) -> None:
        """Record the register that the contracts hold unless it counts or counted before; looked at once.

        The first thing in a transaction: it may wait for others that assess. A shipped register that lacks what an
        imported one holds is left alone.
        """
        if self._shipped_is_known:
            return
        if not await stations.is_recorded(work.connection, sha256=shipped_stations().register_sha256):
            await self._record_shipped(work)
        work.after_commit(self._know_shipped)

    async def _record_shipped(self, work: Work) -> None:
        try:
            recorded = await record(work, register_bytes(), name=_SHIPPED)
        except RegisterLosesError as error:
            log.warning("station_register.shipped_lacks", losses=error.losses)
        else:
            if recorded.is_new:
                work.after_commit(partial(log.info, "station_register.recorded", name=_SHIPPED))

    def _know_shipped(self) -> None:
        self._shipped_is_known = True

    async def current(self, connection: Connection) -> StationTable:
        """Return the table of the register that counts; the shipped one while none is recorded.

        To be asked with the lock for assessing held, so that the register still counts when the answer is committed.
        """
        newest = await stations.newest_sha256(connection)
        if newest is None:
            return shipped_stations()
        if newest != self._table.register_sha256 and (register := await stations.newest(connection)):
            self._table = StationTable(read_register(register.content), register_sha256=register.sha256)
        return self._table
