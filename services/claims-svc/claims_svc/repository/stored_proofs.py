"""How proofs are stored: packed, because a proof is eight times as large as what is its own in it.

Keep the dictionary as long as a database holds proofs: without it nobody can read them. `proofs export` writes them as
they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from contracts.packing import DamagedFrameError, Packing

_PROOFS: Final = Packing(Path(__file__).parent / "proofs.zstd-dictionary", level=3)
pack: Final = _PROOFS.pack


def unpack(stored: bytes) -> bytes:
    """Return a proof byte for byte as it was hashed. What is not packed is returned as it is.

    That is a proof from before migration 0006, or one that was damaged: who reads it says that it is no proof, and the
    others are still exported.
    """
    try:
        return _PROOFS.unpack(stored)
    except DamagedFrameError:
        return stored
