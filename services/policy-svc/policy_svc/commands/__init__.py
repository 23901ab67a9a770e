"""The service's own commands, one module each."""

from __future__ import annotations

from policy_svc.commands import import_policies, republish

COMMANDS = (import_policies.COMMAND, republish.COMMAND)
