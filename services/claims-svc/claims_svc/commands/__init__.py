"""The service's own commands."""

from __future__ import annotations

from claims_svc.commands.assess import ASSESS
from claims_svc.commands.backtest import BACKTEST
from claims_svc.commands.claims import CLAIMS
from claims_svc.commands.overturned import OVERTURNED
from claims_svc.commands.proofs import PROOFS
from claims_svc.commands.verification import VERIFY

COMMANDS = (ASSESS, CLAIMS, OVERTURNED, PROOFS)
OFFLINE_COMMANDS = (VERIFY, BACKTEST)
