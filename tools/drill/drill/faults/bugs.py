"""A service runs with a bug in it while what makes it show happens; the checker must notice."""

from __future__ import annotations

from dataclasses import dataclass

from devstack.outside.faults import Fault as Answer
from drill.bugs.bug import DUPLICATES, POISON, SMS_ANSWER_LOST, Bug
from drill.faults import content
from drill.platform.services import CRASH_VARIABLE
from drill.report import Entry
from drill.run import Drill

_LONGEST_SECONDS = 120.0
_ANSWERS_LOST = 5


@dataclass(frozen=True, kw_only=True)
class WithBug:
    """One of the bugs, put in while reports come in.

    Once nothing moves any more the service is stopped: what it still did would be taken for another bug's.
    """

    bug: Bug
    number: str = "bug"

    @property
    def name(self) -> str:
        return self.bug.name

    async def strike(self, drill: Drill, entry: Entry) -> None:
        entry.expected = self.bug.violates
        bug, services, since = self.bug, drill.services, len(drill.services.ends)
        crash = {CRASH_VARIABLE: bug.crash_at} if bug.crash_at else {}
        await services.restart(bug.service, bug=bug.name, **crash)
        await services.start_missing()
        pid = services.pid(bug.service)
        entry.done.append(f"{bug.service} {pid} has the bug")
        if not bug.crash_at:
            await services.ready(bug.service)
        await self._provoke(drill, entry)
        if bug.crash_at:
            end = await services.until_died(bug.service, since=since, longest_seconds=_LONGEST_SECONDS)
            if end is None:
                entry.failure = f"{bug.service} did not come to {bug.crash_at}"
            else:
                await services.until_restarted(bug.service, after=pid)
                entry.done.append(f"{pid} ended with {end.code} at {bug.crash_at}; {services.pid(bug.service)} went on")

    async def _provoke(self, drill: Drill, entry: Entry) -> None:
        match self.bug.besides:
            case kind if kind == POISON:
                await content.Poison().strike(drill, entry)
            case kind if kind == DUPLICATES:
                await content.Duplicates().strike(drill, entry)
            case kind if kind == SMS_ANSWER_LOST:
                world = drill.world.stack.world
                assert world is not None  # noqa: S101 - the drill asks for the outside world
                world.set_sms_faults(Answer("*", "keep-and-drop", times=_ANSWERS_LOST))
                entry.done.append(f"{_ANSWERS_LOST} SMS were kept and their answers lost")
