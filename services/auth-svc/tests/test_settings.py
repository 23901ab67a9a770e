"""Settings that do not fit together stop the start, and say what to change."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from auth_svc.settings import Settings

DATABASE = "postgresql://nowhere"


@pytest.mark.parametrize(
    ("connections", "at_once", "waiting", "fits"),
    [(8, 1, 1, True), (8, 2, 1, True), (8, 2, 2, False), (8, 1, 3, False), (5, 1, 1, False), (6, 1, 1, True)],
)
def test_passwords_that_are_hashed_or_wait_leave_connections_to_other_requests(
    connections: int, at_once: int, waiting: int, *, fits: bool
) -> None:
    given: dict[str, Any] = {
        "database_url": DATABASE,
        "database_connections": connections,
        "password_hashes_at_once": at_once,
        "password_hashes_waiting": waiting,
    }
    if fits:
        Settings(**given)
    else:
        with pytest.raises(ValidationError, match="lower one of them, or raise DATABASE_CONNECTIONS"):
            Settings(**given)
