"""Mutants: the chassis broken on purpose, by its rooms. Each room has its module, and a list here."""

from __future__ import annotations

from mutants import access, consuming, giving_way, publishing, telemetry, timers

MUTANTS = (
    *access.MUTANTS,
    *consuming.MUTANTS,
    *giving_way.MUTANTS,
    *publishing.MUTANTS,
    *telemetry.MUTANTS,
    *timers.MUTANTS,
)
