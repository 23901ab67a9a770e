"""Claims joined and parted by hand: one loss is paid once, whatever was paid before."""

from __future__ import annotations

import asyncio
from itertools import chain
from uuid import UUID

from claim_events import corrected, policy, rainfall_answer, report
from claims_driver import OPENED_AT
from claims_http import COLLEAGUE, ClaimsDesk
from httpx import Response
from msgspec.structs import replace

from claims_svc import unsettled
from claims_svc.domain import proof
from claims_svc.domain.handling import PAYMENT_SETTLED_WITHIN
from claims_svc.domain.proof_check import differences
from claims_svc.domain.proofs_together import differences_between
from claims_svc.repository import stored_proofs
from contracts.access import Role
from contracts.claims import DecisionMade
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind, LossReported
from contracts.payments import PAYMENT_SETTLED, PaymentFailure, PaymentOrdered, PaymentOutcome, PaymentSettled
from contracts.vocabulary import FactSource

HANDLER = Role.CLAIMS_HANDLER
WALLS, CHAIRS = report(damage_cents=150_000), report(damage_cents=80_000, kind=DamageKind.CONTENTS)
REASON = "The same cellar, the same night."


async def decided(desk: ClaimsDesk, *reports: LossReported) -> list[DecisionMade]:
    """Report losses, each of its own kind of damage, and have them decided on enough rain."""
    await desk.driver.policy(policy())
    await desk.driver.report(*reports)
    for asked in await desk.driver.questions():
        await desk.driver.rain(rainfall_answer(asked.claim_id, tenths_mm=402))
    return await desk.driver.decisions()


async def agreed(desk: ClaimsDesk, path: str, body: object) -> Response:
    """Let one handler propose what takes decided money away, and another one approve it; return the first answer."""
    proposed = await desk.post(path, body, role=HANDLER)
    assert proposed.status_code == 201, proposed.text
    claim = path.rpartition("/")[0]
    approval = f"{claim}/proposals/{proposed.json()['proposal_id']}/approval"
    refused = await desk.post(approval, {"reason": REASON}, role=HANDLER)
    assert refused.json()["type"].endswith("/second-person-needed")
    assert await desk.driver.rows("SELECT FROM claim WHERE joined_to IS NOT NULL") == []
    approved = await desk.post(approval, {"reason": REASON}, role=HANDLER, subject=COLLEAGUE)
    assert approved.status_code == 200, approved.text
    return proposed


async def proofs_disagree(desk: ClaimsDesk) -> list[str]:
    """Return what is found by whoever checks all proofs by themselves and beside one another."""
    rows = await desk.driver.rows("SELECT proof FROM decision ORDER BY claim_id, claim_version")
    found = [stored_proofs.unpack(row["proof"]) for row in rows]
    together = differences_between({proof.sha256_of(each): proof.read(each) for each in found})
    return [*chain.from_iterable(map(differences, found)), *(difference for _, difference in together)]


async def paid_cents(desk: ClaimsDesk) -> dict[UUID, int]:
    rows = await desk.driver.rows("SELECT claim_id, sum(amount_cents)::bigint AS cents FROM payment GROUP BY claim_id")
    return {row["claim_id"]: row["cents"] for row in rows}


async def borne_cents(desk: ClaimsDesk) -> int:
    ((cents,),) = await desk.driver.rows("SELECT coalesce(sum(borne_cents), 0)::bigint FROM event_use")
    return int(cents)


async def test_a_joined_claim_ends_and_what_was_paid_for_it_counts(desk: ClaimsDesk) -> None:
    walls, chairs = await decided(desk, WALLS, CHAIRS)
    assert await paid_cents(desk) == {walls.claim_id: 125_000, chairs.claim_id: 80_000}

    path = f"/desk/claims/{walls.claim_reference}"
    await agreed(desk, f"{path}/joins", {"other": chairs.claim_reference, "reason": REASON})

    shown = (await desk.get(path, role=HANDLER)).json()
    assert [each["report_id"] for each in shown["reports"]] == [str(WALLS.report_id), str(CHAIRS.report_id)]
    assert [(each["state"], each["joins"]) for each in shown["proposals"]] == [("approved", chairs.claim_reference)]
    ended, together = await desk.driver.decisions()
    assert (ended.claim_id, ended.outcome, ended.deciding_ground) == (
        chairs.claim_id,
        Outcome.WITHDRAWN,
        GroundCode.JOINED,
    )
    assert (together.claim_id, together.outcome) == (walls.claim_id, Outcome.COVERED)
    assert together.money.decided_before_cents == 205_000
    assert together.money.to_pay_cents == 0
    assert await paid_cents(desk) == {walls.claim_id: 125_000, chairs.claim_id: 80_000}
    assert await borne_cents(desk) == 25_000
    actions = await desk.driver.rows("SELECT claim_id, kind, done_by, reason FROM desk_action ORDER BY place")
    assert [tuple(row) for row in actions] == [
        (walls.claim_id, "proposed", "handler-1", REASON),
        (walls.claim_id, "approved", COLLEAGUE, REASON),
        (walls.claim_id, "joined", COLLEAGUE, REASON),
        (chairs.claim_id, "joined_to", COLLEAGUE, REASON),
    ]


