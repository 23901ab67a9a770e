"""Keys as they stand in settings: 32 bytes in base64 each, with commas between."""

from __future__ import annotations

from base64 import b64decode

KEY_BYTES = 32


def read_key(text: str) -> bytes | None:
    """Return the key that `text` holds; None when it holds none. Whoever says so does not repeat it."""
    try:
        key = b64decode(text.strip(), validate=True)
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None
