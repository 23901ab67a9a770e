"""What the routes work with."""

from __future__ import annotations

from dataclasses import dataclass, field

from chassis.database import Connection
from chassis.http.allowances import Allowance
from chassis.http.problems import NOT_FOUND, Problem
from contracts.vocabulary import Station
from weather_svc.domain.blocks import StationKey
from weather_svc.handlers import Assessor
from weather_svc.routes.register import RegisterShown


@dataclass(frozen=True, slots=True)
class Parts:
    """`reads` and `rain_checks` say how much one address may ask a minute."""

    assessor: Assessor
    reads: Allowance
    rain_checks: Allowance
    register: RegisterShown = field(default_factory=RegisterShown)

    async def station(self, connection: Connection, key: StationKey) -> Station:
        """Return a station as it stands now. Raise `Problem` (404) when the register does not know it."""
        periods = (await self.register.current(connection)).periods_of(key)
        if not periods:
            raise Problem(NOT_FOUND)
        return periods[-1].station
