"""What is killed from outside is started again, under the same address and with its data."""

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from devstack.errors import DevstackError
from devstack.kafka.embedded import EmbeddedKafka
from devstack.process.command import Command
from devstack.process.restarts import Restartable, keep_running
from devstack.process.supervisor import Supervisor
from devstack.stack import Stack


class EnoughError(Exception):
    """Raised by a report to leave the loop."""


def keep_running_until_reports(count: int, *parts: Restartable) -> list[str]:
    reports: list[str] = []

    def report(line: str) -> None:
        reports.append(line)
        if len(reports) == count:
            raise EnoughError

    with pytest.raises(EnoughError):
        keep_running(parts, report=report, first_pause_seconds=0)
    return reports


def killed_pid(stack: Stack, name: str) -> int:
    [pid] = [child.identity.pid for child in stack.supervisor.record.processes if child.name == name]
    os.kill(pid, signal.SIGKILL)
    return pid


def test_a_service_that_was_killed_is_started_again_and_the_other_is_left_alone(tmp_path: Path) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    with Supervisor(state_dir=tmp_path) as supervisor:
        claims = supervisor.start(Command(name="claims-svc", arguments=sleeper))
        weather = supervisor.start(Command(name="weather-svc", arguments=sleeper))
        pids = claims.pid, weather.pid
        os.kill(claims.pid, signal.SIGKILL)

        reports = keep_running_until_reports(1, weather, claims)
        assert reports == ["claims-svc had ended and was started again"]
        assert claims.is_running()
        assert (claims.pid != pids[0], weather.pid) == (True, pids[1])


async def test_a_server_that_was_killed_is_started_again_with_its_data(tmp_path: Path) -> None:
    with Stack(kind="embedded", outside_world=True, state_dir=tmp_path) as stack:
        connection = await asyncpg.connect(stack.database_url)
        await connection.execute("CREATE TABLE kept AS SELECT 402 AS tenths_mm")
        killed_pid(stack, "postgres")
        killed_pid(stack, "smsc")

        reports = keep_running_until_reports(2, *stack.servers)
        assert sorted(reports) == ["postgres had ended and was started again", "smsc had ended and was started again"]
        connection = await asyncpg.connect(stack.database_url)
        assert await connection.fetchval("SELECT tenths_mm FROM kept") == 402
        await connection.close()


def test_an_embedded_broker_that_was_killed_cannot_come_back(tmp_path: Path) -> None:
    with Supervisor(state_dir=tmp_path) as supervisor:
        kafka = EmbeddedKafka(supervisor=supervisor)
        kafka.start()
        [process] = supervisor.record.processes
        os.kill(process.identity.pid, signal.SIGKILL)

        [report] = keep_running_until_reports(1, kafka)
    assert report.startswith("kafka has ended and cannot be started again: its records were in its memory and are lost")


@dataclass
class Broken:
    """Ends at once, and cannot be started a few times."""

    failures_left: int
    name: str = "broken"
    starts: int = 0

    def is_running(self) -> bool:
        return False

    def start(self) -> None:
        self.starts += 1
        if self.starts <= self.failures_left:
            raise DevstackError("no space left on the disk")


def test_a_start_that_fails_is_reported_once_and_tried_again() -> None:
    broken = Broken(failures_left=3)

    assert keep_running_until_reports(2, broken) == [
        "broken has ended and cannot be started again: no space left on the disk",
        "broken had ended and was started again",
    ]
    assert broken.starts == 4
