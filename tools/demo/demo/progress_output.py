"""What the demo prints while it works: one line for every step."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

WIDTH_OF_A_FILE = 180

console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Show `what` is being done, and when it is done how many seconds it took."""
    began = time.monotonic()
    with console.status(f"{what} …"):
        yield
    console.print(f"[green]✓[/] {what} [dim]{time.monotonic() - began:.1f} s[/]", highlight=False)
