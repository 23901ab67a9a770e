"""The packages of this repository, found where they lie: adding one needs no list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class Role(StrEnum):
    """What a package is to the platform, by the directory it lies in."""

    CONTRACTS = "contracts"
    CHASSIS = "chassis"
    SERVICE = "services"
    DEPLOYMENT = "deploy"
    TOOL = "tools"


@dataclass(frozen=True)
class Package:
    """One installable package: its directory with the pyproject.toml, its role, and the name it is imported by."""

    directory: Path
    role: Role

    @property
    def module(self) -> str:
        return self.directory.name.replace("-", "_")

    @property
    def sources(self) -> Path:
        """The directory of the importable package."""
        return self.directory / self.module


def find_packages(root: Path = ROOT) -> list[Package]:
    """Return every package below `root` that can be imported, by role and name."""
    found = [*root.glob("*/pyproject.toml"), *root.glob("*/*/pyproject.toml")]
    directories = sorted(path.parent for path in found if path.relative_to(root).parts[0] in set(Role))
    packages = [Package(directory, Role(directory.relative_to(root).parts[0])) for directory in directories]
    return sorted(
        (package for package in packages if (package.sources / "__init__.py").exists()),
        key=lambda package: (list(Role).index(package.role), package.module),
    )
