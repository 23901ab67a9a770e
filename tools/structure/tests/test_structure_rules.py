"""The import rules follow from where packages lie, and break when an import goes the wrong way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from structure.packages import Role, find_packages
from structure.rules import own_rules

DIRECTORIES = ("contracts", "chassis", "services/first-svc", "services/second-svc", "tools/devstack", "tools/demo")
OWN_RULE = """
[[tool.importlinter.contracts]]
name = "own"
type = "layers"
containers = ["first_svc"]
layers = ["app", "domain"]
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two services and what stands around them."""
    for directory in DIRECTORIES:
        package = tmp_path / directory
        sources = package / package.name.replace("-", "_")
        (sources / "domain").mkdir(parents=True)
        (sources / "__init__.py").touch()
        (sources / "domain" / "__init__.py").touch()
        (sources / "app.py").touch()
        (package / "pyproject.toml").write_text(OWN_RULE if package.name == "first-svc" else "")
    return tmp_path


def run_structure(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command on `repository`, whose packages hide the real ones of the same names."""
    packages = os.pathsep.join(str(package.directory) for package in find_packages(repository))
    command = [sys.executable, "-m", "structure", "--root", str(repository), *arguments]
    environment = os.environ | {"PYTHONPATH": packages}
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)


def write(repository: Path, module: str, text: str) -> None:
    (repository / module).write_text(text + "\n")


def test_packages_are_found_with_their_roles(repository: Path) -> None:
    found = [(package.module, package.role) for package in find_packages(repository)]

    assert found == [
        ("contracts", Role.CONTRACTS),
        ("chassis", Role.CHASSIS),
        ("first_svc", Role.SERVICE),
        ("second_svc", Role.SERVICE),
        ("demo", Role.TOOL),
        ("devstack", Role.TOOL),
    ]


def test_the_rules_of_a_package_are_its_own(repository: Path) -> None:
    own = {package.module: [rule["name"] for rule in own_rules(package)] for package in find_packages(repository)}

    assert own == {name: ["own"] if name == "first_svc" else [] for name in own}


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("services/first-svc/first_svc/app.py", "import second_svc.app"),
        ("services/first-svc/first_svc/app.py", "import devstack.app"),
        ("services/first-svc/first_svc/domain/__init__.py", "import asyncpg"),
        ("services/first-svc/first_svc/domain/__init__.py", "import first_svc.app"),
        ("chassis/chassis/app.py", "import contracts.app"),
        ("tools/devstack/devstack/app.py", "import contracts.app"),
        ("tools/demo/demo/app.py", "import chassis.app"),
    ],
)
def test_an_import_the_wrong_way_breaks_a_rule(repository: Path, module: str, text: str) -> None:
    write(repository, module, text)

    done = run_structure(repository, "rules")

    assert done.returncode == 1, done.stdout
    assert "1 broken" in done.stdout


def test_a_circle_between_rooms_breaks_a_rule(repository: Path) -> None:
    for room, other in (("kafka", "postgres"), ("postgres", "kafka")):
        directory = repository / "tools/devstack/devstack" / room
        directory.mkdir()
        (directory / "__init__.py").touch()
        (directory / "server.py").write_text(f"import devstack.{other}\n")

    done = run_structure(repository, "rules")

    assert done.returncode == 1
    assert "No cycles are allowed in devstack" in done.stdout


def test_imports_the_right_way_keep_all_rules(repository: Path) -> None:
    write(repository, "services/first-svc/first_svc/app.py", "import chassis.app, contracts.app, first_svc.domain")

    done = run_structure(repository, "rules")

    assert done.returncode == 0, done.stdout


def test_the_picture_shows_who_imports_whom_and_is_known_to_be_out_of_date(repository: Path) -> None:
    (repository / "docs").mkdir()
    write(repository, "services/first-svc/first_svc/app.py", "import chassis.app, first_svc.domain")
    assert run_structure(repository, "picture").returncode == 0
    drawn = (repository / "docs/structure.md").read_text()
    write(repository, "services/first-svc/first_svc/app.py", "import contracts.app")

    checked = run_structure(repository, "picture", "--check")

    assert "  first_svc --> chassis\n" in drawn
    assert "  app --> domain\n" in drawn
    assert checked.returncode == 1
    assert checked.stderr == "docs/structure.md is out of date: run `make picture` and commit it\n"
