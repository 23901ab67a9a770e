"""Staff on the portal's pages, through the real services: two handlers decide, an operator settles what failed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from at_the_desk import DRY_DAY, STORM, Desk, policy
from portal_world import Browser
from staff_at_the_portal import StaffPortal, portal_of_staff

from contracts.access import Role
from contracts.envelope import encode
from contracts.loss_reports import LOSS_REPORTED, DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.vocabulary import LossInterval

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_handlers_decide_with_four_eyes_and_an_operator_settles_what_failed(desk: Desk) -> None:
    reference = await desk.phoned(policy("01"), STORM, ("buildings", 90_000), day=DRY_DAY)
    async with portal_of_staff(desk.whole) as portal:
        await decided_by_two(desk, portal, reference)
        await settled_by_an_operator(desk, await portal.invited(Role.OPERATOR, "on-call@portal.example"), reference)


async def decided_by_two(desk: Desk, portal: StaffPortal, reference: str) -> None:
    page_of = f"/en/desk/claims/{reference}"
    first = await portal.invited(Role.CLAIMS_HANDLER, "first@portal.example")
    queue = await first.follow("/en/enter")
    assert queue.request.url.path == "/en/desk"
    assert reference in (await first.get("/en/desk?whose=free&cause=referred")).text

    page = await first.to_the_end(await first.submit(await first.get(page_of), action="/take"))
    assert "You have taken this claim" in page.text
    for told in ("Storm", "€\u00a0900.00", "Noor Waterkant", "Waits for a handler"):
        assert told in page.text, told
    denied = {"outcome-0": "denied", "reason-0": "There was no wind that day"}
    page = await first.to_the_end(await first.submit(page, denied, action="/decide"))
    assert "A second person has to approve it" in page.text
    assert "Somebody else judges it" in page.text

    second = await portal.invited(Role.CLAIMS_HANDLER, "second@portal.example")
    await second.follow("/en/enter")
    page = await second.get(page_of)
    assert "There was no wind that day" in page.text
    judged = {"judgement": "approve", "judgement-reason": "I looked it up, too"}
    action = re.search(r'action="[^"]*(/proposals/[^"]+)"', page.text)
    assert action is not None
    page = await second.to_the_end(await second.submit(page, judged, action=action[1]))
    assert "It is decided." in page.text
    assert (await desk.claim(reference))["outcome"] == "denied"
    (ruling,) = (await desk.at_desk(reference))["rulings"]
    assert ruling["approved_by"] not in {None, ruling["decided_by"]}
    for path in ("/en/operations", "/en/insurances"):
        assert (await first.get(path)).status_code == HTTPStatus.FORBIDDEN


async def settled_by_an_operator(desk: Desk, operator: Browser, reference: str) -> None:
    home = await operator.follow("/en/enter")
    assert home.request.url.path == "/en/operations"
    assert home.text.count('<span class="tag tag-good">yes</span>') >= 4, home.text
    story = await operator.get(f"/en/operations/claims?q={reference}")
    assert "Denied by two handlers" in story.text
    assert "There was no wind that day" not in story.text
    for path in ("timers", "queues", "rain"):
        assert (await operator.get(f"/en/operations/{path}")).status_code == HTTPStatus.OK

    report_id = await refused_report(desk)
    listed = f"/en/operations/dead-letters?about={report_id}"
    text = await desk.eventually(
        lambda: text_at(operator, listed), lambda text: "/dead-letters/claims/" in text, what="a dead letter"
    )
    link = re.search(r'href="(/en/operations/dead-letters/claims/[^"]+)"', text)
    assert link is not None, text
    letter = await operator.get(link[1])
    assert str(report_id) in letter.text
    again = await operator.submit(letter, action="/replay")
    assert again.status_code in {HTTPStatus.CONFLICT, HTTPStatus.SEE_OTHER}
    letter = await operator.get(link[1])
    ended = await operator.submit(letter, {"reason": "it is sent again with the right clock"}, action="/discard")
    assert "It is discarded" in (await operator.to_the_end(ended)).text
    assert "There are none." in (await operator.get(listed)).text
    assert "it is sent again with the right clock" in (await operator.get(f"{listed}&closed=true")).text


async def text_at(browser: Browser, path: str) -> str:
    return (await browser.get(path)).text


async def refused_report(desk: Desk) -> str:
    """Report a loss by a channel that does not exist, which claims-svc cannot take; return the id of the report."""
    report_id, at = uuid4(), datetime.now(UTC)
    report = LossReported(
        report_id=report_id,
        policy_number=policy("01"),
        channel=ReportChannel.PARTNER,
        reported_at=at,
        loss=LossInterval(from_at=at - timedelta(days=1), until_at=at - timedelta(days=1)),
        facts=LossFacts(),
        damage=(DamageItem(kind=DamageKind.BUILDINGS, amount_cents=10_000),),
    )
    message = encode(LOSS_REPORTED, report, event_id=str(uuid4()), source="/app", time=at)
    wrong = json.dumps({**json.loads(message.value), "channel": "fax"}).encode()
    desk.whole.sent_by_upstream.append(wrong)
    await desk.outside.producer.send_and_wait(message.topic, wrong, key=message.key, headers=list(message.headers))
    return str(report_id)
