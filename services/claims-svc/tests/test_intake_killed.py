"""A process that is killed while reports come in loses none that it has accepted, and takes none twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from claims_http import CUSTOMER, ClaimsDesk
from root_keys import ROOT_KEY_TEXT

from contracts.access import Role
from devstack.outside.issuer import Issuer

REPORTS, KILLED_AFTER = 40, 15


@asynccontextmanager
async def _intake(
    desk: ClaimsDesk, issuer: Issuer, database: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    settings = {
        "KAFKA_BOOTSTRAP_SERVERS": "unused.invalid:9092",
        "DATABASE_URL": database,
        "PROOF_ROOT_KEY": ROOT_KEY_TEXT,
        "API_ISSUER": issuer.name,
        "API_JWKS_URL": issuer.jwks_url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).parent / "files_process.py"),
        desk.clock.at.isoformat(),
        env=os.environ | settings,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield process, (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.slow
async def test_what_was_accepted_before_a_kill_is_there_and_what_is_sent_again_is_there_once(
    desk: ClaimsDesk, issuer: Issuer, database: str
) -> None:
    accepted: dict[int, str] = {}
    path = f"/customers/{CUSTOMER}/claims"

    async def send(client: httpx.AsyncClient, number: int) -> httpx.Response:
        token = desk.token_of(Role.CUSTOMER)
        body = {"policy_number": f"{CUSTOMER}-{number:03}-01", "day": "2021-07-15"}
        return await client.post(path, json=body, headers={**token, "Idempotency-Key": f"report-{number}"})

    async with (
        _intake(desk, issuer, database) as (process, url),
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as client,
    ):
        at_once = asyncio.Semaphore(8)

        async def send_until_killed(number: int) -> None:
            try:
                async with at_once:
                    answer = await send(client, number)
            except httpx.TransportError:
                return
            accepted[number] = answer.json()["reference"]
            if len(accepted) == KILLED_AFTER:
                process.send_signal(signal.SIGKILL)

        await asyncio.gather(*(send_until_killed(number) for number in range(REPORTS)))
        assert await asyncio.wait_for(process.wait(), 10) == -signal.SIGKILL

    assert KILLED_AFTER <= len(accepted) < REPORTS
    rows = await desk.driver.rows("SELECT claim_reference FROM claim")
    stored = {row["claim_reference"] for row in rows}
    assert set(accepted.values()) <= stored

    again = [await send(desk.client, number) for number in range(REPORTS)]
    assert {answer.status_code for answer in again} == {201}
    assert all(again[number].json()["reference"] == reference for number, reference in accepted.items())
    rows = await desk.driver.rows("SELECT policy_number, count(*) FROM claim GROUP BY 1")
    assert {row["count"] for row in rows} == {1}
    assert len(rows) == REPORTS
