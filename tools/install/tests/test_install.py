from pathlib import Path

from small_checkout import Checkout

ROOT = Path(__file__).resolve().parents[3]


def test_a_second_install_does_nothing(checkout: Checkout) -> None:
    assert checkout.install().returncode == 0

    second = checkout.install()

    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def test_the_lock_holds_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()

    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "--index-url" not in lock
