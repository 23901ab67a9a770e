"""The line of KNMI's text files that names their columns, whether they hold hours or days of gauges."""

from __future__ import annotations

from weather_svc.reading.refusal import UnreadableError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def header_text(line: bytes) -> str:
    return line.removeprefix(BYTE_ORDER_MARK).decode("utf-8", "replace")


def column_names(line: bytes, number: int) -> list[str] | None:
    """Return the names in a header line, which is that of a station and a day; None when it is none.

    Raises:
        UnreadableError: it names a column twice.
    """
    if b"YYYYMMDD" not in line:
        return None
    names = [name.strip() for name in header_text(line).lstrip("# ").split(",")]
    if "STN" not in names or "YYYYMMDD" not in names:
        return None
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise UnreadableError(f"line {number}: the header names {twice[0]} twice; which one counts cannot be told")
    return names
