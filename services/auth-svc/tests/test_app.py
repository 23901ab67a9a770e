from __future__ import annotations

from auth_world import World


async def test_it_migrates_and_answers(auth: World) -> None:
    assert await auth.rows("SELECT 1 FROM audit_trail") == []
    assert (await auth.client.get("/problems/invalid")).status_code == 200
