"""An audit that could not ask is never a clean one."""

import json
import sys
from pathlib import Path

import pytest

from audit import SOUND, UNKNOWN, VULNERABLE, Audit, ask, pins, verdict

ANSWER = {
    "dependencies": [
        {"name": "sound", "version": "1.0", "vulns": []},
        {"name": "weak", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1", "3.0"]}]},
        {"name": "stranger", "skip_reason": "Dependency not found on PyPI and could not be audited"},
    ]
}


def program(tmp_path: Path, text: str) -> list[str | Path]:
    """Return a command that stands for pip-audit: it prints `text`."""
    file = tmp_path / "answers.py"
    file.write_text(text)
    return [sys.executable, file]


def test_what_is_vulnerable_is_told_with_the_version_that_mends_it(tmp_path: Path) -> None:
    audit = ask(["weak==2.0"], command=program(tmp_path, f"print({json.dumps(json.dumps(ANSWER))})"))

    code, text = verdict(audit)
    assert code == VULNERABLE
    assert "weak 2.0: PYSEC-1, mended in 2.1, 3.0\n" in text
    assert text.endswith("about 1 packages nobody knows: the audit is not complete.\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import sys; sys.exit('ERROR: Failed to connect')", "pip-audit ended with 1: ERROR: Failed to connect"),
        ("print('No known vulnerabilities found')", "pip-audit ended with 0: it said nothing"),
        ("import time; time.sleep(60)", "no answer in 1 s"),
    ],
)
def test_no_answer_is_said_to_be_none(tmp_path: Path, text: str, why: str) -> None:
    code, said = verdict(ask(["weak==2.0"], command=program(tmp_path, text), seconds=1))

    assert code == UNKNOWN
    assert said == f"Nothing was audited: the database of vulnerabilities cannot be reached ({why}).\n"


def test_a_package_that_the_database_does_not_know_is_not_sound() -> None:
    code, text = verdict(Audit(asked=1, unknown=["stranger: not found"]))

    assert code == UNKNOWN
    assert text.startswith("stranger: not found\n")


def test_sound_is_what_was_asked_about_and_has_nothing() -> None:
    assert verdict(Audit(asked=3)) == (SOUND, "3 packages asked about, 0 vulnerabilities.\n")


def test_every_locked_package_is_asked_about() -> None:
    wanted = pins()

    assert len(wanted) > 100
    assert all(pin.count("==") == 1 and not set(pin) & set(" ;\\") for pin in wanted)
