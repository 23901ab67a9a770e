"""`make demo KEEP=1`: an operator's command works by copy and paste, and what a drill kills comes back."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.stories import REFUSALS
from devstack.process.programs import answers_ok, console_script
from devstack.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

START_SECONDS = 300
RESTART_SECONDS = 60


REFUSED = sorted(refusal.reason_code for refusal in REFUSALS)


def codes(dead_letters: list[dict[str, object]]) -> list[str]:
    return sorted(str(letter["code"]) for letter in dead_letters)


class KeptDemo:
    """A demo that stays up, as its terminal shows it."""

    def __init__(self, directory: Path, *, terminal: str = "terminal.txt") -> None:
        self.directory = directory
        self.terminal = directory / terminal
        with self.terminal.open("wb") as output:
            self.process = subprocess.Popen(
                [console_script("demo"), "--stack", "embedded", "--keep"],
                cwd=directory,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_shown(self, pattern: str, *, deadline_seconds: float = RESTART_SECONDS) -> re.Match[str]:
        def found() -> re.Match[str] | None:
            return re.search(pattern, self.terminal.read_text(), re.MULTILINE)

        wait_until(lambda: found() is not None or self.process.poll() is not None, deadline_seconds=deadline_seconds)
        match = found()
        assert match is not None, self.terminal.read_text()[-2_000:]
        return match

    def kill(self, name: str) -> None:
        (record,) = self.directory.glob(".devstack/run-*/run.json")
        pids = [one["identity"]["pid"] for one in json.loads(record.read_text())["processes"] if one["name"] == name]
        os.kill(pids[-1], signal.SIGKILL)

    def dead_letters_of_claims(self) -> list[dict[str, object]]:
        """Paste the printed line of claims-svc into a shell and list its dead letters."""
        line = self.wait_shown(r"^export .*/demo_claims .*$")[0]
        listed = subprocess.run(
            ["sh", "-c", f"{line}\n{console_script('claims-svc')} dead-letters list"],
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=True,
        )
        return [json.loads(one) for one in listed.stdout.splitlines()]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeptDemo]:
    kept = KeptDemo(tmp_path_factory.mktemp("demo"))
    try:
        kept.wait_shown(r"^export .*/demo_notify ", deadline_seconds=START_SECONDS)
        yield kept
    finally:
        kept.process.kill()
        kept.process.wait()


def test_a_command_of_a_service_works_with_the_printed_line(demo: KeptDemo) -> None:
    assert codes(demo.dead_letters_of_claims()) == REFUSED


def test_an_operator_asks_all_services_with_the_printed_line(demo: KeptDemo) -> None:
    line = demo.wait_shown(r"^export WATER_.*$")[0]

    asked = subprocess.run(
        ["sh", "-c", f"{line}\n{console_script('water')} dead-letters list --json"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )

    assert codes(json.loads(asked.stdout)["dead_letters"]) == REFUSED


def test_a_service_that_is_killed_is_ready_again(demo: KeptDemo) -> None:
    port = int(demo.wait_shown(r"claims-svc: http://127\.0\.0\.1:(\d+)/ready")[1])
    demo.kill("claims-svc")

    demo.wait_shown("^claims-svc had ended and was started again$")
    assert wait_until(lambda: answers_ok(port, "/ready"), deadline_seconds=RESTART_SECONDS)


def test_a_database_server_that_is_killed_comes_back_with_its_data(demo: KeptDemo) -> None:
    demo.kill("postgres")

    demo.wait_shown("^postgres had ended and was started again$")
    assert codes(demo.dead_letters_of_claims()) == REFUSED


def test_a_second_demo_leaves_the_files_of_the_first_alone(demo: KeptDemo) -> None:
    report = demo.directory / "build/demo/report.html"
    written = report.read_bytes()

    second = KeptDemo(demo.directory, terminal="second.txt")
    try:
        second.wait_shown("^another demo writes to build/demo; this one writes to build/demo-2$")
    finally:
        second.process.send_signal(signal.SIGTERM)
        second.process.wait()

    assert report.read_bytes() == written


def test_the_embedded_broker_is_lost_when_it_is_killed_and_the_demo_ends_well(demo: KeptDemo) -> None:
    demo.kill("embedded-kafka")
    demo.wait_shown("^kafka has ended and cannot be started again: .*use STACK=jvm$")

    demo.process.send_signal(signal.SIGINT)

    assert demo.process.wait(RESTART_SECONDS) == 0
    assert not (demo.directory / ".devstack").exists()
