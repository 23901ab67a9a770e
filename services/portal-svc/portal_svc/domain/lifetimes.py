"""How long a session lasts."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

IDLE: Final = timedelta(hours=1)
"""Without a page asked for. As long as the session at auth-svc: ended sooner here, it would begin again unasked."""
LONGEST: Final = timedelta(hours=24)
"""After it began, however much it is used. As at auth-svc."""
TOUCHED_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use is written down: not every page costs a write."""
RENEWED_BEFORE: Final = timedelta(seconds=30)
"""How long before its end an access token is renewed: it must outlive the calls of one page."""
ENDED_KEPT: Final = timedelta(hours=12)
"""How long a session is still recognised after its end: what is entered on a page left open is kept for its owner."""
DRAFT_KEPT: Final = timedelta(days=14)
"""How long something half filled in waits for its owner."""
