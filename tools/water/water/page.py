"""What is shown on a terminal: plain words and tables, in which nothing that was read can move the cursor."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH_OF_A_FILE: Final = 160
NOTHING: Final = "–"


def console() -> Console:
    """Return the terminal; a file or a pipe gets lines of one width and no colours."""
    return Console(
        file=sys.stdout,
        width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=False,
    )


def plain(value: object) -> str:
    """Return text that is only text: what a record holds must not command the terminal that shows it."""
    return "".join(
        character if character.isprintable() or character == "\n" else f"\\x{ord(character):02x}"
        for character in str(value).replace("\t", "    ")
    )


def text(value: object, *, style: str = "") -> Text:
    """Return `value` as plain text, a dash for None and yes or no for a truth."""
    shown = {None: NOTHING, True: "yes", False: "no"}[value] if value is None or isinstance(value, bool) else value
    return Text(plain(shown), style=style)


def moment(value: str | None) -> str:
    """Return a moment of an answer in UTC to the second."""
    if value is None:
        return NOTHING
    return datetime.fromisoformat(value).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def euros(cents: int | None) -> str:
    """Return an amount such as € 1,590.00."""
    if cents is None:
        return NOTHING
    return f"{'-' if cents < 0 else ''}€ {abs(cents) / 100:,.2f}"


def millimetres(tenths: int | None) -> str:
    """Return a depth of rain such as 40.2 mm."""
    return NOTHING if tenths is None else f"{tenths / 10:.1f} mm"


def words(code: str | None) -> str:
    """Return a code as words: heavy_local_precipitation, heavy local precipitation."""
    return NOTHING if code is None else code.replace("_", " ")


def fate(letter: Mapping[str, Any]) -> str:
    """Return what became of a dead letter."""
    if letter["discarded_at"] is not None:
        by, because = letter["discarded_by"] or "somebody", letter["discarded_because"] or NOTHING
        return f"discarded {moment(letter['discarded_at'])} by {by}: {because}"
    if letter["replayed_at"] is not None:
        return f"replayed {moment(letter['replayed_at'])}"
    return "open, contents erased" if letter["erased_at"] is not None else "open"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a table without frames, so that it can be copied and searched."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(text(cell) for cell in row))
    return made


def facts(pairs: Mapping[str, object]) -> Table:
    """Return pairs below one another."""
    made = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in pairs.items():
        made.add_row(text(name), text(value))
    return made


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON
    """Print for programs; what is not ASCII is escaped, so nothing reaches the terminal that commands it."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def complain(sentence: str) -> None:
    """Print on standard error what went wrong and what to do."""
    sys.stderr.write(f"water: {plain(sentence)}\n")
