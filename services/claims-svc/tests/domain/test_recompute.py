from __future__ import annotations

from datetime import UTC, datetime

from domain.loss_cases import verdict_on
from domain.random_cases import some_case
from hypothesis import given, settings

from claims_svc.domain import proof
from claims_svc.domain.case import Case
from claims_svc.domain.proof_check import differences


@settings(max_examples=100, deadline=None)
@given(claim=some_case)
def test_every_decision_can_be_made_again_from_its_proof(claim: Case) -> None:
    verdict = verdict_on(claim)
    decided_at = datetime(2021, 7, 16, 8, 0, 4, tzinfo=UTC)
    built = proof.build(claim, verdict, claim_version=1, decided_at=decided_at, previous_sha256=None)

    assert proof.recompute(built.canonical) == verdict
    assert not [found for found in differences(built.canonical) if "deciding again" in found]
