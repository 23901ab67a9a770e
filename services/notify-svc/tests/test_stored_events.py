"""How decisions lie in the database."""

from __future__ import annotations

import pytest
from decisions import contact, paid
from letter_cases import CASES
from mail_server import MailServer
from notify_desk import Desk

from contracts.claims import DecisionMade
from contracts.codec import to_json
from contracts.vocabulary import Channel
from notify_svc.repository import stored_events

EVENT = to_json(paid())


@pytest.mark.parametrize("decision", CASES.values(), ids=CASES)
def test_an_event_is_read_byte_for_byte_as_it_came(decision: DecisionMade) -> None:
    event = to_json(decision)

    packed = [stored_events.pack(event) for _ in range(2)]

    assert [stored_events.unpack(each) for each in packed] == [event, event]


def test_what_all_decisions_have_in_common_is_not_stored_with_each_of_them() -> None:
    assert len(stored_events.pack(EVENT)) < len(EVENT) / 8


def test_an_event_of_before_is_read_as_it_is() -> None:
    assert stored_events.unpack(EVENT) == EVENT


async def test_a_decision_that_was_stored_before_is_told(desk: Desk, mail: MailServer) -> None:
    decision = paid()
    await desk.know(contact())
    await desk.decide(decision)
    stored = await desk.harness.pool.fetchval("SELECT event FROM decision")
    await desk.harness.pool.execute("UPDATE decision SET event = $1", to_json(decision))

    await desk.send_until(Channel.EMAIL, "sent")

    assert len(stored) < len(to_json(decision)) / 8
    assert decision.claim_reference in str(mail.mails[0]["Subject"])
