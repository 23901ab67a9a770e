"""Documents name what exists, and decision records have one form."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.split()
FILES = [name for name in TRACKED if (ROOT / name).is_file()]
PAGES = [name for name in FILES if name.endswith(".md") and not name.startswith("contracts/generated/")]
RECORDS = [name for name in PAGES if re.match(r"docs/decisions/\d{4}-", name)]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
PATH = re.compile(r"`(?:\.\./)*((?:[\w-][\w.-]*/)*[\w-]+\.(?:py|sql|toml|csv|yaml|j2|md))`")
PARTS = ("Status: ", "**Context.** ", "**Decision.**", "**Consequences.**", "**Rejected.** ", "**Revisit when**")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    links = LINK.findall((ROOT / page).read_text())

    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page != "docs/adding-a-service.md"])
def test_every_file_it_names_is_there(page: str) -> None:
    named = {path for path in PATH.findall((ROOT / page).read_text()) if "NNNN" not in path}

    assert sorted(path for path in named if not any(f"/{file}".endswith(f"/{path}") for file in FILES)) == []


@pytest.mark.parametrize("record", RECORDS)
def test_a_decision_record_has_the_one_form_and_is_listed(record: str) -> None:
    text = (ROOT / record).read_text()
    places = [text.find(part) for part in PARTS]

    assert -1 not in places, dict(zip(PARTS, places, strict=True))
    assert places == sorted(places)
    assert re.search(r"^Status: \w+, 20\d\d-\d\d-\d\d", text, flags=re.MULTILINE)
    assert f"({Path(record).name})" in (ROOT / "docs/decisions/README.md").read_text()


def test_decision_records_are_listed_in_their_order() -> None:
    listed = re.findall(r"^\| \[(\d{4})\]", (ROOT / "docs/decisions/README.md").read_text(), flags=re.MULTILINE)

    assert listed == sorted(set(listed))
    assert len(listed) == len(RECORDS)
