"""Every decision of the demo's stories is verified from files alone, under a root that a partner kept from Kafka."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from whole_platform import PATIENCE_SECONDS, WholePlatform

from contracts.envelope import decode
from contracts.proof_roots import PROOF_ROOT, ProofRootAnnounced
from devstack.process.programs import console_script

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def announced_root(whole: WholePlatform, *, covering: int) -> ProofRootAnnounced:
    """Read the announced roots until one covers that many proofs."""
    consumer = AIOKafkaConsumer(bootstrap_servers=whole.stack.kafka_bootstrap_servers, enable_auto_commit=False)
    await consumer.start()
    try:
        partition = TopicPartition(PROOF_ROOT.name, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for record in consumer:
                root = decode(PROOF_ROOT, headers=record.headers, key=record.key, value=record.value).event
                if root.tree_size >= covering:
                    return root
    finally:
        await consumer.stop()
    raise AssertionError


def verify(directory: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    """Verify every proof in an empty environment: no settings, no database, no Kafka."""
    command = [console_script("claims-svc"), "proofs", "verify", *options, *sorted(directory.glob("*.json"))]
    return subprocess.run(command, env={}, capture_output=True, text=True, check=False)


async def test_every_decision_of_the_stories_is_covered_by_an_announced_root_and_holds(
    after_stories: WholePlatform, tmp_path: Path
) -> None:
    decisions = [received.event for versions in after_stories.observed.decisions.values() for received in versions]
    await after_stories.platform.restart("claims-svc")  # a start makes a root
    root = await announced_root(after_stories, covering=len(decisions))
    await after_stories.platform.export_proofs(tmp_path)
    kept = tmp_path / "kept.txt"
    kept.write_text(root.checkpoint, encoding="utf-8")

    verified = verify(tmp_path, "--root", kept, "--key", root.public_key)

    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert verified.stdout.count(": MATCH sha256 ") >= len(decisions)
    assert all(decision.proof_sha256 in verified.stdout for decision in decisions)
