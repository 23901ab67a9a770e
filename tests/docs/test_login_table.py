"""The table of what login pages must hold names a test for every number, and the tests are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/login.md"
ROWS = re.findall(r"^\| (\d+) \| (.+) \|$", PAGE.read_text(), flags=re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
PARAMETER = re.compile(r"`([A-Z][A-Z_]+)`")
HELD_BY_NO_TEST = re.compile(r"no test: \w")
"""With the reason after it: only where there is nothing to run."""


def test_every_row_of_the_list_is_answered_once() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 27))


@pytest.mark.parametrize(("number", "row"), ROWS, ids=[f"row {number}" for number, _ in ROWS])
def test_a_row_names_the_tests_that_hold_it(number: str, row: str) -> None:
    tests = TEST.findall(row)

    assert tests or HELD_BY_NO_TEST.search(row), number
    assert [f"{file}::{name}" for file, name in tests if not is_defined(file, name)] == []


def is_defined(file: str, name: str) -> bool:
    found = [
        path
        for folder in ("services", "chassis", "deploy", "tests", "tools")
        for path in ROOT.glob(f"{folder}/**/{file}")
    ]
    return any(re.search(rf"^(async )?def {name}\(", path.read_text(), flags=re.MULTILINE) for path in found)


def test_a_parameter_that_is_named_is_there() -> None:
    sources = "".join(path.read_text() for path in ROOT.glob("services/auth-svc/auth_svc/**/*.py"))
    file = ROOT / "services/auth-svc/auth_svc/settings.py"
    settings = re.findall(r"^    (\w+):", file.read_text(), flags=re.MULTILINE)
    known = {*re.findall(r"\b[A-Z][A-Z_]+\b", sources), *(name.upper() for name in settings)}

    assert sorted(set(PARAMETER.findall(PAGE.read_text())) - known) == []
