"""The service's own commands, one module each."""

from __future__ import annotations

from chassis.service import Command

COMMANDS: tuple[Command, ...] = ()
