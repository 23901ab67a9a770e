"""Mutants: the chassis broken on purpose, by its rooms. Each room has its module, and a list here."""

from __future__ import annotations

from mutants import consuming, publishing, timers

MUTANTS = (*consuming.MUTANTS, *publishing.MUTANTS, *timers.MUTANTS)
