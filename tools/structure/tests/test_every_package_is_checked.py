"""A new package must not slip past the tools: what the globs cannot do by themselves is demanded of it here."""

from pathlib import Path

import pytest

from structure.packages import Package, Role, find_packages
from structure.rules import own_rules

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = find_packages()
SERVICES = [package for package in PACKAGES if package.role is Role.SERVICE]
EVERY_PACKAGE = pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.module)
EVERY_SERVICE = pytest.mark.parametrize("package", SERVICES, ids=lambda package: package.module)


def test_the_packages_of_the_platform_are_found() -> None:
    found = {package.module for package in PACKAGES}

    assert found >= {"contracts", "chassis", "claims_svc", "weather_svc", "policy_svc", "notify_svc", "devstack"}


@EVERY_PACKAGE
def test_other_packages_are_checked_against_its_types(package: Package) -> None:
    assert (package.sources / "py.typed").exists()


@EVERY_SERVICE
def test_the_layers_inside_a_service_are_declared_to_the_last_module(package: Package) -> None:
    layers = [rule for rule in own_rules(package) if rule.get("containers") == [package.module]]

    assert [rule["exhaustive"] for rule in layers] == [True]


@EVERY_SERVICE
def test_a_service_has_the_rooms_of_the_skeleton(package: Package) -> None:
    rooms = {path.relative_to(package.sources).as_posix() for path in package.sources.rglob("*")}

    assert rooms >= {
        "__main__.py",
        "app.py",
        "commands.py" if (package.sources / "commands.py").exists() else "commands/__init__.py",
        "domain/__init__.py",
        "migrations",
        "repository/__init__.py",
        "settings.py",
    }
    assert (package.directory / "README.md").exists()
