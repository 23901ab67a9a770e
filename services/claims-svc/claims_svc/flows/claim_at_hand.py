"""One claim, locked with its policy, to be changed by what somebody does with it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.unit_of_work import Work
from claims_svc import working_sets
from claims_svc.domain.claim import Claim
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.supplement import Supplement
from claims_svc.domain.working_set import WorkingSet
from claims_svc.repository import claim_views


async def lock_claim(work: Work, *, reference: str, relation_number: str | None = None) -> Claim | None:
    """Lock the claim with this reference and its policy; None where there is none, or none of this relation number.

    The lock is held until the transaction ends, so that what the caller sees is what it changes.
    """
    claim_id = await claim_views.id_of(work.connection, reference=reference)
    if claim_id is None:
        return None
    _, locked = await working_sets.lock(work.connection, claim_ids=[claim_id])
    claim = locked.get(claim_id)
    if claim is None or relation_number not in {None, claim.report.policy_number.partition("-")[0]}:
        return None
    return claim


async def supplement(work: Work, claim_id: UUID, told: Supplement) -> Claim:
    """Complete a report by what was told, advance the claim, store and publish; return it as it is then."""
    working_set = await supplemented(work, claim_id, told)
    await working_sets.store(working_set.changes, work)
    return working_set.claim(claim_id)


async def supplemented(work: Work, claim_id: UUID, told: Supplement) -> WorkingSet:
    """Return what would become of a claim by what was told, without storing it."""
    known, locked = await working_sets.lock(work.connection, claim_ids=[claim_id])
    found = await working_sets.find_alike_to_supplemented(work.connection, locked[claim_id], told)
    working_set = await working_sets.load(work, known, locked, found=found)
    working_set.apply_supplement(claim_id, told)
    return working_set


async def rule(work: Work, claim_id: UUID, rulings: Sequence[Ruling]) -> Claim:
    """Decide a claim again with these rulings; return it as it is then."""
    working_set = await working_sets.load(work, *await working_sets.lock(work.connection, claim_ids=[claim_id]))
    working_set.apply_rulings(claim_id, rulings)
    await working_sets.store(working_set.changes, work)
    return working_set.claim(claim_id)


async def withdraw(work: Work, claim_id: UUID) -> Claim:
    """End a claim that was taken back; return it as it is then."""
    working_set = await working_sets.load(work, *await working_sets.lock(work.connection, claim_ids=[claim_id]))
    working_set.withdraw(claim_id)
    await working_sets.store(working_set.changes, work)
    return working_set.claim(claim_id)