async def test_what_was_ordered_of_the_claim_that_ended_is_not_ordered_again(desk: ClaimsDesk) -> None:
    """The claim that stays has the greater damage: only what is beyond the payment for the other one is ordered."""
    walls, chairs = await decided(desk, WALLS, CHAIRS)

    path = f"/desk/claims/{chairs.claim_reference}/joins"
    await agreed(desk, path, {"other": walls.claim_reference, "reason": REASON})
    await desk.driver.report(corrected(CHAIRS, damage=report(damage_cents=240_000, kind=DamageKind.CONTENTS).damage))

    assert await paid_cents(desk) == {walls.claim_id: 125_000, chairs.claim_id: 80_000 + 10_000}
    assert await borne_cents(desk) == 25_000


async def paid_and_joined(desk: ClaimsDesk) -> tuple[DecisionMade, PaymentOrdered]:
    """Join the claim for the chairs to that for the walls while its payment is under way; return decision and order."""
    await desk.driver.policy(policy())
    await desk.driver.report(WALLS, CHAIRS)
    for asked in await desk.driver.questions():
        await desk.driver.rain(rainfall_answer(asked.claim_id, tenths_mm=402))
    published = await desk.driver.published()
    walls, chairs = [event for event in published if isinstance(event, DecisionMade)]
    ordered = next(each for each in published if isinstance(each, PaymentOrdered) and each.claim_id == chairs.claim_id)
    await agreed(
        desk, f"/desk/claims/{walls.claim_reference}/joins", {"other": chairs.claim_reference, "reason": REASON}
    )
    return walls, ordered


async def fails(desk: ClaimsDesk, order: PaymentOrdered) -> None:
    failed = PaymentSettled(
        payment_id=order.payment_id,
        outcome=PaymentOutcome.FAILED,
        failure=PaymentFailure.ACCOUNT_CLOSED,
        ended_at=OPENED_AT,
    )
    await desk.driver.harness.deliver(PAYMENT_SETTLED, failed)


async def test_a_payment_that_fails_after_its_claim_was_joined_is_ordered_where_it_is_due(desk: ClaimsDesk) -> None:
    walls, order_of_chairs = await paid_and_joined(desk)
    path = f"/desk/claims/{walls.claim_reference}"
    await desk.driver.report(corrected(WALLS, damage=report(damage_cents=230_000).damage))

    await fails(desk, order_of_chairs)

    queue = (await desk.get("/desk/queue", role=HANDLER)).json()["items"]
    assert [(case["reference"], case["causes"]) for case in queue] == [(walls.claim_reference, ["payment_failed"])]
    again = await desk.post(f"{path}/payments", role=HANDLER)
    assert (again.status_code, again.json()["amount_cents"]) == (201, 230_000 - 25_000 - 125_000)
    assert (await desk.get("/desk/queue", role=HANDLER)).json()["items"] == []


async def test_a_payment_that_fails_when_nothing_is_due_any_more_is_let_go(desk: ClaimsDesk) -> None:
    walls, order_of_chairs = await paid_and_joined(desk)
    path = f"/desk/claims/{walls.claim_reference}"
    await fails(desk, order_of_chairs)

    let_go = await desk.post(f"{path}/payments", role=HANDLER)

    assert (let_go.status_code, let_go.json()["amount_cents"]) == (201, 0)
    assert (await desk.get("/desk/queue", role=HANDLER)).json()["items"] == []
    assert (await desk.post(f"{path}/payments", role=HANDLER)).status_code == 409


async def late(desk: ClaimsDesk) -> list[tuple[str, list[str]]]:
    """Look through the orders when they are too old; return which claims wait, and why."""
    desk.driver.clock.at += PAYMENT_SETTLED_WITHIN
    async with desk.driver.harness.runtime.transaction() as work:
        await unsettled.look_through([], work)
    return await waiting(desk)


async def waiting(desk: ClaimsDesk) -> list[tuple[str, list[str]]]:
    queue = (await desk.get("/desk/queue", role=HANDLER)).json()["items"]
    return sorted((case["reference"], case["causes"]) for case in queue)


async def settle(desk: ClaimsDesk) -> None:
    for row in await desk.driver.rows("SELECT payment_id FROM payment WHERE ended_at IS NULL"):
        told = PaymentSettled(
            payment_id=row["payment_id"], outcome=PaymentOutcome.SETTLED, failure=None, ended_at=OPENED_AT
        )
        await desk.driver.harness.deliver(PAYMENT_SETTLED, told)


