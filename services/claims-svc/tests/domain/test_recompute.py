from __future__ import annotations

from domain.loss_cases import verdict_on
from domain.proof_cases import prove
from domain.random_cases import some_case
from hypothesis import given, settings

from claims_svc.domain import proof
from claims_svc.domain.case import Case
from claims_svc.domain.proof_check import differences


@settings(max_examples=100, deadline=None)
@given(claim=some_case)
def test_every_decision_can_be_made_again_from_its_proof(claim: Case) -> None:
    proved = prove(claim)

    assert proof.recompute(proved.canonical) == verdict_on(claim)
    assert proof.read_own(proved.canonical, sha256=proved.sha256) == proof.read(proved.canonical) == proved.document
    assert not [found for found in differences(proved.canonical) if "deciding again" in found]
