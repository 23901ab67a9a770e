"""Connections to the service's database."""

from __future__ import annotations

from chassis.service import Service
from chassis.testing import harness


async def test_a_dead_relay_is_noticed_by_the_server_long_before_the_default_of_two_hours(service: Service) -> None:
    async with harness(service) as running, running.pool.acquire() as connection:
        idle = await connection.fetchval("SELECT current_setting('tcp_keepalives_idle')::int")

    assert 0 < idle <= 60, "the advisory lock of a relay whose host died is held until the server notices"
