"""Renews policies on their day: by a durable timer, also when the service was down that day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from msgspec.structs import replace

from chassis.unit_of_work import DueTimer, Timer, Trace, Work
from contracts.message_requests import Occasion
from contracts.policy import PolicyChanged
from policy_svc.domain.renewal import is_last_year, renewed
from policy_svc.domain.timeline import first_difference
from policy_svc.domain.versions import VersionReason
from policy_svc.flows.versions import RENEWALS, record, tell
from policy_svc.repository import policies

SLICE_POLICIES = 200
"""Renewed in one transaction; the next slice follows in another."""
_UNTIL_UNLOCKED: Final = timedelta(seconds=1)
"""Then those are tried again that somebody else was changing."""


async def renew_due(due: Sequence[DueTimer], work: Work) -> None:
    """Renew the next slice of what is to be renewed by the day of each timer, and set it again while there is more.

    Nobody is waited for: who changes a policy may be about to set this very timer. Theirs is renewed a moment later.
    """
    for timer in due:
        by = date.fromisoformat(timer.key)
        locked = await policies.lock_due(work.connection, on=by, limit=SLICE_POLICIES)
        await _renew(work, locked, trace=timer.trace)
        if await policies.is_any_due(work.connection, on=by):
            again_at = work.now if len(locked) == SLICE_POLICIES else work.now + _UNTIL_UNLOCKED
            work.schedule(Timer(RENEWALS, timer.key, again_at, timer.trace))


async def _renew(work: Work, known: Mapping[str, PolicyChanged], *, trace: Trace | None) -> None:
    days = await policies.renewal_days(work.connection, policy_numbers=known)
    recorded_at = await policies.moment_of_change(work.connection, policy_numbers=known, now=work.now)
    changed = {
        number: replace(
            policy, version=policy.version + 1, terms=renewed(policy, on=days[number], recorded_at=recorded_at)
        )
        for number, policy in known.items()
    }
    await record(
        work,
        known=known,
        changed=changed,
        reason=VersionReason.RENEWED,
        made_by="timer",
        recorded_at=recorded_at,
        renewed_on=days,
        trace=trace,
    )
    for number, policy in changed.items():
        if not is_last_year(policy.terms, on=days[number]):
            tell(work, policy, Occasion.POLICY_RENEWED, effective_on=days[number], trace=trace)
        elif first_difference(known[number].terms, policy.terms) is not None:
            # Who gave notice is not told that they go on, but that the rest costs something else.
            tell(work, policy, Occasion.POLICY_CHANGED, effective_on=days[number], trace=trace)
