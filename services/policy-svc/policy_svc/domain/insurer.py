"""Who insures, as documents name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Insurer:
    """The insurer. `address` is one line, `code` what the Dutch bureau of motor insurers knows it by."""

    name: str
    phone: str
    address: str
    code: str
