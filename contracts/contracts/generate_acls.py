"""What each principal may do on the broker: read what it consumes, write what it produces, nothing else."""

from __future__ import annotations

import csv
import io

from contracts.topics import TOPICS

_COLUMNS = ("principal", "operation", "resource_type", "resource_name", "pattern_type")


def group_id(consumer: str, topic: str) -> str:
    """Return the consumer group of `consumer` on `topic`: each of its topics has a group of its own."""
    return f"{consumer}.{topic}"


def acl_rows() -> list[tuple[str, ...]]:
    """Return one row per permission. Describing a topic comes with reading or writing it."""
    rows = set()
    for topic in TOPICS:
        for producer in topic.producers:
            rows.add((f"User:{producer}", "Write", "Topic", topic.name, "Literal"))
        for consumer in topic.consumers:
            rows.add((f"User:{consumer}", "Read", "Topic", topic.name, "Literal"))
            rows.add((f"User:{consumer}", "Read", "Group", group_id(consumer, topic.name), "Literal"))
    return sorted(rows)


def acl_csv() -> str:
    """Return the permissions as a table."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(acl_rows())
    return text.getvalue()
