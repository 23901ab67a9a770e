"""Who writes to customers, and where customers can turn to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Insurer:
    """The insurer as letters name it. `address` is one line."""

    name: str
    phone: str
    address: str
