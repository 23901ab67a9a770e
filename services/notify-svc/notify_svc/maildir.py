"""A Maildir: what a mail server delivers stands in `new`, and what people may want to read is put aside into `cur`."""

from __future__ import annotations

from collections.abc import Container, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import time  # noqa: TID251 - a file's age is by the clock of its machine


def prepare(maildir: Path) -> None:
    """Make the directories that are not there."""
    for name in ("tmp", "new", "cur"):
        (maildir / name).mkdir(mode=0o770, parents=True, exist_ok=True)


def waiting(maildir: Path, *, besides: Container[Path], limit: int) -> Sequence[Path]:
    """Return some of what was delivered, the oldest first."""
    return sorted(path for path in (maildir / "new").iterdir() if path not in besides)[:limit]


def read(path: Path, *, most_bytes: int) -> bytes | None:
    """Return how a file begins; None when another process has taken it."""
    try:
        with path.open("rb") as file:
            return file.read(most_bytes)
    except FileNotFoundError:
        return None


def is_older(path: Path, *, than: timedelta) -> bool:
    """Whether it was delivered longer ago; not when another process has taken it."""
    try:
        return time() - path.stat().st_mtime > than.total_seconds()
    except FileNotFoundError:
        return False


def remove(path: Path) -> None:
    """Delete a file, unless another process has."""
    path.unlink(missing_ok=True)


def put_aside(path: Path) -> None:
    """Leave a file for people, unless another process has taken it."""
    with suppress(FileNotFoundError):
        path.rename(path.parent.parent / "cur" / f"{path.name}:2,")


def forget_put_aside(maildir: Path, *, after: timedelta) -> None:
    """Delete what was delivered longer ago and put aside; what cannot be deleted keeps nothing else."""
    for path in list((maildir / "cur").iterdir()):
        with suppress(OSError):
            if is_older(path, than=after):
                path.unlink()
