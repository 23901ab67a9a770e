"""Every threat of the threat model names what holds it, and that is there."""

import re
from pathlib import Path

import pytest

from contracts.topics import TOPICS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/threat-model.md").read_text()
ROWS = re.findall(r"^\| (\d+) \| (.+) \|$", PAGE, flags=re.MULTILINE)
HELD_BY = re.compile(r"`(test_\w+\.py)(?:::(test_\w+))?`")


def files_named(name: str) -> list[Path]:
    return [
        path
        for folder in ("services", "chassis", "deploy", "tests", "tools")
        for path in ROOT.glob(f"{folder}/**/{name}")
    ]


def test_rows_are_numbered_without_gaps() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, len(ROWS) + 1))
    assert len(ROWS) >= 18


@pytest.mark.parametrize(("number", "row"), ROWS, ids=[f"row {number}" for number, _ in ROWS])
def test_a_row_names_what_holds_it(number: str, row: str) -> None:
    held_by = HELD_BY.findall(row.rpartition(" | ")[2])

    assert held_by, number
    for file, name in held_by:
        texts = [path.read_text() for path in files_named(file)]
        assert texts, file
        assert not name or any(re.search(rf"^(async )?def {name}\(", text, flags=re.MULTILINE) for text in texts), name


def test_every_topic_that_strangers_write_is_named_as_a_border() -> None:
    services = {path.name for path in (ROOT / "services").iterdir()}
    written_by_others = {topic.name for topic in TOPICS if not set(topic.producers) & services}

    assert written_by_others
    assert {name for name in written_by_others if f"`{name}`" not in PAGE} == set()
