"""A ruling by hand stays with what it was about, over HTTP and from Kafka."""

from __future__ import annotations

from claim_events import YES, corrected, report
from claims_http import COLLEAGUE, ClaimsDesk
from msgspec.structs import replace
from test_desk import SEWER, WHY, handle, referred

from claims_svc.domain.proof_check import differences
from claims_svc.repository import stored_proofs
from contracts.coverage import Outcome
from contracts.loss_reports import DamageItem, DamageKind


async def test_what_is_proposed_about_an_item_is_decided_about_that_item_wherever_it_is_listed_then(
    desk: ClaimsDesk,
) -> None:
    rain_or_sewer = replace(SEWER, precipitation_fell_directly=YES)
    chairs = DamageItem(kind=DamageKind.CONTENTS, amount_cents=30_000)
    wall = DamageItem(kind=DamageKind.BUILDINGS, amount_cents=200_000)
    reported = report(facts=rain_or_sewer, damage=(chairs, wall))
    path = await referred(desk, reported, tenths_mm=20)
    await desk.driver.wait(days=15)
    cover, deny = ({"item": 0, **_outcome("covered")}, {"item": 1, **_outcome("denied")})
    proposed = await handle(desk, f"{path}/rulings", {"claim_version": 1, "rulings": [cover, deny]})

    await desk.driver.report(corrected(reported, damage=(wall, chairs)))
    await desk.driver.decisions()
    approval = f"{path}/proposals/{proposed.json()['proposal_id']}/approval"
    approved = await handle(desk, approval, WHY, by=COLLEAGUE)

    assert approved.status_code == 200, approved.text
    (decision,) = await desk.driver.decisions()
    assert [(each.kind, each.outcome) for each in decision.items] == [
        (DamageKind.BUILDINGS, Outcome.DENIED),
        (DamageKind.CONTENTS, Outcome.COVERED),
    ]
    await desk.driver.report(corrected(corrected(reported), damage=(chairs, wall)))
    assert await desk.driver.decisions() == [], "the order in which damage is told decides nothing"
    (stored,) = await desk.driver.rows("SELECT proof FROM decision WHERE claim_version = 2")
    assert differences(stored_proofs.unpack(stored["proof"])) == []


def _outcome(outcome: str) -> dict[str, str]:
    return {"outcome": outcome, "reason": "Seen on the spot"}
