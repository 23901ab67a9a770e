"""Proofs of decisions: for whom they are about to have, and for anybody to check."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.allowances import LIMIT_REACHED, Allowance
from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel, RelationNumber
from claims_svc.domain import proof, proof_check
from claims_svc.repository import claim_views, proofs
from claims_svc.routes.fields import CLAIM_PATH, ReferenceInPath
from claims_svc.routes.parts import Parts
from contracts.access import CHECK_PROOF, READ_CLAIMS
from contracts.proof_roots import short_hash

LARGEST_PROOF_CHARACTERS: Final = 50_000
"""Those of claims with many items and a month of hours have a third of it."""
CHECKS_A_MINUTE: Final = 30
"""From one address: a check decides the whole claim anew."""


class ProofToCheck(BaseModel):
    """A proof, as text: not one byte of the file may be another."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    proof: str = Field(max_length=LARGEST_PROOF_CHARACTERS, examples=['{"form":"water-claim-proof.v1"}'], repr=False)


class CheckedProof(ExactModel):
    """What a sceptical reader would find."""

    sha256: str = Field(description="Of the bytes", examples=["9f2c" * 16])
    in_letters: str = Field(description="As a letter names the proof", examples=["9f2c 9f2c 9f2c 9f2c"])
    differences: list[str] = Field(
        description="What is wrong with it, in English; empty: all that follows from something else in "
        "it was worked out again, and is the same",
        examples=[["the proof is not in canonical form"]],
    )
    is_on_record: bool = Field(
        description="Whether it is the very proof by which we decided: one who forges a proof can make all of it fit "
        "together, but not change our record",
        examples=[False],
    )


class ProofRoutes:
    """Hands out proofs and checks them. Nothing of what is checked is kept."""

    def __init__(self, parts: Parts) -> None:
        del parts
        self._checks = Allowance(a_minute=CHECKS_A_MINUTE)

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get(f"{CLAIM_PATH}/proof", operation=READ_CLAIMS, answers="application/json")(self.read_proof)
        api.post("/proof-checks", operation=CHECK_PROOF, causes_nothing=True, problems=(LIMIT_REACHED,))(
            self.check_proof
        )

    async def read_proof(
        self, relation_number: RelationNumber, reference: ReferenceInPath, reading: Reading
    ) -> Response:
        """Get the proof of the newest decision about a claim, byte for byte as it was hashed.

        It holds the rain that was measured, the facts, the rules' findings and how the sum was worked out.
        """
        found = await claim_views.find(reading.connection, reference=reference, relation_number=relation_number)
        newest = None if found is None else await proofs.newest(reading.connection, claim_id=found.claim_id)
        if newest is None:
            raise Problem(NOT_FOUND)
        name = f"{newest.claim_reference}-v{newest.claim_version}.json"
        return Response(
            newest.canonical,
            media_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def check_proof(self, asked: ProofToCheck, request: Request, reading: Reading) -> CheckedProof:
        """Check a proof from itself alone, and whether it is the one on record."""
        self._checks.take(request)
        canonical = asked.proof.encode()
        sha256 = proof.sha256_of(canonical)
        return CheckedProof(
            sha256=sha256,
            in_letters=short_hash(sha256),
            differences=proof_check.differences(canonical),
            is_on_record=await _is_on_record(reading, canonical, sha256),
        )


async def _is_on_record(reading: Reading, canonical: bytes, sha256: str) -> bool:
    try:
        document = proof.read(canonical)
    except proof.UnreadableProofError:
        return False
    recorded = await proofs.recorded_hash(
        reading.connection, claim_id=document.basis.claim_id, claim_version=document.claim_version
    )
    return recorded == sha256
