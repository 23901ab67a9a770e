"""The drill of an upgrade takes the right tree, and gives it what it does not know."""

import subprocess
from pathlib import Path

import pytest

from upgrade_drill import NOT_SHOWN, ROOT, bring_migrations, git, main, unpack, version_before

try:
    COMMIT = version_before()
except (subprocess.CalledProcessError, FileNotFoundError):
    pytest.skip("there is no history of git here: no version before this one", allow_module_level=True)


def test_the_version_before_lacks_the_newest_migration_and_no_more_than_came_with_it(tmp_path: Path) -> None:
    unpack(COMMIT, into=tmp_path)
    there = {file.relative_to(tmp_path) for file in tmp_path.glob("**/migrations/*.sql")}

    new = {file.relative_to(tmp_path) for file in bring_migrations(tmp_path)}

    assert new
    assert not new & there
    assert all((ROOT / file).read_text() == (tmp_path / file).read_text() for file in new)


def test_a_commit_that_is_not_here_is_said_to_be_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["upgrade_drill", "--version-before", "no-such-commit"])

    assert main() == NOT_SHOWN
    assert "there is no history of git here" in capsys.readouterr().err


def test_the_history_is_this_checkouts() -> None:
    assert git("rev-parse", "--show-toplevel") == str(ROOT)
