"""docs/adding-a-service.md is carried out on a copy of the repository: what it tells a newcomer to do works."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "adding-a-service.md"
SERVICE = "services/reserve-svc"
NAMED_WITHIN_A_LINE = re.compile(r"\*\*`([^`]+)`\*\*")


def carry_out(page: str, *, repository: Path) -> None:
    """Write every file and make every edit that `page` shows."""
    file = repository
    for line_or_block in re.split(r"(^```\w+\n.*?^```$)", page, flags=re.MULTILINE | re.DOTALL):
        block = re.fullmatch(r"```(\w+)\n(.*)```", line_or_block, flags=re.DOTALL)
        if block is None:
            for named in NAMED_WITHIN_A_LINE.findall(line_or_block):
                file = repository / named
                if file.suffix == ".typed":
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.touch()
        elif block[1] == "diff":
            edit(file, block[2])
        elif file.suffix and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block[2])


def edit(file: Path, difference: str) -> None:
    lines = difference.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    text = file.read_text()
    assert text.count(before) == 1, f"{file.name} does not hold, once: {before}"
    file.write_text(text.replace(before, after))


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with every file and every edit of the page."""
    copy = tmp_path_factory.mktemp("newcomer") / "repository"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    carry_out(PAGE.read_text(), repository=copy)
    return copy


@pytest.fixture(scope="module")
def repository(edited: Path) -> Path:
    """The copy in which the page was followed to its end."""
    run(edited, "-m", "contracts.generate")
    run(edited, "tools/install/api_descriptions.py")
    run(edited, "-m", "observability", "write")
    run(edited, "-m", "structure", "--root", str(edited), "picture")
    return edited


def run(repository: Path, *arguments: str) -> str:
    """Run Python with the packages of `repository` in front of the installed ones; return what it printed."""
    packages = sorted(path.parent for pattern in ("*", "*/*") for path in repository.glob(f"{pattern}/pyproject.toml"))
    path = os.pathsep.join(map(str, packages))
    tests = os.pathsep.join(map(str, repository.glob("*/*/tests")))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST"))}
    environment = {**inherited, "PYTHONPATH": path, "MYPYPATH": os.pathsep.join([path, tests])}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=repository,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4_000:]
    return done.stdout


def test_its_edits_fit_the_files_as_they_are(edited: Path) -> None:
    assert (edited / SERVICE / "pyproject.toml").is_file()


@pytest.mark.slow
def test_its_tests_pass(repository: Path) -> None:
    output = run(repository, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{SERVICE}/tests")

    assert "7 passed" in output


@pytest.mark.slow
def test_the_contracts_with_its_topics_are_sound(repository: Path) -> None:
    run(
        repository,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "contracts/tests",
        "tools/structure/tests",
        "deploy/tests",
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("ruff", "check", SERVICE, "contracts"),
        ("ruff", "format", "--check", SERVICE, "contracts"),
        ("mypy", f"{SERVICE}/reserve_svc", "contracts/contracts"),
        ("mypy", f"{SERVICE}/tests"),
        ("structure", "--root", ".", "rules"),
        ("structure", "--root", ".", "picture", "--check"),
        ("contracts.generate", "--check"),
        ("observability", "write", "--check"),
    ],
    ids=" ".join,
)
def test_it_passes_what_make_check_demands(repository: Path, arguments: tuple[str, ...]) -> None:
    run(repository, "-m", *arguments)


@pytest.mark.slow
def test_its_api_is_described_for_whoever_calls_it(repository: Path) -> None:
    described = json.loads((repository / "contracts/generated/openapi/reserve-svc.json").read_text())

    assert described["paths"]["/claims/{claim_id}/reserve"]["get"]["security"] == [{"accessToken": ["reserves:read"]}]
    run(repository, "tools/install/api_descriptions.py", "--check")
