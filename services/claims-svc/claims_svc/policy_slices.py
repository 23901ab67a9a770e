"""How the claims of a policy that has many follow its new versions: in slices, each in a transaction of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from chassis.database import Connection
from chassis.giving_way import GivingWay
from chassis.unit_of_work import DueTimer, Timer, Work
from claims_svc import working_sets
from claims_svc.domain.claim import Claim
from claims_svc.repository import claims, policies, policy_changes
from contracts.policy import PolicyChanged

POLICY_SLICE = "policy-slice"
"""The timer, with a policy's number as its key, that makes the next slice of its claims follow a new version."""
SLICE_CLAIMS = 200
CLAIMS_AT_ONCE = 1_000
"""As many claims as one batch of policies advances; those of the other policies follow in slices."""


async def lock_first(
    connection: Connection, *, policy_numbers: Collection[str]
) -> tuple[Mapping[UUID, Claim], Collection[str]]:
    """Lock the claims of these policies that can all be advanced in this transaction; name the policies of the rest."""
    if not policy_numbers:
        return {}, ()
    # With one claim more than are advanced at once, a policy that has too many shows.
    found = await claims.lock_first(
        connection, policy_numbers=policy_numbers, of_each=SLICE_CLAIMS + 1, at_most=CLAIMS_AT_ONCE + 1
    )
    crowded = _crowded(found, policy_numbers=policy_numbers)
    return {claim.claim_id: claim for claim in found if claim.report.policy_number not in crowded}, crowded


def _crowded(first_claims: Sequence[Claim], *, policy_numbers: Collection[str]) -> Collection[str]:
    """Return the policies whose claims cannot all be advanced in this transaction."""
    count = Counter(claim.report.policy_number for claim in first_claims)
    crowded = {number for number in policy_numbers if count[number] > SLICE_CLAIMS}
    if len(first_claims) > CLAIMS_AT_ONCE:
        # Claims were read by policy number up to here: of this policy and all after it there may be more.
        crowded |= {number for number in policy_numbers if number >= first_claims[-1].report.policy_number}
    return crowded


async def begin(versions: Sequence[PolicyChanged], work: Work) -> None:
    """Let claims follow these versions in slices.

    Policies that have versions to follow have a timer already. It is not set again: when it fires just now, its handler
    waits for the lock on the policy that is held here.
    """
    first = await policy_changes.insert(work.connection, policies=versions)
    work.schedule(*(Timer(POLICY_SLICE, number, work.now) for number in sorted(first)))


async def follow_policies(due: Sequence[DueTimer], work: Work) -> None:
    """Let the next slice of a policy's claims follow the oldest version that not all of them have followed yet.

    One policy a transaction. The slice, how far it came and the timer for the next one are committed together.
    """
    (timer,) = due
    number = timer.key
    known = await policies.lock(work.connection, policy_numbers=[number])
    change = await policy_changes.oldest(work.connection, policy_number=number)
    if change is None:
        return
    followers = await claims.lock_slice(
        work.connection,
        policy_number=number,
        before_version=change.policy.version,
        after=change.followed_to,
        at_most=SLICE_CLAIMS,
    )
    working_set = await working_sets.load(work, known, followers, versions_behind={number: [change.policy]})
    async for claim_id in GivingWay(sorted(followers)):
        working_set.follow_policy(claim_id)
    await working_sets.store(working_set.changes, work)
    if len(followers) == SLICE_CLAIMS:
        await policy_changes.advance(work.connection, policy=change.policy, followed_to=max(followers))
    elif not await policy_changes.delete(work.connection, policy=change.policy):
        return
    work.schedule(Timer(POLICY_SLICE, number, work.now))
