"""How settled messages are counted and published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from chassis.unit_of_work import Work
from contracts.notify import MessageSettled
from notify_svc.domain.messages import SETTLEMENTS
from notify_svc.metrics import MESSAGES_SETTLED
from notify_svc.repository.messages import SettledMessage


def publish_settled(work: Work, settled: Sequence[SettledMessage]) -> None:
    """Publish how each of `settled` ended, in its own claim's trace, and count them once that is committed."""
    work.after_commit(partial(_count, settled))
    for message in settled:
        work.publish(
            MessageSettled(
                message_id=message.message_id,
                claim_id=message.claim_id,
                claim_version=message.claim_version,
                channel=message.channel,
                settlement=SETTLEMENTS[message.state],
                attempts=message.attempts,
            ),
            trace=message.trace,
        )


def _count(settled: Sequence[SettledMessage]) -> None:
    for (channel, state), count in Counter((message.channel, message.state) for message in settled).items():
        MESSAGES_SETTLED.labels(channel.value, state.value).inc(count)