async def test_a_late_order_waits_where_it_is_due_before_and_after_its_claim_is_joined_and_parted(
    desk: ClaimsDesk,
) -> None:
    walls, chairs = await decided(desk, WALLS, CHAIRS)
    late_both = await late(desk)
    assert late_both == sorted((each.claim_reference, ["payment_unsettled"]) for each in (walls, chairs))
    path = f"/desk/claims/{walls.claim_reference}"

    await agreed(desk, f"{path}/joins", {"other": chairs.claim_reference, "reason": REASON})
    assert await waiting(desk) == [(walls.claim_reference, ["payment_unsettled"])]

    await desk.driver.rows("UPDATE payment SET ended_at = now() WHERE claim_id = $1", walls.claim_id)
    await desk.post(f"{path}/partings", {"report_id": str(CHAIRS.report_id), "reason": "Another."}, role=HANDLER)
    causes = {reference: set(found) for reference, found in await waiting(desk)}
    assert "payment_unsettled" in causes[chairs.claim_reference]
    assert "payment_unsettled" not in causes.get(walls.claim_reference, set())

    await settle(desk)
    assert not [found for _, found in await waiting(desk) if "payment_unsettled" in found]


async def test_a_late_order_of_a_claim_that_was_joined_ends_the_wait_of_both(desk: ClaimsDesk) -> None:
    walls, chairs = await decided(desk, WALLS, CHAIRS)
    await late(desk)
    joins = f"/desk/claims/{walls.claim_reference}/joins"
    await agreed(desk, joins, {"other": chairs.claim_reference, "reason": REASON})

    await settle(desk)

    assert await waiting(desk) == []


async def test_more_damage_that_can_be_covered_is_given_up_by_two(desk: ClaimsDesk) -> None:
    """What awaits an assessment is not payable yet, and is money all the same."""
    stays, ends = await decided(desk, CHAIRS, report(damage_cents=1_000_000))
    assert ends.money.awaits_assessment

    body = {"other": ends.claim_reference, "reason": REASON}
    await agreed(desk, f"/desk/claims/{stays.claim_reference}/joins", body)

    assert [each.outcome for each in await desk.driver.decisions()][:1] == [Outcome.WITHDRAWN]


async def test_a_parted_report_goes_on_with_its_claim_and_waits_for_a_ruling(desk: ClaimsDesk) -> None:
    walls, chairs = await decided(desk, WALLS, CHAIRS)
    path = f"/desk/claims/{walls.claim_reference}"
    await agreed(desk, f"{path}/joins", {"other": chairs.claim_reference, "reason": REASON})
    await desk.driver.published()

    answer = await desk.post(
        f"{path}/partings", {"report_id": str(CHAIRS.report_id), "reason": "Another cellar."}, role=HANDLER
    )

    assert answer.status_code == 201, answer.text
    assert (answer.json()["reference"], answer.json()["state"]) == (chairs.claim_reference, "referred")
    decisions = {each.claim_id: each for each in await desk.driver.published() if isinstance(each, DecisionMade)}
    assert decisions[chairs.claim_id].possible_duplicate_of == walls.claim_id
    assert decisions[chairs.claim_id].money.decided_before_cents == 80_000
    assert decisions[walls.claim_id].money.decided_before_cents == 125_000
    assert sum((await paid_cents(desk)).values()) == 205_000
    assert await desk.driver.joined() == {}
    assert await proofs_disagree(desk) == []


async def test_a_joined_claim_still_hears_its_customer_and_the_rain_without_being_decided(desk: ClaimsDesk) -> None:
    walls, chairs = await decided(desk, WALLS, CHAIRS)
    path = f"/desk/claims/{walls.claim_reference}"
    await agreed(desk, f"{path}/joins", {"other": chairs.claim_reference, "reason": REASON})
    await desk.driver.published()

    await desk.driver.report(corrected(CHAIRS, damage=report(damage_cents=90_000, kind=DamageKind.CONTENTS).damage))
    await desk.driver.rain(rainfall_answer(chairs.claim_id, tenths_mm=100, assessment_version=2))

    assert [event for event in await desk.driver.published() if isinstance(event, DecisionMade | PaymentOrdered)] == []
    versions = await desk.driver.rows("SELECT claim_id, report_version FROM claim WHERE joined_to IS NOT NULL")
    assert [tuple(row) for row in versions] == [(chairs.claim_id, 2)]


