"""Build `.venv` from requirements.lock and the packages of this repository; do nothing when it is up to date."""

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
DEVELOPMENT_TOOLS = ROOT / "requirements-dev.in"
CHECK = Path(__file__).with_name("check_requirements.py")
LOG = VENV / "install.log"
LOCK_STAMP = VENV / "locked-packages-from"
OWN_STAMP = VENV / "own-packages-from"
LOG_LINES_ON_FAILURE = 20
START_OF_LINE = "\r\x1b[K" if sys.stdout.isatty() else ""
# Personal pip settings that would send packages elsewhere than .venv or refuse the install.
PIP_SETTINGS_IN_THE_WAY = (
    "PIP_CONSTRAINT",
    "PIP_DRY_RUN",
    "PIP_NO_BINARY",
    "PIP_PREFIX",
    "PIP_PYTHON",
    "PIP_REQUIREMENT",
    "PIP_REQUIRE_HASHES",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_ROOT",
    "PIP_TARGET",
    "PYTHONHOME",
    "PYTHONPATH",
    "VIRTUAL_ENV",
)


class InstallError(Exception):
    """The install cannot go on; the message is one sentence for the reader of the terminal."""


def package_directories() -> list[Path]:
    """Every directory of this repository that holds an installable package."""
    patterns = ("*/pyproject.toml", "services/*/pyproject.toml", "deploy/*/pyproject.toml", "tools/*/pyproject.toml")
    return sorted({found.parent for pattern in patterns for found in ROOT.glob(pattern)})


def fingerprint(files: Iterable[Path]) -> str:
    """What an install step depends on: the interpreter, the place of the checkout and the contents of `files`."""
    digest = hashlib.sha256(f"{sys.version}\n{ROOT}\n".encode())
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_current(stamp: Path, *, expected: str) -> bool:
    """Whether the step that wrote `stamp` last completed with the same inputs."""
    return stamp.is_file() and stamp.read_text() == expected and VENV_PYTHON.exists()


def pip_environment() -> dict[str, str]:
    """Return the caller's environment, indexes and proxies included, without what would misplace packages."""
    kept = {name: value for name, value in os.environ.items() if name not in PIP_SETTINGS_IN_THE_WAY}
    return kept | {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def create_environment() -> None:
    """Make an empty `.venv`, replacing a half-made or outdated one.

    Raises:
        InstallError: this Python came without venv or ensurepip.
    """
    try:
        import ensurepip  # noqa: F401, PLC0415  Debian ships Python without it
        import venv  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sentence = f"Python {version} has no {missing.name}; on Debian or Ubuntu: apt install python{version}-venv"
        raise InstallError(sentence) from missing
    LOCK_STAMP.unlink(missing_ok=True)
    if VENV.exists():
        shutil.rmtree(VENV)
    report(f"Making .venv with Python {sys.version.split()[0]}")
    venv.create(VENV, with_pip=True, symlinks=True)


def run_pip(arguments: Sequence[str]) -> Iterator[str]:
    """Run pip inside `.venv`, yielding its output line by line and keeping it in the log.

    Raises:
        InstallError: pip failed; the end of its output is in the message.
    """
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--no-input", "--progress-bar=off", *arguments]
    with (
        LOG.open("a") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=pip_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as pip,
    ):
        try:
            for line in pip.stdout or ():
                log.write(line)
                yield line
        except BaseException:
            pip.terminate()
            raise
    if pip.returncode != 0:
        tail = "\n".join(LOG.read_text().splitlines()[-LOG_LINES_ON_FAILURE:])
        raise InstallError(f"{tail}\npip could not install; its whole output is in {LOG.relative_to(ROOT)}")


def install_locked() -> None:
    """Install exactly the locked files, checked by hash, never building from source.

    pip must not resolve dependencies: its older versions then ask for the newest release that the index has and refuse
    that one for not being locked. Whether the lock is complete is checked afterwards, by `check_requirements`.
    """
    locked = re.findall(r"^[a-z0-9][^ ]*==(?!.*sys_platform == 'win32')", LOCK.read_text(), flags=re.MULTILINE)
    report(f"Fetching {len(locked)} packages, each checked against requirements.lock")
    collected = 0
    options = ["--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile"]
    for line in run_pip([*options, "--requirement", str(LOCK)]):
        if line.startswith("Collecting "):
            collected += 1
            show_progress(done=collected, total=len(locked), name=line.split()[1])
        elif line.startswith("Installing collected packages"):
            report(f"Unpacking {collected} packages")


def install_own_packages(*, packages: Sequence[Path]) -> None:
    """Install the packages of this repository so that edits count at once."""
    report(f"Linking {len(packages)} packages of this repository")
    # Plain paths instead of import hooks: seen from the root of the checkout, where the directory `chassis` holds the
    # package `chassis`, a hook comes too late and the directory would be taken for the package.
    editable = [argument for package in packages for argument in ("--editable", str(package))]
    for _ in run_pip(["--no-deps", "--no-build-isolation", "--config-settings=editable_mode=compat", *editable]):
        pass


def check_requirements() -> None:
    """Check that `.venv` meets what every package in it declares.

    Raises:
        InstallError: a package is missing or has another version than one that needs it allows.
    """
    command = [str(VENV_PYTHON), str(CHECK), str(DEVELOPMENT_TOOLS)]
    checked = subprocess.run(command, env=pip_environment(), capture_output=True, text=True, check=False)
    if checked.returncode != 0:
        raise InstallError(checked.stdout.strip() or checked.stderr.strip())


def wait_for_other_installs(lock: TextIO) -> None:
    """Lock `lock` for this process; what holds it is another install in this checkout."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        report("Waiting for another install in this checkout")
        fcntl.flock(lock, fcntl.LOCK_EX)


def report(sentence: str) -> None:
    """Print a line of progress, over the counter if that stands there."""
    print(f"{START_OF_LINE}{sentence}", flush=True)


def show_progress(*, done: int, total: int, name: str) -> None:
    """Count the packages: on one line of a terminal, every twentieth one in a log."""
    text = f"  {done:3}/{total} {name}"
    if START_OF_LINE:
        print(f"{START_OF_LINE}{text[:78]}", end="", flush=True)
    elif done % 20 == 0:
        report(text)


def install() -> None:
    """Bring `.venv` up to date, redoing only the steps whose inputs changed.

    Raises:
        InstallError: something only the reader can mend.
    """
    packages = package_directories()
    with LOCK.open() as one_install_at_a_time:
        wait_for_other_installs(one_install_at_a_time)
        locked = fingerprint([LOCK])
        if not is_current(LOCK_STAMP, expected=locked):
            create_environment()
            install_locked()
            LOCK_STAMP.write_text(locked)
        own = fingerprint([LOCK, DEVELOPMENT_TOOLS, CHECK, *(package / "pyproject.toml" for package in packages)])
        if not is_current(OWN_STAMP, expected=own):
            OWN_STAMP.unlink(missing_ok=True)
            install_own_packages(packages=packages)
            check_requirements()
            OWN_STAMP.write_text(own)
            report("Installed; the commands are in .venv/bin")


def main() -> int:
    """Install, and turn what went wrong into one sentence and an exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        install()
    except InstallError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"\n.venv could not be made: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; the next make install starts afresh", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
