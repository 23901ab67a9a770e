"""What each principal may do on the broker: read what it consumes, write what it produces, nothing else.

Its relay writes in transactions, under the name of the service: whoever may use that name can fence the relay.
"""

from __future__ import annotations

from contracts.dead_letters import MessageDeadLettered
from contracts.topic import transactional_id_of
from contracts.topics import TOPICS

COLUMNS = ("principal", "operation", "resource_type", "resource_name", "pattern_type")


def acl_rows() -> list[tuple[str, ...]]:
    """Return each permission as a row of `COLUMNS`. Describing a topic comes with reading or writing it."""
    rows = set()
    for topic in TOPICS:
        for producer in topic.producers:
            rows.add((f"User:{producer}", "Write", "Topic", topic.name, "Literal"))
            if topic.event is MessageDeadLettered:  # every service of ours has such a topic, and a relay
                rows.add((f"User:{producer}", "Write", "TransactionalId", transactional_id_of(producer), "Literal"))
        for consumer in topic.consumers:
            rows.add((f"User:{consumer}", "Read", "Topic", topic.name, "Literal"))
            rows.add((f"User:{consumer}", "Read", "Group", topic.group_of(consumer), "Literal"))
    return sorted(rows)


def principals() -> list[str]:
    """Return everyone who logs in at the broker: services, partners, upstream systems, operators."""
    return sorted({principal.removeprefix("User:") for principal, *_ in acl_rows()})
