import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def install_offline() -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools/install/install.py")]
    return subprocess.run(command, env=os.environ | {"PIP_NO_INDEX": "1"}, capture_output=True, text=True, check=False)


def test_a_second_install_does_nothing_and_asks_no_network() -> None:
    install_offline()

    second = install_offline()

    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def test_the_lock_holds_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()

    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "--index-url" not in lock
