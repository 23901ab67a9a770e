"""Old claims fit the tables as the migrations of today make them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from bench import old_claims
from bench.storm import Storm, policy_number
from chassis.testing import Harness, harness
from claims_svc import app as claims_app
from claims_svc.settings import Settings as ClaimsSettings
from contracts.claim_reports import ReportReceived
from contracts.claims import DECISION_MADE, RAINFALL_REQUESTED, RainfallRequested
from contracts.loss_reports import LOSS_REPORTED
from contracts.policy import CONTACT_CHANGED, POLICY_CHANGED
from devstack.stack import Stack
from notify_svc import app as notify_app
from notify_svc.settings import Settings as NotifySettings
from weather_svc import app as weather_app
from weather_svc.settings import Settings as WeatherSettings

NOWHERE = "unused.invalid:9092"
A_ROOT_KEY = SecretStr("A" * 43 + "=")
COPIES = 3


@pytest.fixture
async def administrator(stack: Stack, database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(stack.database_url, database=urlsplit(database).path.removeprefix("/"))
    yield connection
    await connection.close()


@asynccontextmanager
async def handled_claims(database: str) -> AsyncIterator[Harness]:
    """Let claims-svc handle reports, some of which are decided at once."""
    settings = ClaimsSettings(kafka_bootstrap_servers=NOWHERE, database_url=database, proof_root_key=A_ROOT_KEY)
    async with harness(claims_app.build(settings)) as running:
        (policy,) = POLICY_CHANGED.examples
        await running.deliver(POLICY_CHANGED, *(replace(policy, policy_number=policy_number(n)) for n in range(20)))
        reports = Storm(claims=40, policies=20).reports()
        await running.process(LOSS_REPORTED, [running.record(message) for message in reports])
        yield running


async def outcomes(connection: asyncpg.Connection) -> dict[str, int]:
    rows = await connection.fetch("SELECT outcome, count(*) AS decisions FROM decision GROUP BY outcome")
    return {row["outcome"]: row["decisions"] for row in rows}


async def test_claims_are_copied_with_all_that_stands_about_them(
    database: str, administrator: asyncpg.Connection
) -> None:
    async with handled_claims(database):
        before = await outcomes(administrator)
        rows = await old_claims.fill(administrator, copies=COPIES, label="claims-svc")

        after = await outcomes(administrator)
        assert rows["public.claim"] == 40 * (1 + COPIES)
        assert rows["public.policy"] == 20 * (1 + COPIES)
        assert rows["messaging.inbox_entry"] == 60 * (1 + COPIES)
        assert before
        assert after == {outcome: count * (1 + COPIES) for outcome, count in before.items()}


async def test_copies_belong_together_and_are_older(database: str, administrator: asyncpg.Connection) -> None:
    async with handled_claims(database):
        began_at = await administrator.fetchval("SELECT min(opened_at) FROM claim")
        await old_claims.fill(administrator, copies=COPIES, label="claims-svc")

        orphans = await administrator.fetchval(
            "SELECT count(*) FROM decision LEFT JOIN claim USING (claim_id) WHERE claim IS NULL"
        )
        homeless = await administrator.fetchval(
            "SELECT count(*) FROM claim LEFT JOIN policy USING (policy_number) WHERE policy IS NULL"
        )
        older = await administrator.fetchval("SELECT count(*) FROM claim WHERE opened_at < $1", began_at)
        in_order = await administrator.fetchval(
            "SELECT bool_and(old.claim_id < new.claim_id) FROM claim AS old JOIN claim AS new ON old.opened_at < $1"
            " WHERE new.opened_at >= $1",
            began_at,
        )
        assert (orphans, homeless, older, in_order) == (0, 0, 40 * COPIES, True)


async def test_a_service_goes_on_beside_old_claims(database: str, administrator: asyncpg.Connection) -> None:
    async with handled_claims(database) as running:
        await old_claims.fill(administrator, copies=COPIES, label="claims-svc")
        await running.published()

        (report,) = LOSS_REPORTED.examples
        await running.deliver(LOSS_REPORTED, replace(report, policy_number=policy_number(0)))

        assert await administrator.fetchval("SELECT count(*) FROM claim") == 40 * (1 + COPIES) + 1
        published = [type(event) for event in await running.published()]
        assert published == [RainfallRequested, ReportReceived]


async def test_what_weather_svc_keeps_is_copied(database: str, administrator: asyncpg.Connection) -> None:
    settings = WeatherSettings(kafka_bootstrap_servers=NOWHERE, database_url=database)
    async with harness(weather_app.build(settings)) as running:
        await running.deliver(RAINFALL_REQUESTED, *RAINFALL_REQUESTED.examples)

        rows = await old_claims.fill(administrator, copies=COPIES, label="weather-svc")

        homeless = await administrator.fetchval(
            "SELECT count(*) FROM assessment LEFT JOIN rested_on USING (rested_on_id) WHERE rested_on IS NULL"
        )

    assert set(rows) == {"messaging.inbox_entry", "public.assessment", "public.rested_on"}
    assert rows["messaging.inbox_entry"] == rows["public.assessment"] == 1 + COPIES
    assert rows["public.rested_on"] in range(1 + COPIES, 5 * (1 + COPIES))
    assert homeless == 0


async def test_what_notify_svc_keeps_is_copied(database: str, administrator: asyncpg.Connection) -> None:
    settings = NotifySettings(kafka_bootstrap_servers=NOWHERE, database_url=database)
    async with harness(notify_app.build(settings)) as running:
        await running.deliver(CONTACT_CHANGED, *CONTACT_CHANGED.examples)
        await running.deliver(DECISION_MADE, *DECISION_MADE.examples)

        rows = await old_claims.fill(administrator, copies=COPIES, label="notify-svc")

    assert rows["public.message"] == 2 * (1 + COPIES)
    assert rows["public.contact"] == rows["public.decision"] == 1 + COPIES
