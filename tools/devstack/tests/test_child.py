"""A child is started, talked to and ended; what goes wrong is explained with the end of its log."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.errors import DevstackError
from devstack.process.child import Child
from devstack.process.command import Command
from devstack.process.identity import identify
from devstack.process.supervisor import Supervisor
from devstack.waiting import wait_until

ECHO = "import sys; [print(line, end='', flush=True) for line in sys.stdin]"
# Starts a process in its own session, writes that one's pid, and ends.
PARENT = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid)"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(state_dir=tmp_path) as supervisor:
        yield supervisor


def start(supervisor: Supervisor, script: str, *, has_pipes: bool = False) -> Child:
    command = Command(name="script", arguments=[sys.executable, "-c", script], has_pipes=has_pipes)
    return supervisor.start(command)


def test_a_request_is_answered(supervisor: Supervisor) -> None:
    child = start(supervisor, ECHO, has_pipes=True)
    assert child.request({"rain": "40.2 mm"}) == {"rain": "40.2 mm"}


def test_a_child_that_was_killed_answers_again_once_it_is_started_again(supervisor: Supervisor) -> None:
    child = start(supervisor, ECHO, has_pipes=True)
    former_pid = child.pid
    child.kill()
    assert child.reap() == -signal.SIGKILL
    assert not child.is_running()

    child.start()
    assert child.is_running()
    assert child.pid != former_pid
    assert child.request({"rain": "40.2 mm"}) == {"rain": "40.2 mm"}


def test_a_child_that_was_started_again_ends_with_the_supervisor(supervisor: Supervisor) -> None:
    child = start(supervisor, ECHO, has_pipes=True)
    child.start()
    identity = identify(child.pid)
    assert identity is not None

    supervisor.close()
    assert not identity.is_alive()
    with pytest.raises(DevstackError, match="script was not started because the stack is being stopped"):
        child.start()


def test_the_rest_of_its_session_ends_with_a_child(supervisor: Supervisor) -> None:
    child = start(supervisor, PARENT)
    assert wait_until(lambda: not child.is_running(), deadline_seconds=10)
    grandchild = identify(int(child.log_text()))
    assert grandchild is not None

    assert child.reap() == 0
    assert wait_until(lambda: not grandchild.is_alive(), deadline_seconds=10)


def test_an_end_while_starting_is_explained_with_the_log(supervisor: Supervisor) -> None:
    child = start(supervisor, "import sys; sys.exit('no such database')")
    with pytest.raises(DevstackError, match=r"^script ended with code 1 while it was starting; the end of its log:\n"):
        child.wait_ready(lambda: False, deadline_seconds=10)
    assert child.log_text() == "no such database\n"


def test_a_request_to_a_child_that_has_ended_is_explained(supervisor: Supervisor) -> None:
    child = start(supervisor, "", has_pipes=True)
    assert child.process.wait(10) == 0
    with pytest.raises(DevstackError, match=r"^script has ended; its log is empty$"):
        child.request({})
