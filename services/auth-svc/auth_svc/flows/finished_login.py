"""The end of every way to log in: a session begins, or it is noted that somebody has shown who they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from auth_svc.domain.origin import Origin
from auth_svc.parts import Parts
from auth_svc.repository.accounts import Account
from chassis.unit_of_work import Trace, Work


class Purpose(StrEnum):
    """What somebody logs in for."""

    LOG_IN = "log_in"
    CONFIRM_IDENTITY = "confirm_identity"
    """Who is logged in shows anew who they are, before a change (ASVS 7.5.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The secrets that are handed out, each once. One of `session` and `confirmed_identity` is there."""

    session: str | None = field(default=None, repr=False)
    device: str | None = field(default=None, repr=False)
    """Of the device, when it was not known before."""
    confirmed_identity: str | None = field(default=None, repr=False)


async def finish_login(
    work: Work,
    parts: Parts,
    account: Account,
    *,
    purpose: Purpose,
    methods: Sequence[str],
    origin: Origin,
    trace: Trace | None,
) -> Finished:
    """Open a session on a device that is remembered from now on, or confirm who it is; both are recorded."""
    raise NotImplementedError
