"""Positions of insured homes, which come after the policy: what waits for one, and what becomes of it."""

from __future__ import annotations

from msgspec.structs import replace

from chassis.unit_of_work import Work
from contracts.vocabulary import Location
from policy_svc.domain.positions import located
from policy_svc.domain.versions import VersionReason
from policy_svc.flows import versions
from policy_svc.repository import policies, positions
from policy_svc.repository.positions import Pending

MADE_BY = "pdok"


async def fill_in(work: Work, pending: Pending, location: Location) -> bool:
    """Record a position as a new version of its policy; False, recording nothing, when the lease was lost.

    All periods in which this very home is insured get it, those of the past too: it changes nothing of the cover, and
    a claim can be decided only with it. A policy that has another home or position by now lets this one wait no more.
    """
    number = pending.policy_number
    known = await policies.lock(work.connection, policy_numbers=[number])
    if not await positions.settle(work.connection, pending):
        return False
    policy = known[number]
    recorded_at = await policies.moment_of_change(work.connection, policy_numbers=[number], now=work.now)
    terms = located(policy.terms, address=pending.address, location=location, recorded_at=recorded_at)
    await versions.record(
        work,
        known=known,
        changed={number: replace(policy, version=policy.version + 1, terms=terms)},
        reason=VersionReason.LOCATED,
        made_by=MADE_BY,
        recorded_at=recorded_at,
        trace=None,
    )
    return True
