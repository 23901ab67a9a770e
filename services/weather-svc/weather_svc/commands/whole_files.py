"""What the commands share that take whole files of KNMI."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from weather_svc.reading.refusal import LISTED_AT_MOST, UnreadableError

ALL_TAKEN, NOTHING_TAKEN, PARTLY_TAKEN = 0, 1, 3
"""Exit codes; 2 is a wrong call."""
_FILE_AT_MOST = 64 << 20

Counts = Counter[str]
"""Of files `taken`, `known` and `refused`; and of what is in them."""


def add_arguments(parser: argparse.ArgumentParser, *, layout: str) -> None:
    parser.epilog = (
        f"Exit code: {ALL_TAKEN} every file was taken or known already, {PARTLY_TAKEN} some were refused,"
        f" {NOTHING_TAKEN} all were. A file is taken as a whole or not at all."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=f"{layout}, also zip or gzip")
    parser.add_argument(
        "--published-at",
        type=_moment,
        metavar="MOMENT",
        help="when KNMI published the files, as 2021-07-16T09:00:00Z; else their archive says, or their last figure",
    )


def body_of(path: Path) -> bytes:
    """Return what is in a file.

    Raises:
        OSError: it cannot be read.
        UnreadableError: it is too large for a file of KNMI.
    """
    if path.stat().st_size > _FILE_AT_MOST:
        raise UnreadableError(f"it has more than {_FILE_AT_MOST >> 20} MB; pack it as zip")
    return path.read_bytes()


def name_of(path: Path) -> str:
    """Return the name of a file as text, also when its bytes are none."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def check_published_at(told: datetime | None, *, now: datetime) -> None:
    """Raise `UnreadableError` when a file is said to have been published later than now."""
    if told is not None and told > now:
        raise UnreadableError("--published-at lies in the future; say when KNMI published the file")


def refuse(path: Path, reasons: Sequence[str], *, more: int = 0) -> Counts:
    """Tell why nothing of a file was taken, and count it."""
    shown, rest = reasons[:LISTED_AT_MOST], len(reasons) - LISTED_AT_MOST
    sys.stderr.writelines(f"{path}: {reason}\n" for reason in shown)
    if more + max(rest, 0):
        sys.stderr.write(f"{path}: and {more + max(rest, 0)} more\n")
    sys.stderr.write(f"{path}: refused; nothing of it was taken\n")
    return Counter(refused=1)


def files_sentence(total: Counts) -> str:
    return f"{total['taken']} files taken, {total['known']} known already, {total['refused']} refused"


def exit_code(total: Counts) -> int:
    if not total["refused"]:
        return ALL_TAKEN
    return PARTLY_TAKEN if total["taken"] or total["known"] else NOTHING_TAKEN


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no moment; write it as 2021-07-16T09:00:00Z") from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} names no time zone; end it with Z for UTC")
    return moment
