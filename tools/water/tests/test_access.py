"""The token and the addresses: from the environment or a file that nobody else reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from described_platform import TOKEN, DescribedPlatform

from water.access import UsageError, addresses, token


@pytest.fixture
def file(tmp_path: Path) -> Path:
    kept = tmp_path / "token"
    kept.write_text(f"{TOKEN}\n")
    kept.chmod(0o600)
    return kept


def test_a_token_comes_from_a_file_or_from_the_environment(file: Path) -> None:
    assert token(file=file, environment={"WATER_TOKEN": "another"}) == TOKEN
    assert token(file=None, environment={"WATER_TOKEN": "t", "WATER_TOKEN_FILE": str(file)}) == "t"
    assert token(file=None, environment={"WATER_TOKEN_FILE": str(file)}) == TOKEN


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_token_that_others_can_read_is_not_used(file: Path, mode: int) -> None:
    file.chmod(mode)

    with pytest.raises(UsageError, match=f"chmod 600 {file}"):
        token(file=file, environment={})


def test_without_a_token_nothing_is_asked_and_the_next_step_is_told(
    platform: DescribedPlatform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv("WATER_TOKEN")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert platform.run("health") == 2
    assert "water login, or set WATER_TOKEN" in capsys.readouterr().err

    assert platform.run("health", "--token-file", str(tmp_path / "none")) == 2
    assert "cannot be read" in capsys.readouterr().err
    (tmp_path / "empty").touch(mode=0o600)
    assert platform.run("health", "--token-file", str(tmp_path / "empty")) == 2
    assert platform.asked == []


def test_a_token_that_is_refused_is_said_to_be(
    platform: DescribedPlatform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WATER_TOKEN", "of-yesterday")

    assert platform.run("lag") == 2

    assert "Get a new token for an operator" in capsys.readouterr().err


def test_addresses_are_those_of_make_up_unless_they_are_given() -> None:
    found = addresses({"WATER_CLAIMS_URL": "https://claims.example.org/"})

    assert found["claims-svc"] == "https://claims.example.org"
    assert found["weather-svc"] == "http://127.0.0.1:8092"
    with pytest.raises(UsageError, match="WATER_POLICY_URL must be an address"):
        addresses({"WATER_POLICY_URL": "localhost:1"})


def test_a_service_that_is_new_is_asked_as_soon_as_it_has_an_address(
    platform: DescribedPlatform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert platform.run("dead-letters", "list", "--service", "reserve-svc") == 2
    assert "reserve-svc is not known" in capsys.readouterr().err
    monkeypatch.setenv("WATER_RESERVE_URL", "http://127.0.0.1:8092")

    assert platform.run("dead-letters", "list", "--service", "reserve-svc") == 0
