"""Every metric of auth-svc, by its name."""

from __future__ import annotations

from typing import Final

from chassis.telemetry.bounded_metrics import counter, gauge
from contracts.auth import SecurityEvent

RESULTS: Final = {
    SecurityEvent.LOGIN_SUCCEEDED: "succeeded",
    SecurityEvent.LOGIN_FAILED: "failed",
    SecurityEvent.CODE_REFUSED: "failed",
    SecurityEvent.LOGIN_BLOCKED: "blocked",
}
"""What is put on record of logins, as the metric counts it."""

LOGINS = counter(
    "auth_logins",
    "Logins that succeeded, passwords, passkeys and codes that failed, and the times that so many passwords in a row "
    "had failed that none is taken for a while",
    result=tuple(dict.fromkeys(RESULTS.values())),
)
ACCOUNTS_BLOCKED = gauge(
    "auth_accounts_blocked",
    "E-mail addresses, with or without an account, and devices of accounts of which no password is taken at the moment",
)
for _result in dict.fromkeys(RESULTS.values()):
    LOGINS.labels(_result)  # at 0 from the start, so that the first one of a kind is an increase, too
