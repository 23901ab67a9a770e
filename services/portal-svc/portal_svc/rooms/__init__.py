"""The rooms of the portal: each module here has one, named `ROOM`."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from importlib import import_module

from portal_svc.web.room import Room


def all_rooms() -> Sequence[Room]:
    """Return every room, found where it lies."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [import_module(f"{__name__}.{name}").ROOM for name in names]
