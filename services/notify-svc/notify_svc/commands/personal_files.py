"""Files with personal data, which only their owner may read."""

from __future__ import annotations

import os
from pathlib import Path


def save(contents: bytes, *, to: Path) -> None:
    """Write `contents`, into directories of our own where there are none; a file that was there is replaced."""
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = to.with_name(f".{to.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    # Made anew and closed to others from the first byte, whatever file or link stood there before.
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(contents)
    unfinished.replace(to)
