"""The service's own commands, one module each."""

from __future__ import annotations

from policy_svc.commands import export_policies, import_declarations, import_policies, republish

COMMANDS = (import_policies.COMMAND, export_policies.COMMAND, import_declarations.COMMAND, republish.COMMAND)
