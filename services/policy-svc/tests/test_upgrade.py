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

CUSTOMERS_BEFORE = """
INSERT INTO customer
SELECT ('0198c5f3-0000-7000-8000-00000000000' || number)::uuid, version, number, 'now', NULL, NULL, 'nl', '2026-11-20'
  FROM (VALUES ('1', 1), ('2', 2), ('3', 3)) AS given (number, version);
INSERT INTO customer_version
SELECT ('0198c5f3-0000-7000-8000-00000000000' || number)::uuid, version,
       tstzrange(since::timestamptz, until::timestamptz), name, NULL, NULL, '1811AA', house_number, 'nl'
  FROM (VALUES ('1', 1, '2026-11-01', NULL, 'Aangevraagd', '1'),
               ('2', 1, '2026-11-01', '2026-11-02', 'Gewijzigd', '1'),
               ('2', 2, '2026-11-02', NULL, 'Gewijzigd', '2'),
               ('3', 1, '2026-11-01', '2026-11-10', 'Verhuisd', '1'),
               ('3', 2, '2026-11-10', '2026-11-20', 'Verhuisd', '3'),
               ('3', 3, '2026-11-20', NULL, 'Verhuisd', '4'))
       AS given (number, version, since, until, name, house_number);
INSERT INTO policy
SELECT number || '-531-01', 1, ('0198c5f3-0000-7000-8000-00000000000' || number)::uuid, '2026-11-01', 'buildings', NULL
  FROM unnest('{1,3}'::text[]) AS number;
INSERT INTO policy_version VALUES ('1-531-01', 1, tstzrange('2026-11-01', NULL), 'applied', 'anyone');
INSERT INTO preview
SELECT gen_random_uuid(), number, policy_number, 1, '{}', shown::jsonb, '2026-11-01', '2026-11-03', '2026-11-02',
       result::jsonb
  FROM (VALUES ('2', NULL, '{}', '{"version": 2}'),
               ('3', '3-531-01',
                '{"letters_follow": true, "outcome": {"after": {"home": {"postcode": "1811AA", "house_number": "3"}}}}',
                '{"version": 2, "effective_on": "2026-11-10"}'))
       AS given (number, policy_number, shown, result);
"""

CONFIRMED_BEFORE = """
INSERT INTO access_record
SELECT gen_random_uuid(), at::timestamptz, '2', NULL, 'somebody', role, operation, details::jsonb
  FROM (VALUES ('2026-11-01', 'claims-handler', 'customers.change', '{"preview": "one"}'),
               ('2026-11-01', 'claims-handler', 'policies.change', '{"confirmed": "another", "version": "2"}'),
               ('2026-11-03', 'customer', 'customers.change', '{"confirmed": "one", "version": "2"}'),
               ('2026-11-02', 'senior-handler', 'customers.change', '{"confirmed": "one", "version": "2"}'))
       AS given (at, role, operation, details);
"""


async def apply(connection: asyncpg.Connection, *numbers: str) -> None:
    for number in numbers:
        (path,) = MIGRATIONS.glob(f"{number}_*.sql")
        await connection.execute(path.read_text())


async def apply_of_chassis(connection: asyncpg.Connection) -> None:
    for path in sorted(CHASSIS_MIGRATIONS.glob("*.sql")):
        await connection.execute(path.read_text())


async def test_terms_of_two_versions_keep_their_times_and_their_home(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
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


async def test_each_version_of_a_customer_says_afterwards_what_made_it(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    try:
        await apply_of_chassis(connection)
        await apply(connection, *(f"{number:04}" for number in range(1, 12)))
        await connection.execute(CUSTOMERS_BEFORE)

        await apply(connection, "0012")

        rows = await connection.fetch("SELECT name, reason FROM customer_version ORDER BY name, version")
        assert [tuple(row) for row in rows] == [
            ("Aangevraagd", "applied"),
            ("Gewijzigd", "imported"),
            ("Gewijzigd", "changed"),
            ("Verhuisd", "imported"),
            ("Verhuisd", "letters_moved"),
            ("Verhuisd", "imported"),
        ]
    finally:
        await connection.close()


async def test_each_version_of_a_customer_says_afterwards_who_made_it(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    try:
        await apply_of_chassis(connection)
        await apply(connection, *(f"{number:04}" for number in range(1, 12)))
        await connection.execute(CUSTOMERS_BEFORE)
        await connection.execute(CONFIRMED_BEFORE)

        await apply(connection, "0012", "0013")

        rows = await connection.fetch("SELECT reason, made_by FROM customer_version ORDER BY name, version")
        assert [tuple(row) for row in rows] == [
            ("applied", "anyone"),
            ("imported", "command"),
            ("changed", "senior-handler"),
            ("imported", "command"),
            ("letters_moved", "timer"),
            ("imported", "command"),
        ]
    finally:
        await connection.close()
