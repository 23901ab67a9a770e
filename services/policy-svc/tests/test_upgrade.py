"""What was recorded before policies had kinds and constraints is read after the upgrade as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime

import asyncpg

from chassis.migrations.runner import CHASSIS_MIGRATIONS
from contracts.policy import PolicyCover
from policy_svc.app import MIGRATIONS
from policy_svc.domain.dutch_days import begin_of
from policy_svc.flows.versions import RENEWALS
from policy_svc.repository import history, policies

FIRST, SECOND = datetime(2021, 3, 1, 9, tzinfo=UTC), datetime(2021, 5, 1, 9, tzinfo=UTC)
BEFORE = """
INSERT INTO customer VALUES ('0198c5f3-0000-7000-8000-000000000001', 1, '123456', 'J. Voorbeeld', NULL, NULL, 'nl', $1);
"""


async def apply(connection: asyncpg.Connection, *numbers: str) -> None:
    for number in numbers:
        (path,) = MIGRATIONS.glob(f"{number}_*.sql")
        await connection.execute(path.read_text())


async def apply_of_chassis(connection: asyncpg.Connection) -> None:
    for path in sorted(CHASSIS_MIGRATIONS.glob("*.sql")):
        await connection.execute(path.read_text())


async def test_terms_of_two_versions_keep_their_times_and_their_home(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        await apply_of_chassis(connection)
        await apply(connection, "0001", "0002")
        await connection.execute(BEFORE, FIRST)
        await connection.execute(
            "INSERT INTO policy VALUES ('123456-532-01', 2, '0198c5f3-0000-7000-8000-000000000001', $1)", SECOND
        )
        row = "INSERT INTO policy_terms VALUES ('123456-532-01', $1, $2, $3, $4, $5, NULL, '6011RA', '12', "
        home = "51190000, 5790000, 25, 'corner', ARRAY['contents'], $6, 'home-2021.1')"
        effective_on = date(2016, 2, 29)
        await connection.execute(row + home, 1, 2, FIRST, SECOND, effective_on, 0)
        await connection.execute(row + home, 2, None, SECOND, None, effective_on, 50_000)

        await apply(connection, "0003")

        for at, deductible_cents in ((FIRST, 0), (SECOND, 50_000)):
            known = await history.as_known(connection, policy_number="123456-532-01", at=at)
            assert known is not None
            (period,) = known.terms
            assert (period.deductible_cents, period.recorded_at) == (deductible_cents, at)
            assert (period.effective_on, period.ends_on, period.covers) == (effective_on, None, (PolicyCover.CONTENTS,))
            assert period.home is not None
            assert period.home.location is not None
            assert period.home.location.latitude_microdegrees == 51_190_000
        (policy,) = (await policies.lock(connection, policy_numbers=["123456-532-01"])).values()
        assert (policy.version, policy.kind) == (2, "contents")
        versions = await connection.fetch("SELECT version, lower(known), upper(known) FROM policy_version ORDER BY 1")
        assert [tuple(version) for version in versions] == [(1, FIRST, SECOND), (2, SECOND, None)]
        renewal = await connection.fetchrow("SELECT key, due_at FROM messaging.timer WHERE kind = $1", RENEWALS)
        assert renewal is not None
        assert renewal["due_at"] == begin_of(date.fromisoformat(renewal["key"])) > datetime.now(UTC)
        assert renewal["key"][5:] in {"02-29", "03-01"}
    finally:
        await connection.close()
