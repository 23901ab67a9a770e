"""Why a flow does not do what it is asked. The routes have the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto


class Reason(Enum):
    """Told apart only as far as the one who asks may know."""

    WRONG_CREDENTIALS = auto()
    """Unknown, wrong or blocked: nobody can tell which."""
    WRONG_CODE = auto()
    LOGIN_OVER = auto()
    """The login is unknown, over, or has used up its tries: begin again."""
    LINK_OVER = auto()
    """The link is unknown, used or over."""
    WEAK_PASSWORD = auto()
    COMMON_PASSWORD = auto()
    NO_MOBILE_PHONE = auto()
    NOT_A_MOBILE_PHONE = auto()
    IDENTITY_NOT_CONFIRMED = auto()
    """A change needs that somebody has just shown anew who they are."""
    ADDRESS_TAKEN = auto()
    TOO_MANY = auto()
    """A limit is reached; `Refusal.retry_after` says for how long."""
    WRONG_PASSKEY = auto()
    NOTHING_TO_CONFIRM = auto()
    WRONG_PIN = auto()
    """Wrong, or the device is unknown, has none or was forgotten."""
    GUESSABLE_PIN = auto()
    UNKNOWN_DEVICE = auto()
    NO_SUCH_AUTHENTICATOR = auto()
    NOT_SUSPENDED = auto()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Returned instead of a result. What was counted until then stays counted."""

    reason: Reason
    retry_after: timedelta | None = None
