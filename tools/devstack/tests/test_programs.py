"""Programs run to their end or until they are stopped, and say why when something goes wrong."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devstack.errors import DevstackError
from devstack.process.ports import free_port
from devstack.process.programs import Program, Programs, answers_ok
from devstack.process.supervisor import Supervisor

SERVES = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("ready", flush=True)
time.sleep(60)
"""
NEVER_READY = SERVES.replace("ready", "at work")


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    with Supervisor(state_dir=tmp_path / "state") as supervisor:
        yield Programs(supervisor, tmp_path / "logs")


def program(
    script: str, *, is_ready: Callable[[str], bool] = lambda output: "ready" in output, **environment: str
) -> Program:
    return Program(name="server", arguments=[sys.executable, "-c", script], environment=environment, is_ready=is_ready)


async def test_a_command_is_given_its_environment_and_nothing_of_its_launchers(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_LAUNCHER", "x")
    script = "import os; print(os.environ['OF_ITS_OWN'], 'OF_THE_LAUNCHER' in os.environ)"

    await programs.run("command", sys.executable, "-c", script, environment={"OF_ITS_OWN": "40.2 mm"})

    assert (programs.log_directory / "command.log").read_text() == "40.2 mm False\n"


async def test_a_command_that_fails_is_reported_with_its_code_and_its_last_words(programs: Programs) -> None:
    with pytest.raises(DevstackError, match="command failed with code 1; the end of its log:\n  no such policy"):
        await programs.run("command", sys.executable, "-c", "exit('no such policy')", environment={})


async def test_a_program_is_ready_when_it_says_so_and_ends_well(programs: Programs) -> None:
    programs.start(program(SERVES))
    await programs.wait_ready("server")
    programs.check_alive()

    assert await programs.stop() == {"server": 0}
    assert programs.children == {}


async def test_what_an_earlier_start_has_printed_makes_nothing_ready(programs: Programs) -> None:
    programs.start(program(SERVES))
    await programs.wait_ready("server")
    await programs.stop("server")
    seen: list[str] = []

    def is_ready(output: str) -> bool:
        seen.append(output)
        return "at work" in output

    programs.start(program(NEVER_READY, is_ready=is_ready))
    await programs.wait_ready("server")

    assert not any("ready" in output for output in seen)
    assert (programs.log_directory / "server.log").read_text() == "ready\nat work\n"


async def test_a_program_that_ends_while_it_starts_is_reported_at_once(programs: Programs) -> None:
    programs.start(program("exit('the port is taken')"))
    with pytest.raises(DevstackError, match=r"server has ended while it was starting.*\n  the port is taken"):
        await programs.wait_ready("server")


async def test_a_program_that_has_ended_by_itself_is_noticed(programs: Programs) -> None:
    programs.start(program("print('ready'); exit('out of memory')"))
    programs.children["server"].process.wait()
    with pytest.raises(DevstackError, match=r"server has ended by itself.*\n(.*\n)*  out of memory"):
        programs.check_alive()


def test_an_address_where_nobody_listens_is_not_ok() -> None:
    assert not answers_ok(free_port(), "/ready")
