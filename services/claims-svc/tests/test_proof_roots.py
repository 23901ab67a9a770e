"""New decisions enter the tree of proofs, and its signed root is published."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from claim_events import policy, rainfall_answer, report
from claims_driver import OPENED_AT, ClaimsDriver
from root_keys import ROOT_KEY

from claims_svc import proof_roots
from claims_svc.domain import merkle
from claims_svc.domain.checkpoint import PROOF_TREE, read_checkpoint
from contracts.proof_roots import ProofRootAnnounced

HOUR = timedelta(hours=1)


async def begin(driver: ClaimsDriver) -> None:
    """Set the timer as the service does when it starts."""
    driver.harness.runtime.stopping.set()
    await proof_roots.begin(driver.harness.runtime)
    driver.harness.runtime.stopping.clear()


async def decide(driver: ClaimsDriver, *, claims: int) -> None:
    """Let this many claims be decided; by the same moment, so that their order in the tree is that of their ids."""
    numbers = [f"{uuid4().int % 10**9}-531-04" for _ in range(claims)]
    await driver.policy(*(policy(policy_number=number) for number in numbers))
    claim_ids = await driver.open_claims(*(report(policy_number=number) for number in numbers))
    await driver.rain(*(rainfall_answer(claim_id, tenths_mm=402) for claim_id in claim_ids))


async def announced(driver: ClaimsDriver) -> list[ProofRootAnnounced]:
    return [event for event in await driver.published() if isinstance(event, ProofRootAnnounced)]


async def roots_of_all_proofs(driver: ClaimsDriver) -> bytes:
    """Return the root as anybody would work it out who has all proofs, in the order stated."""
    rows = await driver.rows("SELECT proof_sha256 FROM decision ORDER BY decided_at, claim_id, claim_version")
    entries = [bytes.fromhex(row["proof_sha256"]) for row in rows]
    return merkle.root(len(entries), nodes=merkle.append(entries, size=0, nodes={}))


async def test_the_first_root_is_made_when_the_service_starts_and_the_next_after_an_hour(driver: ClaimsDriver) -> None:
    await begin(driver)
    await driver.wait(seconds=0)
    assert [root.rooted_at for root in await announced(driver)] == [OPENED_AT]

    await driver.wait(minutes=59)
    assert await announced(driver) == []
    await driver.wait(minutes=1)
    assert [root.rooted_at for root in await announced(driver)] == [OPENED_AT + HOUR]


async def test_a_tree_without_proofs_has_the_root_of_an_empty_tree(driver: ClaimsDriver) -> None:
    await begin(driver)
    await driver.wait(seconds=0)

    (root,) = await announced(driver)

    assert (root.tree, root.tree_size, root.root_sha256) == (PROOF_TREE, 0, merkle.EMPTY_ROOT.hex())


async def test_a_root_covers_every_decision_in_the_order_stated_and_is_signed(driver: ClaimsDriver) -> None:
    await begin(driver)
    sizes = []
    for claims in (3, 0, 2, 6):
        if claims:
            await decide(driver, claims=claims)
        await driver.wait(hours=1)
        (root,) = await announced(driver)
        sizes.append(root.tree_size)
        checkpoint = read_checkpoint(root.checkpoint)
        assert ROOT_KEY.public_key.has_signed(checkpoint)
        assert checkpoint.root == bytes.fromhex(root.root_sha256) == await roots_of_all_proofs(driver)

    assert sizes == [3, 3, 5, 11]


async def test_a_second_version_is_an_entry_of_its_own(driver: ClaimsDriver) -> None:
    await begin(driver)
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=399))
    await driver.wait(hours=1)
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402, assessment_version=2))
    await driver.wait(hours=1)

    leaves = await driver.rows("SELECT leaf_index, claim_version FROM proof_leaf ORDER BY leaf_index")

    assert [tuple(leaf) for leaf in leaves] == [(0, 1), (1, 2)]
    assert [root.tree_size for root in await announced(driver)] == [1, 2]


async def test_more_proofs_than_enter_at_once_follow_without_waiting(
    driver: ClaimsDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof_roots, "PROOFS_AT_ONCE", 2)
    await begin(driver)
    await decide(driver, claims=5)
    await driver.wait(seconds=0)
    while await driver.harness.fire_due_timers():
        pass

    roots = await announced(driver)

    assert [root.tree_size for root in roots] == [2, 4, 5]
    assert bytes.fromhex(roots[-1].root_sha256) == await roots_of_all_proofs(driver)


async def test_starting_again_makes_a_root_and_no_second_series_of_them(driver: ClaimsDriver) -> None:
    await begin(driver)
    await driver.wait(seconds=0)
    await begin(driver)
    await driver.wait(seconds=0)
    await driver.wait(hours=1)

    assert len(await announced(driver)) == 3
    assert len(await driver.rows("SELECT FROM messaging.timer WHERE kind = 'proof-root'")) == 1


async def test_a_root_that_cannot_be_made_leaves_its_proofs_for_the_next(
    driver: ClaimsDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(driver)
    await decide(driver, claims=2)
    with monkeypatch.context() as broken:
        broken.setattr(merkle, "root", lambda *_, **__: 1 / 0)
        await driver.wait(seconds=0)
    assert await announced(driver) == []

    await driver.wait(hours=1)

    assert [root.tree_size for root in await announced(driver)] == [2]


@pytest.mark.parametrize("table", ["proof_leaf", "proof_node", "proof_root", "decision"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_what_was_announced_is_never_removed(driver: ClaimsDriver, table: str, statement: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="only grows"):
        await driver.rows(statement.format(table))


@pytest.mark.parametrize(
    "assignment", ["proof_leaf SET leaf_index = 7", "proof_node SET level = 1", "proof_root SET tree_size = 0"]
)
async def test_what_was_announced_is_never_changed(driver: ClaimsDriver, assignment: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="only grows"):
        await driver.rows(f"UPDATE {assignment}")
