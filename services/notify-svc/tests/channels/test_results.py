from __future__ import annotations

import math
from datetime import timedelta

import pytest
from decisions import contact, paid
from message_keys import KEPT_TEXT_KEY
from notify_desk import Desk

from chassis.vault import Vault
from contracts.vocabulary import Channel
from notify_svc.channels.results import Results
from notify_svc.domain.attempts import Accepted, Deferred, Result, RetryPolicy
from notify_svc.domain.messages import SENT_CHANNELS
from notify_svc.repository import attempts
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease
from notify_svc.send_queue import SendQueue, SendQueues

POLICY = RetryPolicy(first_seconds=1, longest_seconds=1, give_up_after=timedelta(hours=1))


async def lease(desk: Desk, channel: Channel) -> LeasedMessage:
    """Lease the one message of `channel` that is due."""
    async with desk.runtime.transaction() as work:
        (leased,) = await attempts.lease_due(
            work.connection,
            channel=channel,
            lease=Lease.lasting(10),
            now=work.now,
            leased_until=work.now + timedelta(seconds=10),
            limit=1,
        )
    return leased


async def test_results_of_both_channels_are_recorded_together_and_the_last_on_its_way_is_not_waited_on(
    desk: Desk,
) -> None:
    queues = SendQueues(lease=timedelta(seconds=10))
    results = Results(queues=queues, policy=POLICY, vault=Vault(KEPT_TEXT_KEY))
    assert results.seconds_left() == math.inf
    await desk.know(contact())
    await desk.decide(paid())
    sent: list[tuple[SendQueue, LeasedMessage]] = []
    for channel in SENT_CHANNELS:
        queues.attach(channel, queue := SendQueue(capacity=10))
        queue.reserve(1)
        queue.put([leased := await lease(desk, channel)], reserved=1)
        sent.append((queue, leased))

    (mail_queue, mail), (sms_queue, sms) = sent
    results.add(mail, Accepted(), queue=mail_queue)
    assert 0 < results.seconds_left() <= 0.01
    results.add(sms, Accepted(), queue=sms_queue)
    assert results.seconds_left() == 0
    await results.record(desk.runtime)

    assert await desk.states() == ["sent", "sent"]
    assert await desk.harness.pool.fetchval("SELECT count(DISTINCT xmin::text) FROM message") == 1
    assert await desk.harness.pool.fetchval("SELECT count(*) FROM lease") == 0
    assert (mail_queue.occupied, sms_queue.occupied, results.seconds_left()) == (0, 0, math.inf)


@pytest.mark.parametrize(("result", "state"), [(Accepted(), "sent"), (Deferred("451"), "due")])
async def test_a_lease_is_forgotten_with_the_last_of_its_results_whether_settled_or_tried_again(
    desk: Desk, result: Result, state: str
) -> None:
    queues = SendQueues(lease=timedelta(seconds=10))
    results = Results(queues=queues, policy=POLICY, vault=Vault(KEPT_TEXT_KEY))
    await desk.know(contact())
    await desk.decide(paid())
    queues.attach(Channel.SMS, queue := SendQueue(capacity=10))
    queue.reserve(1)
    queue.put([leased := await lease(desk, Channel.SMS)], reserved=1)
    assert await desk.harness.pool.fetchval("SELECT count(*) FROM lease") == 1

    results.add(leased, result, queue=queue)
    await results.record(desk.runtime)

    assert await desk.states(Channel.SMS) == [state]
    assert await desk.harness.pool.fetchval("SELECT count(*) FROM lease") == 0
