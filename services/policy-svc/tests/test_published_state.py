"""What was imported reaches Kafka, and reading the topics from the start rebuilds it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from confluent_kafka import Consumer
from msgspec.structs import replace
from policy_lines import DEMO_FILE

from contracts.envelope import decode
from contracts.policy import CONTACT_CHANGED, POLICY_CHANGED, ContactChanged, PolicyChanged
from contracts.topic import Topic
from contracts.topics import TOPICS
from devstack.stack import Stack
from policy_svc.policy_file.lines import NumberedLine
from policy_svc.policy_file.reading import read_lines

PATIENCE_SECONDS = 45


@pytest.fixture
def environment(database: str, stack: Stack, make_topics: Callable[..., list[str]]) -> dict[str, str]:
    make_topics(*(topic for topic in TOPICS if "policy-svc" in {*topic.producers, *topic.consumers}))
    nobody = {"API_ISSUER": "http://127.0.0.1:1", "API_JWKS_URL": "http://127.0.0.1:1/jwks.json"}
    insurer = {"INSURER_PHONE": "088 000 00 00", "INSURER_ADDRESS": "Postbus 1, Amsterdam", "INSURER_CODE": "0421"}
    return os.environ | stack.environment() | nobody | insurer | {"DATABASE_URL": database}


@pytest.fixture
def corrected(tmp_path: Path) -> Path:
    """The demo's policies, each with another deductible, and customers with another name."""
    lines = [json.loads(line) for line in DEMO_FILE.read_text().splitlines()]
    for line in lines:
        line["policyholder"]["name"] += "-Later"
        for terms in line["terms"]:
            terms["deductible_cents"] = 25_000 if terms["deductible_cents"] == 0 else 0
    path = tmp_path / "corrected.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


@pytest.fixture
def _running(environment: dict[str, str], corrected: Path) -> Iterator[None]:
    """The service as a process, on a database that holds the demo's policies as they were corrected since."""
    program = [sys.executable, "-m", "policy_svc"]
    for arguments in (["migrate"], ["import", str(DEMO_FILE)], ["import", str(corrected)]):
        subprocess.run([*program, *arguments], env=environment, check=True, timeout=60)
    process = subprocess.Popen([*program, "run"], env=environment)
    yield
    process.send_signal(signal.SIGTERM)
    try:
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()


@pytest.fixture
def events(kafka_bootstrap: str) -> Iterator[Iterator[PolicyChanged | ContactChanged]]:
    """What an outside reader of both topics sees, from their start until its patience ends."""
    consumer = Consumer(
        {"bootstrap.servers": kafka_bootstrap, "group.id": str(uuid4()), "auto.offset.reset": "earliest"}
    )
    by_name: dict[str | None, Topic[Any]] = {topic.name: topic for topic in (POLICY_CHANGED, CONTACT_CHANGED)}
    consumer.subscribe([topic.name for topic in by_name.values()])

    def read() -> Iterator[PolicyChanged | ContactChanged]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            record = consumer.poll(0.5)
            if record is not None and record.error() is None:
                headers = cast("list[tuple[str, bytes | None]]", record.headers() or [])
                yield decode(by_name[record.topic()], headers=headers, key=record.key(), value=record.value()).event

    yield read()
    consumer.close()


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_running")
def test_reading_both_topics_from_the_start_rebuilds_every_policy_and_customer_in_the_last_version(
    events: Iterator[PolicyChanged | ContactChanged], corrected: Path
) -> None:
    with corrected.open("rb") as lines:
        read = [line.policy for line in read_lines(lines) if isinstance(line, NumberedLine)]
    imported = {policy.policy_number: policy for policy in read}
    policies: dict[str, PolicyChanged] = {}
    contacts: dict[str, ContactChanged] = {}
    for event in events:
        if isinstance(event, PolicyChanged):
            policies[event.policy_number] = event
        else:
            contacts[event.relation_number] = event
        known = {policy.customer_id for policy in policies.values()} <= {one.customer_id for one in contacts.values()}
        versions = {one.version for one in policies.values()} | {one.version for one in contacts.values()}
        if imported.keys() <= policies.keys() and known and versions == {2}:
            break
    for number, line in imported.items():
        contact = contacts[number.partition("-")[0]]
        assert (policies[number].version, contact.version) == (2, 2)
        published = [replace(terms, premium=None) for terms in policies[number].terms]
        assert published == list(line.terms_recorded(published[0].recorded_at))
        assert policies[number].customer_id == contact.customer_id
        assert (contact.name, contact.email) == (line.policyholder.name, line.policyholder.email)
