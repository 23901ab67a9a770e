"""A release that appears after the lock was written changes nothing, whatever pip and Python install it."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest
from wheelhouse import lock_line, make_wheel, pack_installed

PROGRAMS = Path(__file__).parents[1]
OLDEST_PIP, NEWEST_PIP = "pip==23.0", "pip"
NAMES = ("plugin", "meter", "parser", "setuptools", "packaging")

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
    def versions(self) -> Mapping[str, str]:
        """What is installed in `.venv`."""
        program = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
        command = [str(self.root / ".venv/bin/python"), "-c", program, *NAMES]
        return dict(zip(NAMES, subprocess.check_output(command, text=True).split(), strict=True))

    def install(self, *, python: str, pip_wheel: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the install, with the pip that `python` bundles unless told otherwise."""
        other_pip = ["-c", INSTALL_WITH_PIP, str(pip_wheel)]
        arguments = ["tools/install/install.py"] if pip_wheel is None else other_pip
        environment = {**self.environment, "PYTHONPATH": str(self.root / "tools/install")}
        return subprocess.run(
            [python, *arguments], cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """As it was with pytest-cov: `plugin` needs an extra of `meter`, and the index has newer releases of all."""
    index = tmp_path / "index"
    index.mkdir()
    locked = [
        make_wheel(index, "plugin", "1.0", requires=["meter[toml]>=1.0"]),
        make_wheel(index, "meter", "1.0", requires=['parser>=1.0; extra == "toml"'], extra="toml"),
        make_wheel(index, "parser", "1.0"),
        pack_installed(index, "setuptools"),
        pack_installed(index, "packaging"),
    ]
    make_wheel(index, "meter", "999", requires=['parser>=999; extra == "toml"'], extra="toml")
    for name in ("plugin", "parser", "setuptools", "packaging"):
        make_wheel(index, name, "999")
    made = Checkout(tmp_path / "checkout", index=index)
    (made.root / "requirements.lock").write_text("".join(map(lock_line, locked)))
    return made


def locked_versions(checkout: Checkout) -> dict[str, str]:
    lines = (checkout.root / "requirements.lock").read_text().splitlines()
    return dict(line.split()[0].split("==") for line in lines)


def this_python() -> str:
    return str(Path(sysconfig.get_config_var("BINDIR")) / f"python3.{sys.version_info.minor}")


def pythons() -> list[str]:
    """Every Python from 3.11 up on this machine: on PATH, and those that pyenv keeps."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    path = os.pathsep.join(part for part in os.get_exec_path() if not Path(part).is_relative_to(pyenv))
    names = [f"python3.{minor}" for minor in range(11, 30)]
    on_path = [found for name in names if (found := shutil.which(name, path=path))]
    kept = [str(found) for name in names for found in sorted(pyenv.glob(f"versions/*/bin/{name}"))]
    return sorted({str(Path(found).resolve()): found for found in [this_python(), *on_path, *kept]}.values())


def fetch_pip(requirement: str, directory: Path) -> Path:
    """Fetch a release of pip from the index that this machine uses; skip the test when there is none."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(directory), requirement]
    fetched = subprocess.run(command, capture_output=True, text=True, check=False)
    if fetched.returncode != 0:
        pytest.skip(f"{requirement} cannot be fetched from the index: {fetched.stderr.strip().splitlines()[-1]}")
    (wheel,) = directory.glob("pip-*.whl")
    return wheel


def runs_the_oldest_pip(python: str) -> bool:
    """Whether pip 23.0 runs there; Python 3.12 took away what it imports, and bundles a later one."""
    return Path(python).name == "python3.11"


def test_this_python_installs_what_is_locked(checkout: Checkout) -> None:
    installed = checkout.install(python=this_python())

    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert checkout.versions == locked_versions(checkout)


@pytest.mark.slow
@pytest.mark.parametrize("pip", [OLDEST_PIP, NEWEST_PIP])
@pytest.mark.parametrize("python", pythons())
def test_every_python_with_the_oldest_and_the_newest_pip_installs_what_is_locked(
    checkout: Checkout, python: str, pip: str, tmp_path: Path
) -> None:
    if subprocess.run([python, "-c", "import ensurepip"], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"{python} comes without ensurepip")

    bundled = pip == OLDEST_PIP and not runs_the_oldest_pip(python)
    installed = checkout.install(python=python, pip_wheel=None if bundled else fetch_pip(pip, tmp_path))

    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert checkout.versions == locked_versions(checkout)


@pytest.mark.slow
def test_this_index_is_one_that_the_oldest_pip_stumbles_over_when_it_resolves(
    checkout: Checkout, tmp_path: Path
) -> None:
    if not runs_the_oldest_pip(this_python()):
        pytest.skip("only Python 3.11 runs pip 23.0")
    program = checkout.root / "tools/install/install.py"
    source = program.read_text()
    assert '"--no-deps", "--require-hashes"' in source
    program.write_text(source.replace('"--no-deps", "--require-hashes"', '"--require-hashes"'))

    refused = checkout.install(python=this_python(), pip_wheel=fetch_pip(OLDEST_PIP, tmp_path))

    assert refused.returncode == 1
    assert "all requirements must have their versions pinned with ==" in refused.stderr
    assert "pip could not install; its whole output is in .venv/install.log" in refused.stderr


def test_a_lock_that_lacks_what_an_extra_needs_is_refused_by_name(checkout: Checkout) -> None:
    lock = checkout.root / "requirements.lock"
    lock.write_text("".join(line for line in lock.read_text().splitlines(keepends=True) if "parser" not in line))

    refused = checkout.install(python=this_python())

    assert refused.returncode == 1
    assert refused.stderr == (
        '\nmeter[toml] needs parser>=1.0; extra == "toml", which requirements.lock does not bring: run make lock\n'
    )
    assert checkout.install(python=this_python()).returncode == 1, "the next install must not take it for complete"
