"""A new package must not slip past the tools: each is named in every list of the root pyproject.toml."""

import tomllib
from pathlib import Path
from typing import cast

import pytest

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
IMPORT_RULES = SETTINGS["importlinter"]["contracts"]
PACKAGES = sorted(
    found.parent.relative_to(ROOT)
    for pattern in ("*/pyproject.toml", "services/*/pyproject.toml", "tools/*/pyproject.toml")
    for found in ROOT.glob(pattern)
)
DEPLOYED = [package for package in PACKAGES if package.parts[0] != "tools"]
SERVICES = [package for package in DEPLOYED if package.parts[0] == "services"]


def module_name(package: Path) -> str:
    return package.name.replace("-", "_")


def contract(name: str) -> dict[str, list[str]]:
    rules = cast("dict[str, dict[str, list[str]]]", {rule["name"]: rule for rule in IMPORT_RULES})
    assert name in rules, f"the root pyproject.toml has no import contract {name!r}"
    return rules[name]


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_mypy_finds_the_package(package: Path) -> None:
    assert f"$MYPY_CONFIG_FILE_DIR/{package}" in SETTINGS["mypy"]["mypy_path"]


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_import_linter_reads_the_package(package: Path) -> None:
    assert module_name(package) in SETTINGS["importlinter"]["root_packages"]


@pytest.mark.parametrize("package", DEPLOYED, ids=str)
def test_coverage_measures_what_is_deployed(package: Path) -> None:
    assert f"{package}/{module_name(package)}" in SETTINGS["coverage"]["run"]["source_dirs"]


@pytest.mark.parametrize("package", DEPLOYED, ids=str)
def test_what_is_deployed_may_not_import_the_machinery_for_trying_it_out(package: Path) -> None:
    rule = contract("What is deployed does not know the machinery for trying it out")

    assert module_name(package) in rule["source_modules"]


@pytest.mark.parametrize("package", SERVICES, ids=str)
def test_services_may_not_import_each_other(package: Path) -> None:
    rule = contract("Services know the chassis and the contracts, never each other")

    assert module_name(package) in rule["layers"][0].split(" | ")


@pytest.mark.parametrize("package", SERVICES, ids=str)
def test_the_rules_of_a_service_know_no_database_and_no_clock(package: Path) -> None:
    rule = contract("The rules know no database, no broker, no clock and no framework")

    assert f"{module_name(package)}.domain" in rule["source_modules"]


@pytest.mark.parametrize("package", SERVICES, ids=str)
def test_the_layers_inside_a_service_are_declared_to_the_last_module(package: Path) -> None:
    rule = contract(f"Inside {package.name} imports point inwards")

    assert rule["containers"] == [module_name(package)]
    assert rule["exhaustive"]
