"""CPU time of processes, read from /proc."""

from __future__ import annotations

import os
from pathlib import Path

_MICROSECONDS_A_TICK = 1_000_000 // os.sysconf("SC_CLK_TCK")


def cpu_microseconds(pid: int) -> int:
    """Return what process `pid` has used so far, with its children: those alive, and those that have ended."""
    own = _ticks(pid, with_ended_children=True)
    living = sum(_ticks(child, with_ended_children=False) for child in _children(pid))
    return (own + living) * _MICROSECONDS_A_TICK


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(word) for word in text.split()]


def _ticks(pid: int, *, with_ended_children: bool) -> int:
    """Sum the fields utime and stime, and cutime and cstime, of proc(5)'s stat: the 14th to the 17th."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    fields = stat.rpartition(")")[2].split()
    times = fields[11:15] if with_ended_children else fields[11:13]
    return sum(int(time) for time in times)
