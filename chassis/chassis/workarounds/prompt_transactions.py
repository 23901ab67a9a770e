"""Lets a Kafka transaction begin soon after the one before it.

The broker acknowledges the end of a transaction before it has written the end into every partition, a few milliseconds
later, and until then refuses to begin another. aiokafka 0.14.0 asks again only 20 ms later, whatever `retry_backoff_ms`
says: with several batches a second most of the time from the commit of an event to its record would be this wait.
"""

from __future__ import annotations

from aiokafka.producer import sender

_SECONDS = 0.002


def shorten_the_wait_between_transactions() -> None:
    """For every producer of this process: aiokafka has no setting of one producer."""
    sender.BACKOFF_OVERRIDE = _SECONDS
