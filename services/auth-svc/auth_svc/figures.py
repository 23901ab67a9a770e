"""Sets the gauge of whom no password is taken of."""

from __future__ import annotations

from datetime import datetime

from auth_svc.metrics import ACCOUNTS_BLOCKED
from auth_svc.repository import wrong_passwords
from chassis.database import Connection


async def measure(connection: Connection, now: datetime) -> None:
    """Set how many addresses and devices are blocked."""
    ACCOUNTS_BLOCKED.set(await wrong_passwords.count_blocked(connection, now=now))
