"""A release that appears after the lock was written changes nothing, whatever pip and Python install it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_checkout import THIS_PYTHON, Checkout

OLDEST_PIP, NEWEST_PIP = "pip==23.0", "pip"


def pythons() -> list[str]:
    """Every Python from 3.11 up on this machine: on PATH, and those that pyenv keeps."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    path = os.pathsep.join(part for part in os.get_exec_path() if not Path(part).is_relative_to(pyenv))
    names = [f"python3.{minor}" for minor in range(11, 30)]
    on_path = [found for name in names if (found := shutil.which(name, path=path))]
    kept = [str(found) for name in names for found in sorted(pyenv.glob(f"versions/*/bin/{name}"))]
    return sorted({str(Path(found).resolve()): found for found in [THIS_PYTHON, *on_path, *kept]}.values())


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
    installed = checkout.install()

    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert checkout.versions == checkout.locked_versions


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
    assert checkout.versions == checkout.locked_versions


@pytest.mark.slow
def test_this_index_is_one_that_the_oldest_pip_stumbles_over_when_it_resolves(
    checkout: Checkout, tmp_path: Path
) -> None:
    if not runs_the_oldest_pip(THIS_PYTHON):
        pytest.skip("only Python 3.11 runs pip 23.0")
    program = checkout.root / "tools/install/install.py"
    source = program.read_text()
    assert '"--no-deps", "--require-hashes"' in source
    program.write_text(source.replace('"--no-deps", "--require-hashes"', '"--require-hashes"'))

    refused = checkout.install(pip_wheel=fetch_pip(OLDEST_PIP, tmp_path))

    assert refused.returncode == 1
    assert "all requirements must have their versions pinned with ==" in refused.stderr
    assert "pip could not install; its whole output is in .venv/install.log" in refused.stderr


@pytest.mark.slow
def test_a_lock_that_lacks_what_an_extra_needs_is_refused_by_name(checkout: Checkout) -> None:
    lock = checkout.root / "requirements.lock"
    lock.write_text("".join(line for line in lock.read_text().splitlines(keepends=True) if "parser" not in line))

    refused = checkout.install()

    assert refused.returncode == 1
    assert refused.stderr == (
        '\nmeter[toml] needs parser>=1.0; extra == "toml", which requirements.lock does not bring: run make lock\n'
    )
    assert checkout.install().returncode == 1, "the next install must not take it for complete"
