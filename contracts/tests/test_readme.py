"""The README's code runs as it stands, against a broker."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from confluent_kafka import Consumer, Message, Producer, TopicPartition
from msgspec.structs import replace

from contracts.claims import DECISION_MADE, DecisionMade
from contracts.envelope import Received, decode, encode
from contracts.loss_reports import LOSS_REPORTED
from contracts.topic import Topic

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
TopicMaker = Callable[..., list[str]]
EXAMPLE = DECISION_MADE.examples[0]


class Enough(Exception):  # noqa: N818 - ends the snippet's endless loop
    """The last record that the test has sent was applied."""


def test_the_snippet_publishes_a_report_that_claims_svc_can_read(kafka_bootstrap: str, make_topics: TopicMaker) -> None:
    make_topics(LOSS_REPORTED)
    names: dict[str, Any] = {}

    run(snippet("Publish", kafka_bootstrap), names)

    read = find(LOSS_REPORTED, names["message"].key, kafka_bootstrap=kafka_bootstrap)
    headers = cast("list[tuple[str, bytes | None]]", read.headers())
    received = decode(LOSS_REPORTED, headers=headers, key=read.key(), value=read.value())
    assert received.event == names["report"]
    assert received.source == "/portal"


def test_the_snippet_applies_decisions_keeps_dead_letters_and_commits_each(
    kafka_bootstrap: str, make_topics: TopicMaker
) -> None:
    make_topics(DECISION_MADE)
    claim_id = uuid4()
    first, second = (replace(EXAMPLE, claim_id=claim_id, claim_version=n) for n in (1, 2))
    at = datetime(2021, 7, 16, tzinfo=UTC)
    messages = [encode(DECISION_MADE, event, event_id=str(uuid4()), source="/t", time=at) for event in (first, second)]
    producer = Producer({"bootstrap.servers": kafka_bootstrap})
    producer.produce(DECISION_MADE.name, b"{", key=messages[0].key, headers=list(messages[0].headers))
    for message in messages:
        producer.produce(message.topic, message.value, key=message.key, headers=list(message.headers))
    assert producer.flush(30) == 0
    dead_letters: list[tuple[bytes | None, str]] = []
    applied: list[DecisionMade] = []

    def apply_once(received: Received[DecisionMade]) -> None:
        if received.event.claim_id == claim_id:
            applied.append(received.event)
            if received.event == second:
                raise Enough

    def store_dead_letter(record: Message, *, code: str, reason: str) -> None:
        assert reason
        dead_letters.append((record.value(), code))

    names: dict[str, Any] = {"apply_once": apply_once, "store_dead_letter": store_dead_letter}
    with suppress(Enough):
        run(snippet("Consume", kafka_bootstrap), names)

    assert applied == [first, second]
    assert (b"{", "not-json") in dead_letters
    with closing(names["consumer"]) as consumer:
        uncommitted = names["record"]
        [committed] = consumer.committed([TopicPartition(uncommitted.topic(), uncommitted.partition())], timeout=30)
        assert committed.offset == uncommitted.offset()


def snippet(heading: str, kafka_bootstrap: str) -> str:
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    code: str
    [code] = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert "localhost:9092" in code
    return code.replace("localhost:9092", kafka_bootstrap)


def run(code: str, names: dict[str, Any]) -> None:
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102 - our own README


def find(topic: Topic[Any], key: bytes, *, kafka_bootstrap: str) -> Message:
    settings = {"bootstrap.servers": kafka_bootstrap, "group.id": str(uuid4()), "auto.offset.reset": "earliest"}
    with closing(Consumer(settings)) as consumer:
        consumer.subscribe([topic.name])
        while (record := consumer.poll(timeout=60)) is not None:
            assert record.error() is None
            if record.key() == key:
                return record
    raise AssertionError(f"nothing on {topic.name} has the key {key!r}")
