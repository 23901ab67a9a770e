"""`devstack run` gives a command its environment and ends every process that comes of it."""

import os
import signal
import sys
from pathlib import Path

import pytest
from launching import devstack

from devstack.process.identity import ProcessIdentity, identify
from devstack.waiting import wait_until

# Leaves the session and its parent, as a daemon does, and writes its pid.
DAEMON = (
    "import os, sys, time; os.fork() and sys.exit(); os.setsid();"
    " open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
)


def daemon_started_by_the_command(path: Path) -> ProcessIdentity:
    assert wait_until(lambda: path.exists() and path.read_text() != "", deadline_seconds=30)
    identity = identify(int(path.read_text()))
    assert identity is not None
    return identity


def test_the_exit_code_and_output_of_the_command_are_passed_on(tmp_path: Path) -> None:
    script = "echo $STACK $KAFKA_FETCH_MAX_WAIT_MS $SMPP_SYSTEM_ID; exit 7"
    with devstack("run", "--stack", "embedded", "--", "sh", "-c", script, state_dir=tmp_path) as launcher:
        assert launcher.communicate(timeout=60)[0] == "embedded 10 water\n"
    assert launcher.returncode == 7


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_daemons_of_the_command_end_with_the_launcher(tmp_path: Path, number: signal.Signals) -> None:
    pid_file = tmp_path / "pid"
    script = f'"{sys.executable}" -c "{DAEMON}" {pid_file}; sleep 60'
    with devstack(
        "run", "--stack", "embedded", "--servers-only", "--", "sh", "-c", script, state_dir=tmp_path / "state"
    ) as launcher:
        daemon = daemon_started_by_the_command(pid_file)
        launcher.send_signal(number)
        launcher.wait(30)
    assert wait_until(lambda: not daemon.is_alive(), deadline_seconds=20)


def test_a_daemon_that_outlives_the_command_ends_with_the_stack(tmp_path: Path) -> None:
    pid_file, may_end = tmp_path / "pid", tmp_path / "may-end"
    os.mkfifo(may_end)
    script = f'"{sys.executable}" -c "{DAEMON}" {pid_file}; read line <{may_end}'
    with devstack(
        "run", "--stack", "embedded", "--servers-only", "--", "sh", "-c", script, state_dir=tmp_path / "state"
    ) as launcher:
        daemon = daemon_started_by_the_command(pid_file)
        may_end.write_text("now\n")
        launcher.communicate(timeout=60)
    assert launcher.returncode == 0
    assert not daemon.is_alive()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run"], "devstack: say what to run: devstack run -- COMMAND"),
        (["up", "--topics-from", "nowhere:TOPICS"], "devstack: --topics-from nowhere:TOPICS names no topics"),
        (["up", "--stack", "external"], "devstack: KAFKA_BOOTSTRAP_SERVERS is not set"),
    ],
)
def test_a_mistake_is_answered_with_one_sentence(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    with devstack(*arguments, state_dir=tmp_path) as launcher:
        output, error = launcher.communicate(timeout=60)
    assert launcher.returncode == 1
    assert output == ""
    assert error.startswith(sentence)
    assert error.count("\n") == 1
