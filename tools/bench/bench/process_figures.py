"""CPU time and memory of processes, read from /proc."""

from __future__ import annotations

import os
from pathlib import Path

_MICROSECONDS_A_TICK = 1_000_000 // os.sysconf("SC_CLK_TCK")


def cpu_microseconds(pid: int) -> int:
    """Return what process `pid` has used so far, with its children: those alive, and those that have ended."""
    own = _ticks(pid, with_ended_children=True)
    living = sum(_ticks(child, with_ended_children=False) for child in _children(pid))
    return (own + living) * _MICROSECONDS_A_TICK


def compiler_cpu_microseconds(pid: int) -> int:
    """Return what the threads of process `pid` have used so far in which Java compiles what runs often."""
    threads = [path.parent for path in Path(f"/proc/{pid}/task").glob("*/comm") if _is_compiler(path)]
    ticks = sum(_sum_of_times(_read(f"{thread}/stat"), with_ended_children=False) for thread in threads)
    return ticks * _MICROSECONDS_A_TICK


def resident_mib(pid: int) -> float:
    """Return the memory that `pid` holds now."""
    return _status_mib(pid, "VmRSS:")


def highest_resident_mib(pid: int) -> float:
    """Return the most memory that `pid` has ever held."""
    return _status_mib(pid, "VmHWM:")


def milliseconds_without_core() -> float:
    """Return how long the first thread of this process has been ready to run and waited for a core."""
    times = _read("/proc/self/schedstat").split()
    return int(times[1]) / 1e6 if times else 0.0


def _status_mib(pid: int, field: str) -> float:
    lines = _read(f"/proc/{pid}/status").splitlines()
    kibibytes = next((line.split()[1] for line in lines if line.startswith(field)), "0")
    return round(int(kibibytes) / 1024, 1)


def _children(pid: int) -> list[int]:
    return [int(word) for word in _read(f"/proc/{pid}/task/{pid}/children").split()]


def _is_compiler(path: Path) -> bool:
    return _read(str(path)).startswith(("C1 Compiler", "C2 Compiler"))


def _ticks(pid: int, *, with_ended_children: bool) -> int:
    return _sum_of_times(_read(f"/proc/{pid}/stat"), with_ended_children=with_ended_children)


def _sum_of_times(stat: str, *, with_ended_children: bool) -> int:
    """Sum the fields utime and stime, and cutime and cstime, of proc(5)'s stat: the 14th to the 17th."""
    fields = stat.rpartition(")")[2].split()
    times = fields[11:15] if with_ended_children else fields[11:13]
    return sum(int(time) for time in times)


def _read(path: str) -> str:
    """Return a file of /proc; empty when the process has ended."""
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
