"""Who a decision is about has its proof, and anybody may check one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from claim_events import policy, rainfall_answer, report
from claims_http import ClaimsDesk, claims_answering

from claims_svc.domain.proof import sha256_of
from claims_svc.routes import proofs
from contracts.access import Role
from devstack.outside.issuer import Issuer


@pytest.fixture
async def desk(database: str, issuer: Issuer) -> AsyncIterator[ClaimsDesk]:
    async with claims_answering(database, issuer) as answering:
        yield answering


async def decided(desk: ClaimsDesk) -> str:
    """Let a claim be decided; return the address of its proof."""
    await desk.driver.policy(policy())
    (claim_id,) = await desk.driver.open_claims(report())
    await desk.driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    return f"/customers/123456/claims/{await desk.reference()}/proof"


async def test_the_proof_is_handed_out_byte_for_byte(desk: ClaimsDesk) -> None:
    path = await decided(desk)

    answer = await desk.get(path)

    (recorded,) = await desk.driver.rows("SELECT proof_sha256 FROM decision")
    assert sha256_of(answer.content) == recorded["proof_sha256"]
    assert answer.headers["content-disposition"].endswith('-v1.json"')


async def test_before_a_decision_there_is_no_proof(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.open_claims(report())
    assert (await desk.get(f"/customers/123456/claims/{await desk.reference()}/proof")).status_code == 404


async def test_anybody_may_check_a_proof_and_is_told_that_it_is_ours(desk: ClaimsDesk) -> None:
    text = (await desk.get(await decided(desk))).text

    checked = (await desk.client.post("/proof-checks", json={"proof": text})).json()

    assert checked["differences"] == []
    assert checked["is_on_record"]
    assert checked["sha256"] == sha256_of(text.encode())
    assert checked["in_letters"].replace(" ", "") == checked["sha256"][:16]


async def test_a_proof_that_was_changed_is_neither_right_nor_ours(desk: ClaimsDesk) -> None:
    text = (await desk.get(await decided(desk))).text
    forged = text.replace('"outcome":"covered"', '"outcome":"denied"')
    assert forged != text

    checked = (await desk.client.post("/proof-checks", json={"proof": forged})).json()

    assert checked["differences"]
    assert not checked["is_on_record"]


async def test_a_proof_that_fits_together_and_was_never_recorded_is_not_ours(desk: ClaimsDesk) -> None:
    text = (await desk.get(await decided(desk))).text
    document = json.loads(text)
    document["decided_at"] = "2031-01-01T00:00:00Z"
    made_up = json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False)

    checked = (await desk.client.post("/proof-checks", json={"proof": made_up})).json()

    assert checked["differences"] == []
    assert not checked["is_on_record"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"form":"water-claim-proof.v1"}'])
async def test_what_is_no_proof_is_told(desk: ClaimsDesk, text: str) -> None:
    checked = (await desk.client.post("/proof-checks", json={"proof": text})).json()
    assert checked["differences"]
    assert not checked["is_on_record"]


async def test_one_address_checks_so_many_a_minute(
    database: str, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "CHECKS_A_MINUTE", 1)
    async with claims_answering(database, issuer) as desk:
        answers = [await desk.client.post("/proof-checks", json={"proof": "{"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


async def test_a_proof_of_somebody_else_is_not_there(desk: ClaimsDesk) -> None:
    path = await decided(desk)
    assert (await desk.get(path, relation_number="654321")).status_code == 404
    assert (await desk.get(path, role=Role.OPERATOR)).status_code == 403
