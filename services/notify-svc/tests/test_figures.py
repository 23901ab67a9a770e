"""How many messages have no end yet, and for how long the first of them waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from account_requests import asked
from claim_requests import about_claim
from decisions import contact, paid
from notify_desk import Desk
from prometheus_client import REGISTRY

from chassis.database import Connection
from contracts.claim_messages import ClaimOccasion
from contracts.vocabulary import Channel
from notify_svc.metrics import UNSETTLED
from notify_svc.repository import figures


async def unsettled(desk: Desk) -> Mapping[tuple[str, str], float | None]:
    """Return what is not 0 after another measurement."""
    await desk.harness.measure()
    found = {
        (state, channel.value): REGISTRY.get_sample_value("notify_messages", {"state": state, "channel": channel})
        for state in UNSETTLED
        for channel in Channel
    }
    assert None not in found.values(), "what there is none of is 0"
    return {name: count for name, count in found.items() if count}


def oldest(channel: Channel) -> float | None:
    return REGISTRY.get_sample_value("notify_oldest_unsent_seconds", {"channel": channel})


async def test_what_waits_for_an_address_is_not_yet_to_be_sent(desk: Desk) -> None:
    assert await unsettled(desk) == {}

    await desk.decide(paid())
    desk.later(minutes=5)

    assert await unsettled(desk) == {("awaiting_contact", "email"): 1, ("awaiting_contact", "sms"): 1}
    assert [oldest(channel) for channel in Channel] == [0, 0, 0]


async def test_what_is_due_or_being_sent_waits_since_it_was_first_to_be_sent(desk: Desk) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    desk.later(minutes=5)
    await desk.decide(paid())
    await desk.abandon(Channel.EMAIL, lasting=timedelta(minutes=1))
    desk.later(seconds=20)

    assert await unsettled(desk) == {("sending", "email"): 2, ("due", "sms"): 2}
    assert [oldest(channel) for channel in Channel] == [320, 320, 0]


async def test_what_is_requested_counts_with_the_decisions_until_it_is_sent(desk: Desk) -> None:
    await desk.know(contact())
    await desk.ask(asked())
    desk.later(seconds=3)

    assert await unsettled(desk) == {("due", "sms"): 1}
    assert (oldest(Channel.SMS) or 0) >= 3
    await desk.send_requests_until("sent")
    assert await unsettled(desk) == {}
    assert oldest(Channel.SMS) == 0


async def test_a_message_in_doubt_and_a_letter_to_be_posted_are_counted_and_no_longer_to_be_sent(desk: Desk) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await desk.harness.pool.execute("UPDATE message SET state = 'in_doubt', answers_lost = 1 WHERE channel = 'sms'")
    await desk.harness.pool.execute(
        "UPDATE message SET state = 'to_be_posted', channel = 'post' WHERE channel = 'email'"
    )
    desk.later(minutes=5)

    assert await unsettled(desk) == {("in_doubt", "sms"): 1, ("to_be_posted", "post"): 1}
    assert [oldest(channel) for channel in Channel] == [0, 0, 0]


async def test_a_letter_in_the_place_of_a_mail_is_counted_until_it_is_posted(desk: Desk) -> None:
    await desk.know(contact(email=None))
    await desk.ask_about_claims(about_claim(ClaimOccasion.QUESTIONS_ASKED))
    await desk.send_requests_until("no_address")

    assert await unsettled(desk) == {("to_be_posted", "post"): 1}
    await desk.harness.pool.execute("UPDATE requested_letter SET state = 'posted'")
    assert await unsettled(desk) == {}


@dataclass
class Planned:
    """A connection that plans what is asked and answers nothing."""

    connection: Connection
    plan: list[str] = field(default_factory=list)

    async def fetch(self, query: str) -> Sequence[object]:
        self.plan += [line for (line,) in await self.connection.fetch(f"EXPLAIN {query}")]
        return []


async def test_no_table_of_messages_is_read_whole_to_count_what_has_no_end(desk: Desk) -> None:
    async with desk.harness.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        planned = Planned(connection)
        await figures.unsettled(cast("Connection", planned))

    assert planned.plan
    assert [line for line in planned.plan if "Seq Scan" in line and "on lease" not in line] == []
