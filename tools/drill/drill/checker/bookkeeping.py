"""Whether the services' own bookkeeping agrees with the wire: outboxes, positions, inboxes, dead letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from drill.checker.databases import number_of
from drill.checker.found import Found, OfService, Record, Row
from drill.checker.journal import Journal

REPORTS = "claims.loss-reported.v1"
REJECTED = "claims.report-rejected.v1"
DEAD_LETTERED = "claims.message-dead-lettered.v1"
REMEMBER_ONLY_THE_LAST = frozenset({"notify.message-settled.v1", "notify.claim-message-settled.v1"})
"""At claims-svc: what is consumed again there changes nothing, so that its inbox keeps the last of a batch only."""
CONSUMED = {
    "claims-svc": (
        REPORTS,
        "policy.policy-changed.v1",
        "weather.rainfall-assessed.v1",
        "notify.message-settled.v1",
        "notify.claim-message-settled.v1",
    ),
    "weather-svc": ("claims.rainfall-requested.v1",),
    "notify-svc": ("policy.contact-changed.v1", "claims.decision-made.v1", "claims.payment-ordered.v1"),
}
"""What a claim's way goes over: who has no position there has never consumed it."""


def nothing_is_left(_: Journal, found: Found) -> Iterator[str]:
    """Everything that was enqueued has left, and everything that was published was consumed."""
    for service, own in found.services.items():
        for count, what in (
            (own.outbox, "events wait in the outbox"),
            (own.undeliverable, "events are undeliverable"),
            (own.gaps, "gaps were found"),
        ):
            if count:
                yield f"{service}: {count} {what}"
        for position in own.positions:
            end = found.ends.get((_topic_of(position.consumer, service), position.partition))
            if end != position.next_offset:
                stands = f"partition {position.partition} stands at {position.next_offset}, it ends at {end}"
                yield f"{position.consumer}: {stands}"
        begun = {(_topic_of(position.consumer, service), position.partition) for position in own.positions}
        for topic, partition in found.ends.keys() - begun:
            if topic in CONSUMED.get(service, ()) and found.ends[topic, partition]:
                yield f"{service} has never consumed partition {partition} of {topic}"


def inboxes_hold_what_was_published(_: Journal, found: Found) -> Iterator[str]:
    """Each consumer has remembered every event of its topic, dead letters aside, and no other."""
    for service, own in found.services.items():
        for consumer in sorted({position.consumer for position in own.positions}):
            topic = _topic_of(consumer, service)
            if topic not in found.records:
                continue
            published = _published(found.of_topic(topic), own)
            remembered = own.inbox.get(consumer, frozenset())
            if (missing := published - remembered) and topic not in REMEMBER_ONLY_THE_LAST:
                yield f"{consumer}: {len(missing)} events left no trace, such as {min(missing)[1]}"
            if unknown := remembered - published:
                yield f"{consumer}: {len(unknown)} events are not on the topic, such as {min(unknown)[1]}"


def _published(records: Sequence[Record], own: OfService) -> set[tuple[int, str]]:
    rejected = {(row["topic"], row["partition"], row["record_offset"]) for row in own.dead_letters}
    return {
        (number_of(record.source), record.event_id)
        for record in records
        if (record.topic, record.partition, record.offset) not in rejected
    }


def _topic_of(consumer: str, service: str) -> str:
    """A consumer's group is named after its service and the one topic that it reads."""
    return consumer.removeprefix(f"{service}.")


def dead_letters_are_the_poison(journal: Journal, found: Found) -> Iterator[str]:
    """Each record of poison is one dead letter with a reason, published once and told to its sender; nothing else."""
    for service, own in found.services.items():
        if service != "claims-svc" and own.dead_letters:
            reasons = sorted({row["reason_code"] for row in own.dead_letters})
            yield f"{service} has {len(own.dead_letters)} dead letters: {', '.join(reasons)}"
    letters = found.services.get("claims-svc", OfService()).dead_letters
    for topic in {row["topic"] for row in letters} - {REPORTS}:
        yield f"claims-svc has dead letters of {topic}, where no poison was sent"
    yield from _stored(letters, poison=_poison(journal, found))
    yield from _told(letters, found)


def _poison(journal: Journal, found: Found) -> AbstractSet[tuple[int, int]]:
    """Where poison lies: also what arrived though its acknowledgement was lost."""
    return journal.poison.keys() | {
        (one.partition, one.offset)
        for one in found.of_topic(REPORTS)
        if one.value_sha256 in journal.maybe_poison and not _is_report(one, journal)
    }


def _stored(letters: Sequence[Row], *, poison: AbstractSet[tuple[int, int]]) -> Iterator[str]:
    stored = Counter((row["partition"], row["record_offset"]) for row in letters if row["topic"] == REPORTS)
    for place in poison:
        if stored[place] != 1:
            yield f"poison at {place} is {stored[place]} dead letters"
    for place in stored.keys() - poison:
        yield f"the record at {place} is a dead letter and no poison"


def _told(letters: Sequence[Row], found: Found) -> Iterator[str]:
    for row in letters:
        if not row["reason_code"].strip() or not row["reason"].strip():
            yield f"dead letter {row['dead_letter_id']} gives no reason"
    for topic in (DEAD_LETTERED, REJECTED):
        told = Counter({one.event_id: one.event["dead_letter_id"] for one in found.of_topic(topic)}.values())
        for dead_letter_id in {row["dead_letter_id"] for row in letters} | told.keys():
            if told[dead_letter_id] != 1:
                yield f"dead letter {dead_letter_id} is told {told[dead_letter_id]} times on {topic}"


def _is_report(record: Record, journal: Journal) -> bool:
    """Poison whose value alone is sound (a wrong key, no headers) shares its value with no report that was sent."""
    return isinstance(record.event, dict) and record.event.get("report_id") in journal.attempted
