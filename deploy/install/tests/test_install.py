import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_a_second_install_does_nothing_and_asks_no_network() -> None:
    offline = os.environ | {"PIP_NO_INDEX": "1"}

    second = subprocess.run(
        [sys.executable, ROOT / "deploy/install/install.py"], env=offline, capture_output=True, text=True, check=False
    )

    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def test_the_lock_holds_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()

    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "--index-url" not in lock
