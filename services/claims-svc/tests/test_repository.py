from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from claim_events import HEAVY_RAIN_CAME_IN, POLICY_NUMBER, YES, corrected, policy, rainfall_answer, report
from claims_driver import OPENED_AT, ClaimsDriver
from msgspec.structs import replace

from chassis.migrations.runner import migrate
from claims_svc.app import MIGRATIONS
from claims_svc.domain.basis import EventUse
from claims_svc.domain.claim import Claim, ClaimState, claim_reference, open_claim
from claims_svc.domain.likeness import Found, LikeClaim, Outlines, Sought, outline_of
from claims_svc.domain.occurrence import ClaimUse, EventUses
from claims_svc.domain.product import CURRENT_PRODUCT, EVENT_LENGTH
from claims_svc.repository import (
    claims,
    claims_for_operators,
    event_uses,
    former_outlines,
    joined_reports,
    like_claims,
    policies,
    rainfall,
)
from contracts.codec import to_json
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.vocabulary import LossInterval, PerilFamily

CLAIM_ID = UUID("0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10")


def waiting_claim(claim_id: UUID = CLAIM_ID, reported: LossReported | None = None) -> Claim:
    opened = open_claim(reported or report(), claim_id=claim_id, trace=None, now=OPENED_AT)
    return replace(opened, state=ClaimState.WAITING_FOR_POLICY)


def use_of(claim_id: UUID, **changed: object) -> ClaimUse:
    usual = ClaimUse(
        claim_id=claim_id,
        policy_number=POLICY_NUMBER,
        family=PerilFamily.RAIN,
        loss_from_at=OPENED_AT,
        covered_cents=184_000,
        heavy_cents=184_000,
        either_cents=0,
        estimated_cents=184_000,
        borne_cents=25_000,
        proofs=(f"proof of {claim_id}",),
    )
    return replace(usual, **changed)


def of_others(uses: EventUses, claim_id: UUID, family: PerilFamily, moment: datetime) -> EventUse | None:
    found = uses.of_others(
        claim_id,
        policy_number=POLICY_NUMBER,
        family=family,
        loss=LossInterval(from_at=moment, until_at=moment),
        hours=CURRENT_PRODUCT.occurrence_hours,
    )
    return None if found is None else replace(found, proofs=tuple(sorted(found.proofs)))


async def test_a_policy_that_was_only_named_can_be_locked_but_is_not_known(driver: ClaimsDriver) -> None:
    async with driver.harness.pool.acquire() as connection:
        await policies.insert_placeholders(connection, policy_numbers=[POLICY_NUMBER, POLICY_NUMBER])

        assert await policies.lock(connection, policy_numbers=[POLICY_NUMBER]) == {POLICY_NUMBER: None}


async def test_an_older_version_of_a_policy_changes_nothing(driver: ClaimsDriver) -> None:
    async with driver.harness.pool.acquire() as connection:
        await policies.store(connection, policies=[policy(version=3)])
        await policies.store(connection, policies=[policy(version=2)])

        known = await policies.lock(connection, policy_numbers=[POLICY_NUMBER])

    assert known == {POLICY_NUMBER: policy(version=3)}


async def test_a_claim_is_read_as_it_was_stored(driver: ClaimsDriver) -> None:
    claim = waiting_claim()
    async with driver.harness.pool.acquire() as connection:
        await claims.insert(connection, claims=[claim])

        assert await claims.lock(connection, claim_ids=[claim.claim_id]) == {claim.claim_id: claim}
        assert await claims.of_reports(connection, report_ids=[claim.report.report_id]) == {claim.claim_id}
        assert await claims.lock_first(connection, policy_numbers=[POLICY_NUMBER], of_each=1, at_most=1) == [claim]


