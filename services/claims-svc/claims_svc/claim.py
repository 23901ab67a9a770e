"""One claim as this service keeps it, from the report to the decision that stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

from contracts.claims import DecisionMade
from contracts.upstream import LossReported
from contracts.weather import RainfallAssessed

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Douglas Crockford's base 32: no I, L, O or U, which people mistake for something else."""
_REFERENCE_SHIFTS = range(45, -1, -5)


class ClaimState(StrEnum):
    """Where a claim stands. Evidence that arrives later can take it back to waiting; its decision stands meanwhile."""

    REPORTED = "reported"
    """Opened in this unit of work; never stored."""
    WAITING_FOR_POLICY = "waiting_for_policy"
    WAITING_FOR_RAINFALL = "waiting_for_rainfall"
    DECIDED = "decided"
    REFERRED = "referred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim. `rainfall_request` is the JSON of the question last asked; `claim_version` 0 means undecided."""

    claim_id: UUID
    claim_reference: str
    report: LossReported
    trace: str | None
    opened_at: datetime
    state: ClaimState = ClaimState.REPORTED
    policy_wait_over: bool = False
    rainfall_wait_over: bool = False
    request_version: int = 0
    rainfall_request: str | None = None
    rainfall: RainfallAssessed | None = None
    claim_version: int = 0


def open_claim(report: LossReported, *, claim_id: UUID, trace: str | None, now: datetime) -> Claim:
    """Return the claim that `report` opens; all that follows continues `trace`."""
    return Claim(
        claim_id=claim_id, claim_reference=claim_reference(claim_id), report=report, trace=trace, opened_at=now
    )


def claim_reference(claim_id: UUID) -> str:
    """Return what people read and say: W and ten letters or digits that are not mistaken for one another.

    Fifty bits can collide: the database holds references unique, and a claim that is tried again has another id.
    """
    number = int.from_bytes(blake2b(claim_id.bytes, digest_size=8).digest(), "big")
    return "W" + "".join(_CROCKFORD[number >> shift & 31] for shift in _REFERENCE_SHIFTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The versions of what a decision rests on; None where there was nothing."""

    report_version: int
    policy_version: int | None
    request_version: int | None
    assessment_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One version of a claim's decision with its proof, byte for byte what was hashed."""

    event: DecisionMade
    evidence: Evidence
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingDecision:
    """The proof of a claim's newest decision, from which the decision itself can be recomputed."""

    proof: bytes
    proof_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeductibleUse:
    """What one covered claim used of its event's deductible."""

    claim_id: UUID
    policy_number: str
    family: str
    loss_from_at: datetime
    used_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanReview:
    """New evidence speaks against the customer: decision `claim_version` stands until a handler has looked."""

    claim_id: UUID
    claim_version: int
    evidence: Evidence
    reason: str
    raised_at: datetime
