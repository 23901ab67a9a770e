"""The register of stations that counts, as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from chassis.database import Connection
from contracts.rain_stations import StationPeriod, read_register, register_sha256, station_periods
from weather_svc.domain.blocks import StationKey
from weather_svc.repository import stations


@dataclass(frozen=True, slots=True)
class RegisterInForce:
    """A version of the register. `source` is what it says of itself; empty of the shipped one before it is recorded."""

    sha256: str
    source: str
    periods: Sequence[StationPeriod]

    def by_station(self) -> Sequence[Sequence[StationPeriod]]:
        """Return the periods of each station, by network and number."""
        return [list(periods) for _, periods in groupby(sorted(self.periods, key=_key), key=_key)]

    def periods_of(self, station: StationKey) -> Sequence[StationPeriod]:
        """Return the periods of one station; none when it is not known."""
        return [period for period in self.periods if _key(period) == station]


class RegisterShown:
    """Reads the register anew when another one is recorded."""

    def __init__(self) -> None:
        self._held = RegisterInForce(register_sha256(), "", station_periods())

    async def current(self, connection: Connection) -> RegisterInForce:
        """Return the register that counts."""
        sha256 = await stations.newest_sha256(connection)
        is_told_of = self._held.sha256 == sha256 and self._held.source
        if sha256 is not None and not is_told_of and (register := await stations.newest(connection)):
            self._held = RegisterInForce(register.sha256, register.source, read_register(register.content))
        return self._held


def _key(period: StationPeriod) -> StationKey:
    return StationKey(period.station.network, period.station.number)
