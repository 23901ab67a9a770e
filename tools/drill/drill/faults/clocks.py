"""Fault 8: the clocks of the services' hosts are wrong, and jump while they work."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from drill.report import Entry
from drill.run import Drill

_JUMPS = ("+3000s", "-3000s", "+7200s", "-7200s", "+0s")
"""Fifty minutes, which nobody need notice, and two hours, at which timers wait (docs/decisions/0020)."""


def library() -> Path | None:
    """Return libfaketime, where it is installed."""
    spec = find_spec("libfaketime")
    if spec is None or spec.origin is None:
        return None
    found = sorted(Path(spec.origin).parent.rglob("libfaketime.so.1"))
    return found[0] if found else None


@dataclass(frozen=True, kw_only=True)
class WrongClock:
    """The clock of one service's host jumps forward and back, by minutes and by hours."""

    service: str
    number: str = "8"

    @property
    def name(self) -> str:
        return f"the clock of {self.service} jumps by fifty minutes and by two hours, both ways"

    async def strike(self, drill: Drill, entry: Entry) -> None:
        preload = library()
        assert preload is not None  # noqa: S101 - the catalogue asks for it first
        clock = drill.directory.absolute() / "clock"
        clock.write_text("+0s", encoding="ascii")
        services = drill.services
        await services.restart(
            self.service,
            LD_PRELOAD=str(preload),
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            FAKETIME_TIMESTAMP_FILE=str(clock),
            FAKETIME_NO_CACHE="1",
        )
        await services.ready(self.service)
        pid = services.pid(self.service)
        for jump in _JUMPS:
            clock.write_text(jump, encoding="ascii")
            await asyncio.sleep(max(2.0, drill.scale.lasts_seconds / len(_JUMPS)))
        loaded = str(preload) in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")  # noqa: ASYNC240 - a file of the kernel
        entry.done.append(f"{self.service} {pid} with libfaketime (loaded: {loaded}) by {', '.join(_JUMPS)}")
        if services.pid(self.service) != pid:
            entry.done.append(f"it ended; {services.pid(self.service)} went on")
        await services.restart(self.service)
        await services.ready(self.service)
