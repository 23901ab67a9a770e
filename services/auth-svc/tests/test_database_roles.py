"""The role that auth-svc runs as can do all its work, and change nothing that stands on the audit trail."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from accounts import EMAIL
from auth_world import CUSTOMER, NOW, PASSWORD, WITHOUT_TLS, World, settings
from httpx import AsyncClient
from login_steps import log_in

from auth_svc.app import MIGRATIONS, build
from auth_svc.repository.clean_up import TABLES
from auth_svc.workers.clean_up import clean_up_once
from chassis.clock import SettableClock
from chassis.lifecycle import check_schema, open_runtime
from chassis.migrations.runner import migrate
from chassis.testing import Harness
from contracts.message_requests import Occasion
from devstack.outside.issuer import Issuer
from devstack.postgres.binaries import program_directory
from devstack.postgres.databases import url_of
from devstack.postgres.server import Postgres
from devstack.process.supervisor import Supervisor

SCRIPT = Path(__file__).parents[3] / "deploy" / "databases.sql"
PASSWORDS = {"claims": "0123", "auth": "4567", "auth_owner": "89ab"}
EVERYTHING = {"SELECT", "INSERT", "UPDATE", "DELETE"}
LESS = {"public.audit_trail": {"SELECT", "INSERT"}, "public.applied_migration": {"SELECT"}}


@dataclass(frozen=True)
class Server:
    """A server on which databases.sql ran, as `make up` runs it."""

    admin_url: str

    def url(self, role: str, *, database: str = "auth") -> str:
        """Return the address of a database for one of its roles."""
        return url_of(admin_url=self.admin_url, name=database, role=role, password=PASSWORDS[role])

    def make_databases(self) -> None:
        """Run databases.sql with psql."""
        admin, programs = urlsplit(self.admin_url), program_directory()
        given = {f"{role.upper()}_DATABASE_PASSWORD": password for role, password in PASSWORDS.items()}
        subprocess.run(
            [programs / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={SCRIPT}"],
            check=True,
            env={
                **given,
                "PATH": os.pathsep.join([str(programs), "/usr/bin", "/bin"]),
                "PGHOST": admin.hostname or "",
                "PGPORT": str(admin.port),
                "PGUSER": admin.username or "",
                "PGPASSWORD": admin.password or "",
            },
        )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: the script closes every database there is."""
    with Supervisor(state_dir=tmp_path_factory.mktemp("roles")) as supervisor:
        postgres = Postgres(supervisor=supervisor)
        postgres.start()
        server = Server(postgres.database_url)
        server.make_databases()
        server.make_databases()
        yield server
        postgres.stop()


@pytest.fixture
async def auth(server: Server, issuer: Issuer) -> AsyncIterator[World]:
    """auth-svc, migrated by the owner, running as it is deployed."""
    owner = await asyncpg.connect(server.url("auth_owner"))
    await migrate(owner, directory=MIGRATIONS)
    await owner.close()
    clock = SettableClock(NOW)
    service = replace(build(settings(server.url("auth"), issuer)), clock=clock)
    async with open_runtime(service) as runtime:
        await check_schema(service, runtime.pool)
        running = Harness(service, runtime)
        async with running.answering() as url, AsyncClient(base_url=url, verify=WITHOUT_TLS) as client:
            yield World(running=running, client=client, clock=clock, issuer=issuer)


async def test_the_service_does_its_work(auth: World) -> None:
    await auth.know(CUSTOMER)
    await auth.client.post("/activations", json={"relation_number": CUSTOMER.relation_number, "email": EMAIL})
    link = (await auth.only_told(Occasion.ACTIVATION_REQUESTED)).link or ""
    made = await auth.client.post(
        "/activations/completion", json={"link": link.partition("#")[2], "password": PASSWORD}
    )
    assert made.status_code == 201, made.text
    await auth.told()

    begun = await auth.client.post("/logins", json={"email": EMAIL, "password": PASSWORD, "purpose": "log_in"})
    chosen = await auth.client.post("/logins/phone", json={"login": begun.json()["login"], "mobile_phone": None})
    assert chosen.status_code == 200, chosen.text
    code = (await auth.only_told(Occasion.LOGIN_CODE_REQUESTED)).code
    finished = await auth.client.post("/logins/completion", json={"login": begun.json()["login"], "code": code})
    assert finished.status_code == 200, finished.text
    assert (await log_in(auth)).status_code == 200

    await clean_up_once(auth.running.runtime)
    searched = await auth.client.post("/audit/searches", json={}, headers=auth.as_operator())
    assert "login_succeeded" in [entry["what"] for entry in searched.json()["items"]]


async def test_the_role_of_the_service_has_the_rights_it_needs_and_no_more(auth: World) -> None:
    await auth.rows("GRANT ALL ON audit_trail TO auth")  # PostgreSQL warns only, and grants nothing
    rows = await auth.rows(
        """
        SELECT schemaname || '.' || relname AS name,
               array_remove(ARRAY(
                   SELECT CASE WHEN has_table_privilege(relid, one) THEN one END
                     FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,TRIGGER,REFERENCES}'::text[]) AS one), NULL)
               AS rights
          FROM pg_stat_user_tables
        """
    )

    rights = {row["name"]: set(row["rights"]) for row in rows}
    assert {f"public.{table}" for table in TABLES} < rights.keys()
    assert {name: found for name, found in rights.items() if found != EVERYTHING} == LESS


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_trail SET address = NULL",
        "DELETE FROM audit_trail",
        "TRUNCATE audit_trail",
        "DROP TABLE audit_trail",
        "ALTER TABLE audit_trail DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON audit_trail",
        "CREATE OR REPLACE FUNCTION refuse_to_change_the_trail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "SET ROLE auth_owner",
        "SET session_replication_role = replica",
        "CREATE TABLE mine ()",
        "CREATE SCHEMA mine",
        "DELETE FROM applied_migration",
    ],
)
async def test_whoever_has_taken_over_the_service_cannot_change_the_trail(auth: World, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await auth.rows(statement)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_trail SET address = NULL", "DELETE FROM audit_trail", "TRUNCATE audit_trail"]
)
@pytest.mark.usefixtures("auth")
async def test_the_owner_does_not_change_the_trail_by_mistake(server: Server, statement: str) -> None:
    owner = await asyncpg.connect(server.url("auth_owner"))
    try:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await owner.execute(statement)
    finally:
        await owner.close()


@pytest.mark.parametrize(("role", "database"), [("auth", "claims"), ("auth_owner", "claims"), ("claims", "auth")])
async def test_no_role_enters_the_database_of_another_service(server: Server, role: str, database: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(server.url(role, database=database))


async def test_a_service_without_an_owner_beside_it_owns_its_database(server: Server) -> None:
    connection = await asyncpg.connect(server.url("claims", database="claims"))
    try:
        await connection.execute("CREATE TABLE mine ()")
        assert not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'auth_owner')")
    finally:
        await connection.close()
