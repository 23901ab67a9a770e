"""Temporary directories that are removed with their launcher, or at the next one's start if it was killed."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from devstack.errors import DevstackError
from devstack.process.identity import ProcessIdentity
from devstack.process.shared_memory import remove_segment

PREFIX = "water-devstack-"
OWNER_FILE = "launcher.json"
MEMORY = Path("/dev/shm")  # noqa: S108 - the directories inside are private
MEMORY_NEEDED_BYTES = 3 * 1024**3


def make_temporary_directory(name: str, *, owner: ProcessIdentity, on_disk: bool) -> Path:
    """Make a private directory that names its launcher, `owner`; `on_disk` asks for a real disk instead of memory."""
    directory = data_root(on_disk=on_disk) / f"{PREFIX}{name}"
    directory.mkdir(mode=0o700)
    (directory / OWNER_FILE).write_text(json.dumps(asdict(owner)), encoding="utf-8")
    return directory


def remove_temporary_directory(directory: Path) -> None:
    """Remove a directory that a launcher made; leave any other alone, whatever a damaged record may name."""
    if directory.name.startswith(PREFIX) and directory.is_dir() and not directory.is_symlink():
        for lock_file in directory.glob("*/postmaster.pid"):
            remove_segment(lock_file)
        shutil.rmtree(directory, ignore_errors=True)


def remove_orphans() -> None:
    """Remove directories whose launcher has ended.

    They name their launcher themselves, because its record may be gone with the checkout in which it lay.
    """
    for root in {root.resolve() for root in (MEMORY, *_disks()) if root.is_dir()}:
        for directory in root.glob(f"{PREFIX}*"):
            owner = _owner_of(directory)
            if owner is not None and not owner.is_alive():
                remove_temporary_directory(directory)


def data_root(*, on_disk: bool) -> Path:
    """Parent of the directories for data: a file system in memory where there is room, a real disk when `on_disk`.

    Making a database writes hundreds of small files, which takes a tenth of the time in memory. TMPDIR overrides the
    choice of memory.
    """
    if on_disk:
        return _first_usable([Path("/var/tmp"), *_disks()])  # noqa: S108 - the directories inside are private
    memory = [MEMORY] if "TMPDIR" not in os.environ and _memory_suffices() else []
    return _first_usable([*memory, *_disks()])


def program_root() -> Path:
    """Parent of the directory for programs that root runs under an account without rights, kept for the next run."""
    return _first_usable(path for path in (Path("/var/cache"), *_disks()) if path.is_dir() and _runs_programs(path))


def _first_usable(candidates: Iterable[Path]) -> Path:
    for candidate in candidates:
        if candidate.is_dir() and os.access(candidate, os.W_OK) and _others_can_enter(candidate):
            return candidate
    raise DevstackError("no temporary directory can be written by this user: set TMPDIR to one that can")


def _disks() -> list[Path]:
    return [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 - the directories inside are private


def _memory_suffices() -> bool:
    if not MEMORY.is_dir():
        return False
    file_system = os.statvfs(MEMORY)
    available = re.search(r"^MemAvailable:\s*(\d+) kB", Path("/proc/meminfo").read_text(encoding="ascii"), re.MULTILINE)
    free_bytes = file_system.f_bavail * file_system.f_frsize
    return available is not None and min(free_bytes, int(available.group(1)) * 1024) >= MEMORY_NEEDED_BYTES


def _runs_programs(directory: Path) -> bool:
    return not os.statvfs(directory).f_flag & os.ST_NOEXEC


def _others_can_enter(directory: Path) -> bool:
    resolved = directory.resolve()
    return os.geteuid() != 0 or all(path.stat().st_mode & 0o001 for path in (resolved, *resolved.parents))


def _owner_of(directory: Path) -> ProcessIdentity | None:
    path = directory / OWNER_FILE
    try:
        if path.lstat().st_uid != os.geteuid():
            return None
        return ProcessIdentity(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
