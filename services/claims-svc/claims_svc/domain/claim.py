"""One claim as this service keeps it, from the report to the standing decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

from contracts.loss_reports import LossReported
from contracts.weather import RainfallAssessed

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Douglas Crockford's base 32: no I, L, O or U, which people mistake for something else."""
_REFERENCE_SHIFTS = range(45, -1, -5)


class ClaimState(StrEnum):
    """The state of a claim. Later evidence can return it to a wait; its decision stands meanwhile."""

    REPORTED = "reported"
    """Opened in this unit of work; never stored."""
    WAITING_FOR_POLICY = "waiting_for_policy"
    WAITING_FOR_RAINFALL = "waiting_for_rainfall"
    DECIDED = "decided"
    REFERRED = "referred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim. `trace` is the W3C trace context of the report that opened it.

    `policy_version` is the version of its policy under which it was advanced last; 0: the policy was unknown.
    `request_version` and `rainfall_request` (JSON of `RainfallRequested`) are those of the question about rain last
    asked; 0 and None: never asked. `claim_version` is that of the standing decision; 0: none yet.
    """

    claim_id: UUID
    claim_reference: str
    report: LossReported
    trace: str | None
    opened_at: datetime
    state: ClaimState = ClaimState.REPORTED
    policy_wait_over: bool = False
    rainfall_wait_over: bool = False
    policy_version: int = 0
    request_version: int = 0
    rainfall_request: str | None = None
    rainfall: RainfallAssessed | None = None
    claim_version: int = 0


def open_claim(report: LossReported, *, claim_id: UUID, trace: str | None, now: datetime) -> Claim:
    """Return the claim that `report` opens; everything published about it continues `trace`."""
    return Claim(
        claim_id=claim_id, claim_reference=claim_reference(claim_id), report=report, trace=trace, opened_at=now
    )


def claim_reference(claim_id: UUID) -> str:
    """Return the reference people use: W and ten letters or digits that are not mistaken for one another.

    Fifty bits can collide: the database holds references unique, and a claim that is retried gets another id.
    """
    number = int.from_bytes(blake2b(claim_id.bytes, digest_size=8).digest(), "big")
    return "W" + "".join(_CROCKFORD[number >> shift & 31] for shift in _REFERENCE_SHIFTS)
