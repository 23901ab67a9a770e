"""System V shared memory that PostgreSQL leaves behind when it is killed outright: a segment that guards its data."""

import contextlib
import ctypes
from pathlib import Path

from devstack.waiting import wait_until

SEGMENTS = Path("/proc/sysvipc/shm")
KEY_LINE = 6
"""Line 7 of postmaster.pid holds key and id of the segment (LOCK_FILE_LINE_SHMEM_KEY in PostgreSQL)."""
IPC_RMID = 0
DEADLINE_SECONDS = 2


def remove_segment(lock_file: Path) -> None:
    """Remove the segment that a postmaster.pid names, unless a process goes on using it.

    A server that was stopped in good order has removed both; the processes of a killed one need a moment to end.
    """
    with contextlib.suppress(OSError, IndexError, ValueError):
        key, segment_id = map(int, lock_file.read_text(encoding="ascii").splitlines()[KEY_LINE].split())
        wait_until(lambda: _users_of(key, segment_id) == 0, deadline_seconds=DEADLINE_SECONDS)
        if _users_of(key, segment_id) == 0:
            ctypes.CDLL(None).shmctl(segment_id, IPC_RMID, None)


def _users_of(key: int, segment_id: int) -> int:
    """Count the processes attached to a segment; PostgreSQL writes its key unsigned, the kernel signed."""
    names, *rows = [line.split() for line in SEGMENTS.read_text(encoding="ascii").splitlines()]
    segments = [dict(zip(names, map(int, row), strict=False)) for row in rows]
    return sum(one["nattch"] for one in segments if (one["key"] % 2**32, one["shmid"]) == (key, segment_id))
