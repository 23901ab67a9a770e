"""Whatever happens to an install, the next one ends with what is locked."""

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest
from small_checkout import Checkout

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _interrupts_are_not_ignored() -> Iterator[None]:
    # A shell starts background processes with SIGINT ignored, and what they start inherits that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def read_until(install: subprocess.Popen[str], beginning: str) -> None:
    assert install.stdout is not None
    assert any(line.startswith(beginning) for line in install.stdout), f"the install never said {beginning!r}"


def test_two_installs_at_once_take_turns(checkout: Checkout) -> None:
    with checkout.start_install() as first:
        read_until(first, "Making .venv")
        second = checkout.install()
        first.communicate()

    assert (first.returncode, second.returncode, second.stderr) == (0, 0, "")
    assert second.stdout == "Waiting for another install in this checkout\n"
    assert checkout.versions == checkout.locked_versions


def test_after_ctrl_c_the_next_install_starts_afresh(checkout: Checkout) -> None:
    lock = checkout.root / "requirements.lock"
    locked = lock.read_text()
    assert checkout.install().returncode == 0
    lock.write_text(locked.replace("plugin==1.0", "plugin==999"))

    with checkout.start_install() as interrupted:
        read_until(interrupted, "Fetching")
        os.killpg(interrupted.pid, signal.SIGINT)
        _, errors = interrupted.communicate()
    assert interrupted.returncode == 130
    assert "Interrupted; the next make install starts afresh" in errors

    lock.write_text(locked)
    assert checkout.install().stdout.startswith("Making .venv"), "half an environment was taken for a whole one"
    assert checkout.versions == checkout.locked_versions
