"""How the demo finds its way into the platform that runs in containers."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.compose import secret

NAME = "KAFKA_ADMIN_PASSWORD"


def test_a_secret_of_the_environment_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(NAME, "given")

    assert secret(NAME) == "given"


def test_another_secret_is_read_from_the_file_that_make_up_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy/.env").write_text(f"OTHER=1\n{NAME}=a=b\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(NAME, raising=False)

    assert secret(NAME) == "a=b"
