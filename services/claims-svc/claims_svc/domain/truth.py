"""Three-valued logic (Kleene): what nobody knows stays unknown, unless it cannot matter."""

from __future__ import annotations

from contracts.vocabulary import Truth


def all_of(*values: Truth) -> Truth:
    """Return whether every value is true: false as soon as one is false, else unknown as soon as one is unknown."""
    if Truth.FALSE in values:
        return Truth.FALSE
    return Truth.UNKNOWN if Truth.UNKNOWN in values else Truth.TRUE


def any_of(*values: Truth) -> Truth:
    """Return whether some value is true: true as soon as one is true, else unknown as soon as one is unknown."""
    if Truth.TRUE in values:
        return Truth.TRUE
    return Truth.UNKNOWN if Truth.UNKNOWN in values else Truth.FALSE


def negation(value: Truth) -> Truth:
    """Return the opposite; the opposite of unknown is unknown."""
    return _OPPOSITE[value]


def certain(*, holds: bool) -> Truth:
    return Truth.TRUE if holds else Truth.FALSE


_OPPOSITE = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.UNKNOWN: Truth.UNKNOWN}