async def test_claims_of_one_batch_keep_what_differs_between_them(driver: ClaimsDriver) -> None:
    lasting = LossInterval(from_at=OPENED_AT, until_at=OPENED_AT + timedelta(hours=1))
    reported = [
        report(),
        report(kind=DamageKind.CONTENTS),
        replace(report(facts=LossFacts(flood_water_entered=YES)), loss=lasting, reported_at=lasting.until_at),
    ]
    opened = {UUID(int=place): waiting_claim(UUID(int=place), each) for place, each in enumerate(reported, start=1)}
    advanced = {
        claim_id: replace(claim, policy_version=claim_id.int % 2, policy_wait_over=claim_id.int == 1)
        for claim_id, claim in opened.items()
    }
    async with driver.harness.pool.acquire() as connection:
        await claims.insert(connection, claims=list(opened.values()))
        assert await claims.lock(connection, claim_ids=opened) == opened

        await claims.update(connection, claims=list(advanced.values()), now=OPENED_AT)
        assert await claims.lock(connection, claim_ids=opened) == advanced

    stored = await driver.rows("SELECT loss_from_at, loss_until_at FROM claim ORDER BY claim_id")
    assert [tuple(row) for row in stored] == [(each.loss.from_at, each.loss.until_at) for each in reported]


async def test_a_claim_is_read_with_the_reports_that_joined_it_in_their_order_and_what_was_said_first(
    driver: ClaimsDriver,
) -> None:
    others = [report(facts=LossFacts(sewer_water_entered=YES)) for _ in range(3)]
    claim = waiting_claim()
    for other in others:
        claim = claim.joined_by(other)
    claim = replace(claim, possible_duplicate_of=UUID(int=1))
    async with driver.harness.pool.acquire() as connection:
        await claims.insert(connection, claims=[claim])
        await joined_reports.store(connection, joined=[(CLAIM_ID, other) for other in others], now=OPENED_AT)
        await former_outlines.insert(connection, outlines=[(CLAIM_ID, outline) for outline in claim.former])

        for other in others:
            assert await claims.of_reports(connection, report_ids=[other.report_id]) == {CLAIM_ID}
            assert await claims.lock(connection, claim_ids=[CLAIM_ID]) == {CLAIM_ID: claim}
            shown = await claims_for_operators.of_report(connection, report_id=other.report_id)
            assert shown is not None
            assert (shown["claim_id"], shown["possible_duplicate_of"]) == (CLAIM_ID, UUID(int=1))


async def test_a_report_that_joined_is_replaced_in_its_place_and_can_be_deleted(driver: ClaimsDriver) -> None:
    first, second = report(), report()
    claim = waiting_claim().joined_by(first).joined_by(second)
    newer = corrected(first, channel=ReportChannel.PHONE)
    async with driver.harness.pool.acquire() as connection:
        await claims.insert(connection, claims=[claim])
        await joined_reports.store(connection, joined=[(CLAIM_ID, first), (CLAIM_ID, second)], now=OPENED_AT)
        await joined_reports.store(connection, joined=[(CLAIM_ID, newer)], now=OPENED_AT)
        rows = await joined_reports.of_claim(connection, claim_id=CLAIM_ID)
        await joined_reports.delete(connection, report_ids=[second.report_id], by_hand=False, now=OPENED_AT)

        locked = await claims.lock(connection, claim_ids=[CLAIM_ID])

    assert [(row["report_id"], row["report_version"], row["channel"]) for row in rows] == [
        (first.report_id, 2, "phone"),
        (second.report_id, 1, "app"),
    ]
    assert locked[CLAIM_ID].joined == (newer,)


async def test_a_corrected_report_replaces_all_that_was_concluded_from_the_one_before(driver: ClaimsDriver) -> None:
    claim = waiting_claim()
    reported = corrected(
        claim.report,
        policy_number="654321-531-04",
        loss=LossInterval(from_at=OPENED_AT, until_at=OPENED_AT + timedelta(hours=1)),
        facts=LossFacts(flood_water_entered=YES),
        damage=report(kind=DamageKind.CONTENTS, damage_cents=5).damage,
    )
    restated = claim.corrected_by(reported, possible_duplicate_of=UUID(int=7))
    async with driver.harness.pool.acquire() as connection:
        await claims.insert(connection, claims=[claim])

        await claims.restate(connection, claims=[restated])
        await former_outlines.insert(connection, outlines=[(CLAIM_ID, claim.outline)])

        assert await claims.lock(connection, claim_ids=[CLAIM_ID]) == {CLAIM_ID: restated}
        assert restated.statement is not None


