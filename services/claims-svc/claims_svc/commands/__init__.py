"""The service's own commands."""

from __future__ import annotations

from claims_svc.commands.claims import CLAIMS
from claims_svc.commands.proofs import PROOFS
from claims_svc.commands.verification import VERIFY

COMMANDS = (CLAIMS, PROOFS)
OFFLINE_COMMANDS = (VERIFY,)
