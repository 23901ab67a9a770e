"""Codes of authenticator apps (RFC 6238): six digits, another every 30 seconds, as every app makes them."""

from __future__ import annotations

from datetime import datetime

from pyotp import TOTP, OTPVerificationError, random_base32

from auth_svc.domain.parameters import TOTP_STEPS_BESIDE


def new_totp_secret() -> str:
    """Return 160 bits from the system's generator, in base32: what RFC 4226 recommends and apps can read."""
    return random_base32()


def totp_uri(secret: str, *, account_name: str, issuer: str) -> str:
    """Return what an app reads from a QR code."""
    return TOTP(secret).provisioning_uri(name=account_name, issuer_name=issuer)


def matching_step(secret: str, code: str, *, now: datetime, after: int | None) -> int | None:
    """Return the time step that `code` belongs to, the present one or one beside it; None when it belongs to none.

    A code of the step `after`, the last one taken, or of an earlier one is worth nothing any more (RFC 6238 §5.2).
    """
    try:
        step = TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=TOTP_STEPS_BESIDE)
    except OTPVerificationError:
        return None
    return step if after is None or step > after else None