def _random_report(chance: random.Random) -> LossReported:
    loss_at = OPENED_AT + timedelta(
        minutes=chance.choice([0, 60, 61, 1_500, 4_319, 4_320, 40_000]) * chance.choice([1, -1])
    )
    facts = chance.choice([LossFacts(), LossFacts(flood_water_entered=YES), LossFacts(groundwater_entered=YES)])
    damage = [
        DamageItem(kind=chance.choice(list(DamageKind)), amount_cents=chance.choice([1, 2]))
        for _ in range(chance.choice([0, 1, 1, 2, 2]))
    ]
    return report(
        policy_number=chance.choice([POLICY_NUMBER, "654321-531-04"]),
        loss_at=loss_at,
        loss_until=loss_at + timedelta(minutes=chance.choice([0, 0, 0, 60, 61, 1_500, 1_501, 4_320, 31 * 1_440])),
        facts=facts,
        damage=tuple(damage),
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("count", "numbers_of_former"),
    [
        pytest.param(39, [0, 0, 1, 3], id="many claims, some of which were about something else before"),
        pytest.param(12, [0, 0, 1, 3], id="few claims, some of which were about something else before"),
        pytest.param(14, [0], id="about as many claims as are gone through one by one"),
    ],
)
async def test_the_database_and_the_memory_find_the_claims_that_are_alike_as_the_domain_defines_it(
    driver: ClaimsDriver, count: int, numbers_of_former: Sequence[int], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
    opened = [waiting_claim(UUID(int=number), _random_report(chance)) for number in range(1, count + 1)]
    known = [
        replace(
            claim,
            possible_duplicate_of=chance.choice([None, UUID(int=1), UUID(int=2)]),
            former=tuple(outline_of(_random_report(chance)) for _ in range(chance.choice(numbers_of_former))),
        )
        for claim in opened
    ]
    former = [(claim.claim_id, outline) for claim in known for outline in claim.former]
    left_out = {UUID(int=1), UUID(int=2)} | {claim.claim_id for claim in known if chance.random() < 0.2}
    sought = {
        Sought(outline=outline_of(_random_report(chance)), own=chance.choice([None, None, UUID(int=1), UUID(int=2)]))
        for _ in range(200)
    } | {Sought(outline=claim.outline, own=None) for claim in known}
    async with driver.harness.pool.acquire() as connection:
        await claims.insert(connection, claims=known)
        await former_outlines.insert(connection, outlines=former)

        found = await like_claims.find(connection, sought=sought, except_for=left_out)

    others = [claim for claim in known if claim.claim_id not in left_out]
    expected = {each: _found_in(others, each) for each in sought}
    assert {each: found.get(each, Found()) for each in sought} == expected
    in_memory = Outlines()
    for claim in others:
        duplicate_of = claim.possible_duplicate_of
        in_memory.put(claim.claim_id, opened[0].outline, former=claim.former[:1], gives_way_to=claim.claim_id)
        in_memory.put(claim.claim_id, claim.outline, former=claim.former, gives_way_to=duplicate_of)
    assert {each: in_memory.find(each) for each in sought} == expected
    assert any(each.same for each in expected.values())
    assert any(each.undamaged for each in expected.values())
    assert any(each == Found() for each in expected.values())


async def test_the_same_damage_by_other_water_is_found_on_a_policy_of_few_claims(driver: ClaimsDriver) -> None:
    flooded = waiting_claim(CLAIM_ID, report(facts=LossFacts(flood_water_entered=YES)))
    rained = Sought(outline=outline_of(report(facts=HEAVY_RAIN_CAME_IN)), own=None)
    assert not rained.outline.families & flooded.outline.families
    async with driver.harness.pool.acquire() as connection:
        await claims.insert(connection, claims=[flooded])

        found = await like_claims.find(connection, sought=[rained], except_for=[])

    assert found == {rained: Found(same=None, alike=LikeClaim(flooded.outline.loss.from_at, CLAIM_ID))}


def _found_in(known: Sequence[Claim], sought: Sought) -> Found:
    alike = [
        LikeClaim(outline.loss.from_at, claim.claim_id)
        for claim in known
        for outline in (claim.outline, *claim.former)
        if sought.outline.is_alike(outline) and (sought.own is None or claim.possible_duplicate_of != sought.own)
    ]
    same = [
        LikeClaim(claim.outline.loss.from_at, claim.claim_id)
        for claim in known
        if sought.own is None and sought.outline.is_same(claim.outline)
    ]
    undamaged = [
        LikeClaim(claim.outline.loss.from_at, claim.claim_id)
        for claim in known
        if sought.own is None and sought.outline.is_same_without_damage(claim.outline)
    ]
    return Found(same=min(same, default=None), undamaged=min(undamaged, default=None), alike=min(alike, default=None))


async def test_the_database_refuses_a_second_claim_for_one_report(driver: ClaimsDriver) -> None:
    first = waiting_claim()
    other_id = UUID("0198c5f2-6d1a-7c43-9a51-000000000002")
    second = replace(first, claim_id=other_id, claim_reference=claim_reference(other_id))
    async with driver.harness.pool.acquire() as connection:
        await claims.insert(connection, claims=[first])

        with pytest.raises(asyncpg.UniqueViolationError, match="opening_report_pkey"):
            await claims.insert(connection, claims=[second])


async def test_an_older_rainfall_answer_changes_nothing(driver: ClaimsDriver) -> None:
    claim = waiting_claim()
    newest = rainfall_answer(CLAIM_ID, tenths_mm=402, assessment_version=2)
    async with driver.harness.pool.acquire() as connection:
        await claims.insert(connection, claims=[claim])
        await rainfall.store(connection, answers=[newest], now=OPENED_AT)
        await rainfall.store(
            connection, answers=[rainfall_answer(CLAIM_ID, tenths_mm=399, assessment_version=1)], now=OPENED_AT
        )

        locked = await claims.lock(connection, claim_ids=[CLAIM_ID])

    assert locked[CLAIM_ID].rainfall == newest


async def test_what_a_claim_has_of_its_events_replaces_all_that_it_had_before(driver: ClaimsDriver) -> None:
    rain, flood = use_of(CLAIM_ID), use_of(CLAIM_ID, family=PerilFamily.FLOOD, borne_cents=0)
    async with driver.harness.pool.acquire() as connection:

        async def read() -> Sequence[ClaimUse]:
            found = await event_uses.around(connection, losses=[], claim_ids=[CLAIM_ID], event_length=EVENT_LENGTH)
            return sorted(found, key=lambda use: use.family, reverse=True)

        await event_uses.store(connection, uses={CLAIM_ID: [rain, flood]}, decided_before=[])
        assert await read() == [rain, flood]

        moved = replace(rain, loss_from_at=OPENED_AT + timedelta(days=9), covered_cents=184_001)
        await event_uses.store(connection, uses={CLAIM_ID: [moved]}, decided_before=[CLAIM_ID])
        assert await read() == [moved]

        await event_uses.store(connection, uses={CLAIM_ID: []}, decided_before=[CLAIM_ID])
        assert await read() == []


@pytest.mark.parametrize("seed", range(8))
async def test_what_is_read_of_events_decides_like_all_of_them(driver: ClaimsDriver, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
    uses = [
        use_of(
            UUID(int=number),
            policy_number=chance.choice([POLICY_NUMBER, "654321-531-04"]),
            family=chance.choice(list(PerilFamily)),
            loss_from_at=OPENED_AT + timedelta(hours=chance.randrange(1_000)),
            borne_cents=chance.randrange(3) * 10_000,
        )
        for number in range(chance.choice([0, 20, 60]))
    ]
    own = [UUID(int=number) for number in range(5)]
    async with driver.harness.pool.acquire() as connection:
        stored = {UUID(int=number): [use] for number, use in enumerate(uses)}
        await event_uses.store(connection, uses=stored, decided_before=[])
        for _ in range(20):
            sought = [OPENED_AT + timedelta(hours=chance.randrange(-100, 1_100)) for _ in range(3)]
            read = EventUses(
                await event_uses.around(
                    connection,
                    losses=[(POLICY_NUMBER, moment) for moment in sought],
                    claim_ids=own,
                    event_length=EVENT_LENGTH,
                )
            )
            everything = EventUses(uses)
            # A claim decided in this unit of work moves what it has.
            moved = use_of(own[0], loss_from_at=sought[0])
            read.record(own[0], [moved])
            everything.record(own[0], [moved])
            for claim_id, family, moment in product(own, PerilFamily, sought):
                assert of_others(read, claim_id, family, moment) == of_others(everything, claim_id, family, moment)


async def test_of_events_long_over_nothing_is_read(driver: ClaimsDriver) -> None:
    uses = {
        UUID(int=number): [use_of(UUID(int=number), loss_from_at=OPENED_AT - timedelta(hours=number))]
        for number in range(1_000)
    }
    async with driver.harness.pool.acquire() as connection:
        await event_uses.store(connection, uses=uses, decided_before=[])

        read = await event_uses.around(
            connection, losses=[(POLICY_NUMBER, OPENED_AT)], claim_ids=[], event_length=EVENT_LENGTH
        )

    assert 0 < len(read) <= 72


async def test_claims_of_before_the_migrations_have_followed_the_version_that_was_stored_and_can_be_found(
    empty_database: str, tmp_path: Path
) -> None:
    first, *later = sorted(MIGRATIONS.glob("*.sql"))
    shutil.copy(first, tmp_path)
    damage = tuple(
        DamageItem(kind=kind, amount_cents=amount)
        for kind, amount in [(DamageKind.CONTENTS, 9), (DamageKind.BUILDINGS, 10), (DamageKind.CONTENTS, 100)]
    )
    reports = [report(policy_number=number, damage=damage) for number in (POLICY_NUMBER, "654321-531-04")]
    connection = await asyncpg.connect(empty_database)
    try:
        await migrate(connection, directory=tmp_path)
        await policies.insert_placeholders(connection, policy_numbers=["654321-531-04"])
        await policies.store(connection, policies=[policy(version=7)])
        for reported in reports:
            await connection.execute(
                """
                INSERT INTO claim (claim_id, claim_reference, report_id, report_version, policy_number, report, state,
                                   policy_wait_over, rainfall_wait_over, request_version, claim_version, opened_at)
                VALUES (gen_random_uuid(), $1, $2, 1, $3, $4, 'waiting_for_policy', false, false, 0, 0, now())
                """,
                reported.policy_number,
                reported.report_id,
                reported.policy_number,
                to_json(reported).decode(),
            )
        for migration in later:
            shutil.copy(migration, tmp_path)

        await migrate(connection, directory=tmp_path)

        named = await claims.of_reports(connection, report_ids=[each.report_id for each in reports])
        locked = (await claims.lock(connection, claim_ids=named)).values()
        assert {claim.report.policy_number: claim.policy_version for claim in locked} == {
            POLICY_NUMBER: 7,
            "654321-531-04": 0,
        }
        assert {claim.report: replace(claim.outline, families=0) for claim in locked} == {
            reported: replace(outline_of(reported), families=0) for reported in reports
        }
        assert {(claim.outline.families, claim.joined, claim.statement) for claim in locked} == {(3, (), None)}
    finally:
        await connection.close()
