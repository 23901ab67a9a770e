"""Renews policies on their day: by a durable timer, also when the service was down that day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from chassis.unit_of_work import DueTimer, Timer, Trace, Work
from contracts.message_requests import Occasion
from contracts.policy import PolicyChanged
from policy_svc.domain.renewal import renewed
from policy_svc.domain.versions import VersionReason
from policy_svc.flows.versions import RENEWALS, record, tell
from policy_svc.repository import policies

SLICE_POLICIES = 200
"""Renewed in one transaction; the next slice follows in another."""


async def renew_due(due: Sequence[DueTimer], work: Work) -> None:
    """Renew the next slice of what is to be renewed by the day of each timer, and set it again while there is more."""
    for timer in due:
        locked = await policies.lock_due(work.connection, on=date.fromisoformat(timer.key), limit=SLICE_POLICIES)
        await _renew(work, locked, by=date.fromisoformat(timer.key), trace=timer.trace)
        if len(locked) == SLICE_POLICIES:
            work.schedule(Timer(RENEWALS, timer.key, work.now, timer.trace))


async def _renew(work: Work, locked: Mapping[str, PolicyChanged], *, by: date, trace: Trace | None) -> None:
    """Renew those that are still to be renewed: who held the lock before may have changed that."""
    days = await policies.renewal_days(work.connection, policy_numbers=locked)
    known = {number: policy for number, policy in locked.items() if number in days and days[number] <= by}
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
        tell(work, policy, Occasion.POLICY_RENEWED, effective_on=days[number], trace=trace)