async def test_a_joined_report_that_is_corrected_to_another_loss_goes_on_with_its_own_claim(desk: ClaimsDesk) -> None:
    walls, chairs = await decided(desk, WALLS, CHAIRS)
    path = f"/desk/claims/{walls.claim_reference}"
    await agreed(desk, f"{path}/joins", {"other": chairs.claim_reference, "reason": REASON})
    later = report(loss_at=CHAIRS.loss.from_at.replace(day=20))

    await desk.driver.report(corrected(CHAIRS, loss=later.loss))

    ((state,),) = await desk.driver.rows("SELECT joined_to FROM claim WHERE claim_id = $1", chairs.claim_id)
    assert state is None
    assert await desk.driver.joined() == {}


async def test_parting_that_would_pay_more_than_a_handler_may_waits_for_a_senior(desk: ClaimsDesk) -> None:
    """What was paid for the claim that ended leaves with it, and would be paid again where it was not owed alone."""
    assessed = [
        corrected(each, damage=(replace(each.damage[0], amount_cents=cents, estimated_by=FactSource.HANDLER),))
        for each, cents in ((WALLS, 900_000), (CHAIRS, 1_500_000))
    ]
    walls, chairs = await decided(desk, *assessed)
    path = f"/desk/claims/{chairs.claim_reference}"
    await agreed(desk, f"{path}/joins", {"other": walls.claim_reference, "reason": REASON})
    more = replace(assessed[1].damage[0], amount_cents=2_500_000)
    await desk.driver.report(corrected(assessed[1], damage=(more,)))
    paid = sum((await paid_cents(desk)).values())
    assert paid == 2_500_000 - 25_000

    parting = {"report_id": str(WALLS.report_id), "reason": REASON}
    proposed = (await desk.post(f"{path}/partings", parting, role=HANDLER)).json()
    assert sum((await paid_cents(desk)).values()) == paid
    approval = f"{path}/proposals/{proposed['proposal_id']}/approval"
    refused = await desk.post(approval, {"reason": REASON}, role=HANDLER, subject=COLLEAGUE)
    assert refused.json()["type"].endswith("/senior-needed")
    done = await desk.post(approval, {"reason": REASON}, role=Role.SENIOR_HANDLER, subject=COLLEAGUE)
    assert done.status_code == 200, done.text
    assert sum((await paid_cents(desk)).values()) == paid + 875_000


async def test_of_two_handlers_who_join_the_claims_each_into_the_other_one_wins(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(WALLS, CHAIRS)
    rows = await desk.driver.rows("SELECT claim_reference FROM claim ORDER BY claim_id")
    walls, chairs = [row["claim_reference"] for row in rows]

    answers = await asyncio.gather(
        *(
            desk.post(f"/desk/claims/{claim}/joins", {"other": other, "reason": REASON}, role=HANDLER, subject=subject)
            for claim, other, subject in ((walls, chairs, "handler-1"), (chairs, walls, COLLEAGUE))
        )
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(await desk.driver.rows("SELECT FROM claim WHERE joined_to IS NOT NULL")) == 1


async def test_what_cannot_be_joined_or_parted_says_why(desk: ClaimsDesk) -> None:
    walls, chairs = await decided(desk, WALLS, CHAIRS)
    pumped = report(kind=DamageKind.CLEANING)
    (cleaning,) = await decided(desk, pumped)
    path = f"/desk/claims/{walls.claim_reference}"
    join_chairs = {"other": chairs.claim_reference, "reason": REASON}

    itself = await desk.post(f"{path}/joins", {"other": walls.claim_reference, "reason": REASON}, role=HANDLER)
    await agreed(desk, f"{path}/joins", join_chairs)
    again = await desk.post(f"{path}/joins", join_chairs, role=HANDLER)
    chain = await desk.post(
        f"/desk/claims/{cleaning.claim_reference}/joins",
        {"other": walls.claim_reference, "reason": REASON},
        role=HANDLER,
    )
    opening = await desk.post(f"{path}/partings", {"report_id": str(WALLS.report_id), "reason": REASON}, role=HANDLER)

    assert [each.status_code for each in (itself, again, chain, opening)] == [409, 409, 409, 409]
    assert "other way round" in chain.json()["detail"]
    assert (await desk.post(f"{path}/joins", join_chairs)).status_code == 403


async def test_nothing_is_joined_or_parted_for_a_reason_that_nobody_can_see(desk: ClaimsDesk) -> None:
    first, second = await decided(desk, WALLS, CHAIRS)
    path = f"/desk/claims/{first.claim_reference}"
    other = second.claim_reference

    for reason in (" ", "\u200b\u200b"):
        joined = await desk.post(f"{path}/joins", {"other": other, "reason": reason}, role=HANDLER)
        parted = await desk.post(
            f"{path}/partings", {"report_id": str(CHAIRS.report_id), "reason": reason}, role=HANDLER
        )
        assert [(answer.status_code, answer.json()["errors"][0]["field"]) for answer in (joined, parted)] == [
            (422, "/reason"),
            (422, "/reason"),
        ]
