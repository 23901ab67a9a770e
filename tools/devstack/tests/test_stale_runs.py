"""Clean-up after a dead launcher touches what that launcher started and nothing else."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from devstack.process import stale_runs
from devstack.process.identity import ProcessIdentity, identify
from devstack.process.run_record import ChildRecord, RunRecord
from devstack.process.stale_runs import clean_up_stale_runs
from devstack.process.temporary_directories import PREFIX, make_temporary_directory, remove_orphans
from devstack.waiting import wait_until

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")


@contextmanager
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEPER) as process:
        try:
            yield process
        finally:
            process.kill()


def identity_of(process: subprocess.Popen[bytes]) -> ProcessIdentity:
    identity = identify(process.pid)
    assert identity is not None
    return identity


def dead_launcher() -> ProcessIdentity:
    with sleeper() as process:
        return identity_of(process)


def write_run(state_dir: Path, *children: ChildRecord, directories: list[str] | None = None) -> Path:
    run_directory = state_dir / "run-1-abc"
    run_directory.mkdir(parents=True)
    RunRecord(run_id="1-abc", launcher=dead_launcher(), processes=list(children), directories=directories or []).write(
        run_directory
    )
    return run_directory


def test_a_process_of_a_dead_launcher_is_ended(tmp_path: Path) -> None:
    with sleeper() as process:
        run_directory = write_run(tmp_path, ChildRecord("kafka", identity_of(process), SLEEPER))

        assert clean_up_stale_runs(tmp_path) == ["1-abc"]
        assert process.wait(5) == -signal.SIGKILL
    assert not run_directory.exists()


def test_a_process_is_ended_also_while_it_becomes_its_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stale_runs, "command_line", lambda _: ())  # what the kernel shows of a process meanwhile
    with sleeper() as process:
        write_run(tmp_path, ChildRecord("kafka", identity_of(process), SLEEPER))

        clean_up_stale_runs(tmp_path)
        assert process.wait(5) == -signal.SIGKILL


def test_what_a_watchdog_watches_ends_with_the_watchdog_of_a_dead_launcher(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "devstack.process.watchdog", "sh", "-c", "sleep 60 & echo $!; wait")
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        started = identify(int(process.stdout.readline()))
        write_run(tmp_path, ChildRecord("watchdog", identity_of(process), command))

        clean_up_stale_runs(tmp_path)
        assert process.wait(5) == -signal.SIGKILL
    assert started is not None
    assert wait_until(lambda: not started.is_alive(), deadline_seconds=5)


@pytest.mark.parametrize("other", [{"start_ticks": 1}, {"boot_id": "of another boot"}])
def test_a_process_that_only_has_the_same_pid_is_left_alone(tmp_path: Path, other: Mapping[str, int | str]) -> None:
    with sleeper() as process:
        foreign = ProcessIdentity(**{**asdict(identity_of(process)), **other})
        write_run(tmp_path, ChildRecord("kafka", foreign, SLEEPER))

        clean_up_stale_runs(tmp_path)
        assert process.poll() is None


def test_a_process_with_another_command_is_left_alone(tmp_path: Path) -> None:
    with sleeper() as process:
        write_run(tmp_path, ChildRecord("kafka", identity_of(process), ("/usr/bin/java", "kafka.Kafka")))

        clean_up_stale_runs(tmp_path)
        assert process.poll() is None


def test_a_living_launcher_keeps_its_processes(tmp_path: Path) -> None:
    with sleeper() as process, sleeper() as launcher:
        run_directory = write_run(tmp_path, ChildRecord("kafka", identity_of(process), SLEEPER))
        record = RunRecord.read(run_directory)
        assert record is not None
        replace(record, launcher=identity_of(launcher)).write(run_directory)

        assert clean_up_stale_runs(tmp_path) == []
        assert process.poll() is None


def test_only_directories_that_a_launcher_makes_are_removed(tmp_path: Path) -> None:
    ours, foreign = tmp_path / f"{PREFIX}1-abc-postgres", tmp_path / "photographs"
    for directory in (ours, foreign):
        directory.mkdir()
        (directory / "file").touch()
    write_run(tmp_path / "state", directories=[str(ours), str(foreign)])

    clean_up_stale_runs(tmp_path / "state")
    assert not ours.exists()
    assert (foreign / "file").exists()


def test_a_directory_of_a_dead_launcher_is_removed_even_when_its_record_is_lost() -> None:
    with sleeper() as process:
        living = make_temporary_directory("test-living", owner=identity_of(process), on_disk=False)
        orphan = make_temporary_directory("test-orphan", owner=dead_launcher(), on_disk=False)

        remove_orphans()
        assert (living.exists(), orphan.exists()) == (True, False)

    remove_orphans()
    assert not living.exists()


def test_a_launcher_in_another_container_counts_as_alive(tmp_path: Path) -> None:
    elsewhere = replace(dead_launcher(), pid_namespace="pid:[1]")
    run_directory = write_run(tmp_path)
    RunRecord(run_id="1-abc", launcher=elsewhere).write(run_directory)

    assert clean_up_stale_runs(tmp_path) == []
    assert run_directory.exists()


def test_a_signal_for_a_process_in_another_container_reaches_no_process_here() -> None:
    with sleeper() as process:
        replace(identity_of(process), pid_namespace="pid:[1]").send(signal.SIGKILL)
        identity_of(process).send(signal.SIGTERM)

        assert process.wait(5) == -signal.SIGTERM


def test_a_record_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "run-2-def").mkdir()
    (tmp_path / "run-2-def" / "run.json").write_text("{")

    assert clean_up_stale_runs(tmp_path) == []
    assert (tmp_path / "run-2-def" / "run.json").exists()
