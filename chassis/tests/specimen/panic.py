"""What Rust code raises when it panics."""

from __future__ import annotations


class Panic(BaseException):
    """It is no `Exception`."""
