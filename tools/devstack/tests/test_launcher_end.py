"""Whatever ends a launcher, its processes end too, and the next start finds a clean machine."""

import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from launching import all_ended, devstack, started_run, temporary_directories

from devstack.process.stale_runs import runs
from devstack.stack import Stack
from devstack.waiting import wait_until


def port_is_closed(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port or 0)) != 0


def test_a_stack_that_ends_leaves_no_process_port_or_directory(tmp_path: Path) -> None:
    with Stack(kind="embedded", outside_world=True, state_dir=tmp_path / "state", output_dir=tmp_path / "out") as stack:
        record, url = stack.supervisor.record, stack.database_url
        names = {child.name for child in record.processes}
        assert names == {"postgres", "embedded-kafka", "smtp-sink", "smsc", "otlp-sink"}
        assert temporary_directories(record)

    assert all_ended(record)
    assert not temporary_directories(record)
    assert port_is_closed(url)
    assert not (tmp_path / "state").exists()


def test_processes_end_with_a_killed_launcher_and_the_next_start_removes_its_directories(tmp_path: Path) -> None:
    with devstack("up", state_dir=tmp_path) as launcher:
        record = started_run(tmp_path)
        assert len(record.processes) + len(record.containers) == 5
        launcher.kill()

    assert wait_until(lambda: all_ended(record), deadline_seconds=10)
    with Stack(kind="embedded", state_dir=tmp_path):
        assert not temporary_directories(record)
        assert record.run_id not in {living.run_id for _, living in runs(tmp_path)}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_stack_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    with devstack("up", "--servers-only", state_dir=tmp_path / "state") as launcher:
        record = started_run(tmp_path / "state")
        launcher.send_signal(number)
        assert launcher.wait(20) == 128 + number

    assert all_ended(record)
    assert not temporary_directories(record)
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("process_name", ["initdb", "postgres", "embedded-kafka"])
def test_an_interrupt_while_starting_leaves_nothing(tmp_path: Path, process_name: str) -> None:
    def has_started() -> bool:
        return any(child.name == process_name for _, record in runs(tmp_path / "state") for child in record.processes)

    with devstack("up", "--stack", "embedded", "--servers-only", state_dir=tmp_path / "state") as launcher:
        assert wait_until(has_started, deadline_seconds=30)
        [(_, record)] = runs(tmp_path / "state")
        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(20) == 128 + signal.SIGINT

    assert all_ended(record)
    assert not temporary_directories(record)
    assert not (tmp_path / "state").exists()


def test_down_ends_what_up_holds(tmp_path: Path) -> None:
    with devstack("up", "--stack", "embedded", "--servers-only", state_dir=tmp_path / "state") as launcher:
        record = started_run(tmp_path / "state")
        with devstack("status", state_dir=tmp_path / "state") as status:
            assert f"embedded stack of process {launcher.pid}" in status.communicate(timeout=20)[0]
            assert status.returncode == 0
        with devstack("down", state_dir=tmp_path / "state") as down:
            assert down.wait(40) == 0
        assert launcher.wait(10) == 128 + signal.SIGTERM

    assert all_ended(record)
    with devstack("status", state_dir=tmp_path / "state") as status:
        assert "nothing runs here" in status.communicate(timeout=20)[0]
        assert status.returncode == 1
