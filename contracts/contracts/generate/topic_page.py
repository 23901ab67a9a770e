"""The topics as a page for people."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from typing import Any

from contracts.generate.asyncapi import summary_of
from contracts.generate.json_schemas import in_full, schema_file_name
from contracts.topic import PersonalData, Topic
from contracts.topics import TOPICS

_INTRODUCTION = """\
# Topics

Generated from the declarations in `contracts/contracts/` by `python -m contracts.generate`. Records are CloudEvents 1.0
in binary mode; the README of `contracts/` shows how to write and read them. A consumer's group is `<consumer>.<topic>`.
A record's timestamp is the moment the broker stored it (`LogAppendTime`); the event's own is its `ce_time`.
"""

_CLASSES = {
    PersonalData.NONE: "no personal data",
    PersonalData.PSEUDONYMOUS: "identifiers that only the services can resolve",
    PersonalData.LOCATION: "where somebody lives, or what happened in their home",
    PersonalData.CONTACT: "name, e-mail address, phone number",
}
_SECRETS = (("Secrets", "encrypted for its consumer; a dead letter of a wrong record keeps no value"),)


def topic_page() -> str:
    """Return the page: a table of all topics, then each in full."""
    return "\n".join((_INTRODUCTION, _overview(), *map(_section, TOPICS)))


def _overview() -> str:
    rows = [
        (f"[{topic.name}](#{topic.name.replace('.', '')})", summary_of(topic.event), _names(topic.consumers))
        for topic in TOPICS
    ]
    return _table(("Topic", "Event", "Consumers"), rows)


def _section(topic: Topic[Any]) -> str:
    facts = (
        ("Event", f"`{topic.event.__name__}` ([schema]({schema_file_name(topic.event)}))"),
        ("ce_type", f"`{topic.event_type}`"),
        ("Key", f"`{topic.key}`"),
        ("Owner", topic.owner),
        ("Producers", _names(topic.producers)),
        ("Consumers", _names(topic.consumers)),
        ("Partitions", str(topic.partitions)),
        ("Retention", _retention(topic)),
        ("Largest record", f"{topic.max_message_bytes} bytes"),
        ("Personal data", f"{topic.personal_data}: {_CLASSES[topic.personal_data]}"),
        *(_SECRETS if topic.holds_secrets else ()),
    )
    return f"## {topic.name}\n\n{inspect.getdoc(topic.event)}\n\n{_table(('', ''), facts)}\n{_examples(topic)}"


def _retention(topic: Topic[Any]) -> str:
    if topic.retention is None:
        return "the newest record of every key, for good (compacted)"
    return f"{topic.retention.days} days"


def _examples(topic: Topic[Any]) -> str:
    shown = [json.dumps(in_full(example), indent=2) for example in topic.examples]
    return "".join(f"Example:\n\n```json\n{example}\n```\n" for example in shown)


def _names(names: Sequence[str]) -> str:
    return ", ".join(names)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
