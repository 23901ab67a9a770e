"""Whoever has taken a claim works at it alone: what anybody else would do at it is refused until it is released."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

from claim_events import YES, policy, report
from claims_http import COLLEAGUE, HANDLER, ClaimsDesk

from claims_svc.app import build
from claims_svc.settings import Settings
from contracts.access import Role
from contracts.loss_reports import LossFacts

SETTINGS = Settings(kafka_bootstrap_servers="unused.invalid:9092", database_url="postgresql://unused.invalid/claims")
WHY: Final = "Seen on the spot"
OTHER: Final = "W4T8R2XJ6NB"
DESK: Final = "/desk/claims/{reference}/"

BODIES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "questions": {"codes": ["facts.toilet_overflowed"], "reason": WHY},
        "facts": {"facts": {"toilet_overflowed": "false"}, "source": "handler", "found_in": WHY},
        "assessments": {"damage": [{"kind": "buildings", "amount_cents": 100_000}], "reason": WHY},
        "rulings": {"claim_version": 1, "rulings": [{"route": "storm", "outcome": "covered", "reason": WHY}]},
        "upholdings": {"claim_version": 1, "reason": WHY},
        "payments": None,
        "files/{file_id}/removal": {"reason": WHY},
        "reviews/{review_id}/outcome": {"outcome": "upheld", "answer": WHY},
    }
)
"""What is sent to each."""
FOR_ANYBODY: Final = frozenset(
    {
        "proposals/{proposal_id}/approval",  # by a second person, whom this would keep out
        "proposals/{proposal_id}/refusal",
        "salvage-calls",  # something that happened, whoever hears of it
        "joins",  # see test_joining_by_hand.py: two claims can be taken
        "partings",
    }
)


def test_whatever_is_done_at_the_desk_is_among_them() -> None:
    api = build(SETTINGS).api
    assert api is not None
    paths = api.described().openapi()["paths"].items()
    done = {path.removeprefix(DESK) for path, methods in paths if path.startswith(DESK) and "post" in methods}
    assert done == BODIES.keys() | FOR_ANYBODY


async def test_what_another_has_taken_is_left_to_them(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report(facts=LossFacts(storm_caused_damage=YES)))
    path = f"/desk/claims/{await desk.reference()}"
    own = path.replace("/desk", "/customers/123456")
    review = (await desk.post(f"{own}/reviews", {"reason": "Look again"})).json()["review_id"]
    taken = await desk.client.put(f"{path}/assignment", headers=desk.token_of(Role.CLAIMS_HANDLER, subject=HANDLER))
    assert taken.status_code == 204, taken.text
    due_on = str((desk.clock.at + timedelta(days=7)).date())

    async def tried(at: str, *, by: str, role: Role) -> tuple[int, str]:
        body = BODIES[at] if at != "questions" else {**BODIES[at], "due_on": due_on}
        where = at.format(file_id=uuid4(), review_id=review)
        answer = await desk.post(f"{path}/{where}", body, role=role, subject=by)
        return answer.status_code, answer.json()["type"] if answer.status_code > 400 else ""

    for at in BODIES:
        for role in (Role.CLAIMS_HANDLER, Role.SENIOR_HANDLER):
            assert await tried(at, by=COLLEAGUE, role=role) == (409, "/problems/taken-by-another"), at
    assert await desk.driver.rows("SELECT FROM supplement UNION ALL SELECT FROM ruling") == []
    for at in BODIES:
        assert (await tried(at, by=HANDLER, role=Role.SENIOR_HANDLER))[1] != "/problems/taken-by-another", at
