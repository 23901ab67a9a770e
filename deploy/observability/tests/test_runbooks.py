"""Every alert has a page that says what to do, and nothing on a page is made up."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from observability.rules import ALERTS, OBJECTIVES
from observability.rules.model import Alert
from observability.services import SERVICES

ROOT = Path(__file__).resolve().parents[3]
DIRECTORY = ROOT / "docs" / "runbooks"
OF_NO_ALERT = {"README.md", "restore.md"}
PAGES = sorted(path for path in DIRECTORY.glob("*.md") if path.name not in OF_NO_ALERT)
RULES = [rule for group in (*ALERTS, *OBJECTIVES) for rule in group.rules if isinstance(rule, Alert)]
PARTS = ["What it means", "How to look", "What to do", "When it is over"]
OF_WATER = {
    "claim": set(),
    "dead-letters": {"list", "show", "replay", "discard"},
    "lag": set(),
    "timers": set(),
    "outbox": set(),
    "stations": set(),
    "health": set(),
}
"""The commands of `water`, and what each can be told to do."""
CODE = "".join(
    path.read_text()
    for place in ("chassis/chassis", "services", "deploy/provision", "contracts/contracts")
    for path in (ROOT / place).rglob("*.py")
    if "tests" not in path.parts
)


def code_on(page: Path) -> list[str]:
    """What stands in the shell blocks of a page, line by line, and between its backquotes."""
    text = page.read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [*"".join(blocks).splitlines(), *re.findall(r"`([^`]+)`", prose)]


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert {rule.runbook for rule in RULES} == {str(page.relative_to(ROOT)) for page in PAGES}


def test_the_list_of_runbooks_names_each_with_what_it_asks_of_somebody() -> None:
    text = (DIRECTORY / "README.md").read_text()
    listed = dict(re.findall(r"^\| \[(\w+)\]\(\w+\.md\) \| ([\w, ]+) \|", text, flags=re.MULTILINE))
    asked = {rule.name: {each.severity.value for each in RULES if each.name == rule.name} for rule in RULES}

    assert {name: set(text.split(", ")) for name, text in listed.items()} == asked


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_says_what_how_what_to_do_and_when_it_is_over(page: Path) -> None:
    text = page.read_text()

    assert text.startswith(f"# {page.stem}\n")
    assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE) == PARTS
    assert all(len(part.split()) > 3 for part in re.split(r"^## .*$", text, flags=re.MULTILINE)[1:])


@pytest.mark.parametrize("page", [*PAGES, DIRECTORY / "README.md"], ids=lambda page: page.stem)
def test_what_a_runbook_has_somebody_type_exists(page: Path) -> None:
    assert [problem for line in code_on(page) for problem in made_up(line)] == []


def made_up(line: str) -> Iterator[str]:
    """Say what of a line does not exist: commands, services, settings, events of the log."""
    if found := re.match(r"water ([\w-]+)(?: ([a-z]+)\b)?", line):
        actions = OF_WATER.get(found[1])
        if actions is None or (actions and found[2] not in actions):
            yield line
    for service, words in re.findall(r"\b(\w+-svc|SERVICE)((?: [a-z][a-z-]+)+)", line):
        if service not in {*SERVICES, "SERVICE"}:
            yield service
        yield from (word for word in words.split() if word not in SERVICES and not in_code(f'"{word}"'))
    if re.fullmatch(r"[A-Z]+(_[A-Z]+)+", line) and not in_code(line) and not in_code(line.lower()):
        yield line
    if (event := re.search(r"(?:^|grep )([a-z_]+\.[a-z_]+)$", line)) and not in_code(f'"{event[1]}"'):
        yield line


def in_code(text: str) -> bool:
    return text in CODE
