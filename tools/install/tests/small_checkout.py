"""A small repository with the real install programs, an index of made-up wheels, and an install to watch."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PROGRAMS = Path(__file__).parents[1]
NAMES = ("plugin", "meter", "parser", "setuptools", "packaging")
THIS_PYTHON = os.path.realpath(sys.executable)

# Runs install.py with a given pip in place of the one that the Python bundles.
INSTALL_WITH_PIP = """
import subprocess, sys
import install

make_with_bundled_pip = install.create_environment

def create_environment():
    make_with_bundled_pip()
    pip = [install.VENV_PYTHON, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", sys.argv[1]]
    subprocess.run(pip, check=True)

install.create_environment = create_environment
sys.exit(install.main())
"""


class Checkout:
    """A small repository with the real install programs, one package of its own and a lock."""

    def __init__(self, root: Path, *, index: Path) -> None:
        self.root = root
        self.index = index
        shutil.copytree(PROGRAMS, root / "tools/install", ignore=shutil.ignore_patterns("tests", "__pycache__"))
        (root / "product/product").mkdir(parents=True)
        (root / "product/product/__init__.py").touch()
        (root / "product/pyproject.toml").write_text(
            '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
            '[project]\nname = "product"\nversion = "1"\ndependencies = ["plugin==1.0"]\n'
        )
        (root / "requirements-dev.in").write_text("packaging\nsetuptools\n")

    @property
    def environment(self) -> Mapping[str, str]:
        """The caller's environment, with `index` as the only source of packages."""
        return os.environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.index), "PIP_NO_CACHE_DIR": "1"}

    @property
    def locked_versions(self) -> Mapping[str, str]:
        """What requirements.lock pins."""
        lines = (self.root / "requirements.lock").read_text().splitlines()
        return dict(line.split()[0].split("==") for line in lines)

    @property
    def versions(self) -> Mapping[str, str]:
        """What is installed in `.venv`."""
        program = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
        command = [str(self.root / ".venv/bin/python"), "-c", program, *NAMES]
        return dict(zip(NAMES, subprocess.check_output(command, text=True).split(), strict=True))

    def install(self, *, python: str = THIS_PYTHON, pip_wheel: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the install to its end."""
        with self.start_install(python=python, pip_wheel=pip_wheel) as running:
            output, errors = running.communicate()
        return subprocess.CompletedProcess(running.args, running.returncode, output, errors)

    def start_install(self, *, python: str = THIS_PYTHON, pip_wheel: Path | None = None) -> subprocess.Popen[str]:
        """Start the install in a process group of its own, with the pip that `python` bundles unless told otherwise."""
        other_pip = ["-c", INSTALL_WITH_PIP, str(pip_wheel)]
        return subprocess.Popen(
            [python, *(["tools/install/install.py"] if pip_wheel is None else other_pip)],
            cwd=self.root,
            env={**self.environment, "PYTHONPATH": str(self.root / "tools/install")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
