"""Mutants: the product broken on purpose, by its rooms. Each room has its module with a list `MUTANTS`."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from mutants.mutant import Mutant

_ROOMS = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "mutant")

MUTANTS: tuple[Mutant, ...] = tuple(mutant for room in _ROOMS for mutant in import_module(f"{__name__}.{room}").MUTANTS)
