"""What is deployed is a wheel: every package is built as one, and does the main job outside the checkout."""

import importlib.machinery
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from demo.platform import SERVICES

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = sorted(
    found.parent.relative_to(ROOT)
    for pattern in (
        "*/pyproject.toml",
        "services/*/pyproject.toml",
        "deploy/*/pyproject.toml",
        "tools/*/pyproject.toml",
    )
    for found in ROOT.glob(pattern)
)
MADE_BY_TOOLS = shutil.ignore_patterns("build", "*.egg-info", "__pycache__", ".*", "tests")
WHERE_MODULES_ARE = """
import json, sys
from importlib.util import find_spec
print(json.dumps([sys.path, [find_spec(name).origin for name in sys.argv[1:]]]))
"""
# The wheels are built once: tests that are spread over several processes share none of their fixtures.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def module_name(package: Path) -> str:
    return package.name.replace("-", "_")


def top_level_module(wheel: Path) -> str:
    (name,) = {path.name for path in zipfile.Path(wheel).iterdir() if not path.name.endswith(".dist-info")}
    return name


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A wheel of every package by the name of its module, built from a copy: a build leaves files in its source."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheels")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=MADE_BY_TOOLS)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*build, f"--wheel-dir={built}", *(str(source / package) for package in PACKAGES)], check=True)
    return {top_level_module(wheel): wheel for wheel in built.glob("*.whl")}


@pytest.fixture(scope="module")
def environment(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but our wheels, and a path to the locked packages of the checkout's.

    What a path file adds to the path is not searched for path files in its turn, so the links to the checkout, which
    make our packages editable there, have no effect here.
    """
    root = tmp_path_factory.mktemp("environment")
    venv.create(root, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", str(root / "bin/python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", *map(str, wheels.values())], check=True)
    (site_packages,) = root.glob("lib/python*/site-packages")
    (site_packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return root


def outside_environment() -> dict[str, str]:
    """The caller's variables but those that would lead Python or coverage back into the checkout."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTHON", "VIRTUAL_ENV"))}


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_the_wheel_holds_every_file_of_the_package(package: Path, wheels: dict[str, Path]) -> None:
    module = ROOT / package / module_name(package)
    files = {str(path.relative_to(module.parent)) for path in module.rglob("*") if path.is_file()}
    with zipfile.ZipFile(wheels[module_name(package)]) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert packed == {name for name in files if "__pycache__" not in name}


def test_the_environment_finds_our_packages_in_the_wheels_alone(environment: Path, tmp_path: Path) -> None:
    command = [str(environment / "bin/python"), "-c", WHERE_MODULES_ARE, *map(module_name, PACKAGES)]
    output = subprocess.check_output(command, cwd=tmp_path, env=outside_environment(), text=True)
    path, origins = json.loads(output)

    assert [part for part in path if Path(part).is_relative_to(ROOT)] == [sysconfig.get_path("purelib")]
    assert not [origin for origin in origins if not Path(origin).is_relative_to(environment)]
    locked = importlib.machinery.PathFinder.find_spec("contracts", [sysconfig.get_path("purelib")])
    assert locked is None, "the locked packages hold one of ours"


def test_the_main_job_runs_from_the_wheels(environment: Path, tmp_path: Path) -> None:
    assert {package.name for package in PACKAGES if package.parts[0] == "services"} == set(SERVICES)

    ended = subprocess.run(
        [str(environment / "bin/demo")],
        cwd=tmp_path,
        env=outside_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    output = tmp_path / "build/demo"
    decisions = [json.loads(line)["data"] for line in (output / "decisions.jsonl").read_text().splitlines()]
    nearest = {decision["rain"]["stations"][0]["station"]["name"] for decision in decisions if decision["rain"]}
    assert {"Ell", "Maastricht"} <= nearest
    letters = [letter.read_text() for letter in (output / "mailbox").glob("*.eml")]
    assert letters
    assert all("text/plain" in letter and "text/html" in letter for letter in letters)
    assert not (tmp_path / ".devstack").exists()
