"""A program to start, and how its process ends."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    """The user a process runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Command:
    """A program with its arguments, and how the process ends.

    `death_signal` is sent when the launcher dies and when the process is killed. With `has_pipes` the launcher holds
    pipes to its standard input and output; otherwise both streams go to the log, which is appended to. A command in the
    `foreground` keeps the launcher's terminal and receives its Ctrl-C. Without `environment` the launcher's is
    inherited.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] | None = None
    account: Account | None = None
    death_signal: signal.Signals = signal.SIGKILL
    has_pipes: bool = False
    foreground: bool = False
    log_path: Path | None = None
    working_directory: Path | None = None
