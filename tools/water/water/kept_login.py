"""The login of one person on this machine: a file that only they can read, with the tokens of auth-svc.

A refresh token is used up by its first use, and a second use ends the login everywhere. So one command at a time
refreshes, and what it got is on the disk before it goes on.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from water.access import UsageError

_NAME = "login.json"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
SPARE_SECONDS = 30.0
"""A token that is good for less is refreshed: a command may take as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLogin:
    """What a login was given. `good_until` is in seconds since 1970 by the clock of this machine."""

    auth: str
    """The address of the auth-svc that gave it. It is sent nowhere else."""
    client: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    good_until: float

    @property
    def is_fresh(self) -> bool:
        """Whether the access token outlasts a command."""
        return time.time() + SPARE_SECONDS < self.good_until


def directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the login is kept: outside every repository, below the home of whoever runs this."""
    state = environment.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "water"


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Let one command at a time read and change the login; the others wait."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(place / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def read(place: Path) -> KeptLogin | None:
    """Return the login that is kept, if there is one.

    Raises:
        UsageError: others can read it, or it is none.
    """
    file = place / _NAME
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the login in {file} cannot be read: {type(error).__name__}") from None
    if mode & _OTHERS:
        raise UsageError(f"others can read the login: water logout, chmod 600 {file} or not, and water login again")
    try:
        return KeptLogin(**json.loads(text))
    except (ValueError, TypeError):
        raise UsageError(f"{file} holds no login of this version: remove it, and water login") from None


def keep(login: KeptLogin, place: Path) -> None:
    """Keep a login in the place of the one before, whole or not at all."""
    draft = place / f"{_NAME}.new"
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(login), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place / _NAME)


def forget(place: Path) -> None:
    """Keep no login any more."""
    (place / _NAME).unlink(missing_ok=True)
