"""Which servers a test gets: a database alone may be on one that runs already, who could stop servers has its own."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from devstack.pytest_plugin import LENT_DATABASES
from devstack.stack import Stack


def run_test(directory: Path, text: str, *, kind: str, lent: str) -> subprocess.CompletedProcess[str]:
    """Run one test with stacks of this kind."""
    path = directory / "test_it.py"
    path.write_text(text)
    addresses = ("KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL")
    inherited = {name: value for name, value in os.environ.items() if name not in addresses}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "devstack.pytest_plugin", "-p", "no:cacheprovider", str(path)],
        cwd=directory,
        env={**inherited, "STACK": kind, LENT_DATABASES: lent},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_database_alone_is_made_on_the_lent_server(stack: Stack, tmp_path: Path) -> None:
    place = f"@127.0.0.1:{urlsplit(stack.database_url).port}/"
    text = f"def test_it(database):\n    assert {place!r} in database\n"

    # Without addresses an external stack cannot start: none is asked for.
    done = run_test(tmp_path, text, kind="external", lent=stack.database_url)

    assert done.returncode == 0, done.stdout


def test_a_test_that_could_stop_its_servers_gets_its_own(stack: Stack, tmp_path: Path) -> None:
    text = "def test_it(database, stack):\n    assert database.split('@')[1].split('/')[0] in stack.database_url\n"

    done = run_test(tmp_path, text, kind="embedded", lent=stack.database_url)

    assert done.returncode == 0, done.stdout


def test_what_a_test_puts_into_its_environment_does_not_choose_the_sessions_servers(tmp_path: Path) -> None:
    text = (
        "def test_it(monkeypatch, request):\n"
        "    monkeypatch.setenv('KAFKA_BOOTSTRAP_SERVERS', '127.0.0.1:1')\n"
        "    assert request.getfixturevalue('database')\n"
    )

    done = run_test(tmp_path, text, kind="embedded", lent="")

    assert done.returncode == 0, done.stdout
