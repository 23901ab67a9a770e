"""A customer who asks for all that is held about them gets how they are reached and what they were sent."""

from __future__ import annotations

import json
from uuid import uuid4

from account_requests import POLICY_NUMBER, asked, told
from decisions import CUSTOMER, EMAIL, contact, paid
from notify_desk import Desk

from contracts.vocabulary import Channel
from notify_svc.repository.customer_data import NOTHING_OF_CUSTOMERS, SAID, SECTIONS


async def test_a_customer_gets_what_they_were_sent_and_nobody_elses(desk: Desk) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    request = asked()
    await desk.ask(told(), request)
    await desk.send_until(Channel.SMS, "sent")
    await desk.requests_settled()

    held = await desk.harness.holds(customer_id=CUSTOMER, relation_number="123456")

    assert list(held) == [*SECTIONS, SAID]
    assert [one["email"] for one in held["contact"]] == [EMAIL]
    assert {one["channel"] for one in held["messages_about_claims"]} >= {"email", "sms"}
    assert [(one["part"], one["parts"], one["outcome"]) for one in held["delivery_of_sms"]] == [(1, 1, None)]
    assert {(one["occasion"], one["policy_number"]) for one in held["other_messages"]} == {
        ("policy_changed", POLICY_NUMBER),
        ("login_code_requested", None),
    }
    assert request.sealed is not None
    assert request.sealed not in json.dumps(held)
    nobody = await desk.harness.holds(customer_id=uuid4(), relation_number="123456")
    assert list(nobody.values()) == [[] for _ in (*SECTIONS, SAID)]


async def test_every_table_is_told_or_there_is_a_reason_why_not(desk: Desk) -> None:
    untold = await desk.harness.tables_untold(sections=SECTIONS, nothing_of_customers=NOTHING_OF_CUSTOMERS)
    assert untold == set()
