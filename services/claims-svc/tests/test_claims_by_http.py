"""Where a claim stands, as its customer and others read it by HTTP."""

from __future__ import annotations

from claim_events import policy, report
from claims_http import ClaimsDesk

from contracts.access import Role


async def test_customers_read_their_claims_and_nobody_elses(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report())
    reference = await desk.reference()
    own = f"/customers/123456/claims/{reference}"

    mine = await desk.get(own)
    assert (mine.status_code, mine.json()["reference"], mine.json()["state"]) == (
        200,
        reference,
        "waiting_for_rainfall",
    )
    assert mine.json()["outcome"] is None
    assert (await desk.get(own, role=Role.CLAIMS_HANDLER)).status_code == 200
    assert (await desk.get(own, relation_number="654321")).status_code == 404
    assert (await desk.get(f"/customers/654321/claims/{reference}", relation_number="654321")).status_code == 404
    assert (await desk.get(own, role=Role.PARTNER)).status_code == 403
    assert (await desk.get(own, role=None)).status_code == 401
