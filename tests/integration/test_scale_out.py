"""One process of each service, then two, then three; one of each is killed and one stopped, while reports flow."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from several_instances import CONSUMED, SENT, Instances, Storm, mails_received, policy_lines, sms_received
from whole_platform import WholePlatform

from contracts.notify import Settlement
from contracts.topics import TOPICS
from contracts.vocabulary import Channel
from demo import stages
from demo.observer import observing
from demo.platform import SERVICES, Platform
from devstack.stack import Stack, StackKind, resolve_kind

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.real_kafka,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

POLICIES_A_STAGE, STAGES = 500, 3
REPORTS_A_STAGE = 60
RELAYS = ("claims-svc", "weather-svc", "notify-svc", "policy-svc")
"""Services whose relay has something to send here."""
TAKEN_OVER_SECONDS = 20
"""From a kill until what others do with the relays, timers and senders of the dead is seen at the very end."""
PARTITIONS_TAKEN_OVER_SECONDS = 45
"""Kafka waits ten seconds for who is silent; then everybody joins anew, on a machine that does a lot beside it."""
LEASE_SECONDS = 120
"""How long notify-svc waits for the result of who was killed, unless it is told otherwise."""


@pytest_asyncio.fixture(loop_scope="session")
async def growing(tmp_path: Path) -> AsyncIterator[WholePlatform]:
    """A platform of its own, on its own servers: what is killed here is missed by no other test."""
    if resolve_kind(StackKind.AUTO) is StackKind.EXTERNAL:
        pytest.skip("needs servers of its own")
    with Stack(topics=TOPICS, outside_world=True, output_dir=tmp_path / "outside") as stack:
        platform = Platform(stack, tmp_path / "logs")
        await platform.create_databases()
        await platform.migrate()
        await stages.import_hours_and_policies(platform)
        await platform.start()
        kafka = {"bootstrap_servers": stack.kafka_bootstrap_servers}
        async with observing(kafka, fetch_max_wait_ms=100) as observed:
            yield WholePlatform(platform, observed)
        await platform.stop()


async def test_processes_share_the_work_and_the_death_of_one_is_made_good_within_seconds(
    growing: WholePlatform, tmp_path: Path
) -> None:
    instances = Instances(growing)
    await _import_policies(growing, tmp_path, stage=0)
    async with Storm.raging(growing) as storm:
        await storm.goes_on(REPORTS_A_STAGE)
        for stage in (1, 2):
            await instances.add_one_of_each()
            before = await instances.figures(CONSUMED, result="applied")
            await _import_policies(growing, tmp_path, stage=stage)
            await storm.goes_on(REPORTS_A_STAGE)
            after = await instances.figures(CONSUMED, result="applied")
            shares = {name: after[name] - before[name] for name in after}
            _say(f"{stage + 1} processes each consumed: {shares}")
            assert [name for name, share in shares.items() if not share] == []

        killed_at = await _kill_the_leaders(growing, instances)
        await storm.goes_on(REPORTS_A_STAGE)
        stopped_at = time.monotonic()
        await asyncio.gather(*(growing.platform.stop_one(f"{service}-2") for service in SERVICES))
        _say(f"all five stopped within {time.monotonic() - stopped_at:.1f} s")
        await storm.goes_on(REPORTS_A_STAGE)
        storm.end()
        await storm.until(
            lambda: storm.sent.keys() <= storm.told.keys(),
            what=lambda: f"{len(storm.sent.keys() - storm.told.keys())} reports are not told",
            seconds=LEASE_SECONDS + PARTITIONS_TAKEN_OVER_SECONDS,
        )

    calm = storm.sent_since(0, before=killed_at - 5)
    killed = storm.sent_since(killed_at, before=stopped_at)
    stopped = storm.sent_since(stopped_at)
    for name, reports in (("before", calm), ("after the kill", killed), ("after the stop", stopped)):
        _say(storm.summary(name, reports))
    taken_over = min(storm.told[report] for report in killed) - killed_at
    _say(f"the first report of after the kill was told {taken_over:.1f} s after it")
    assert taken_over < TAKEN_OVER_SECONDS
    for reports in (storm.sent_since(killed_at - 5, before=killed_at), killed, stopped):
        assert storm.latencies(reports, storm.decided)[-1] < PARTITIONS_TAKEN_OVER_SECONDS
    await _nothing_is_lost_or_doubled(growing, instances, storm)


def _say(figures: str) -> None:
    """Tell whoever runs this with `-s` how long it took."""
    sys.stdout.write(f"{figures}\n")


async def _import_policies(whole: WholePlatform, directory: Path, *, stage: int) -> None:
    file = directory / f"policies-{stage}.jsonl"
    first = stage * POLICIES_A_STAGE
    file.write_text("".join(policy_lines(range(first, first + POLICIES_A_STAGE))), encoding="utf-8")
    await whole.platform.run("policy-svc", "import", str(file))


async def _kill_the_leaders(whole: WholePlatform, instances: Instances) -> float:
    """Kill the first process of each service, which has led its relay until now; return when."""
    sent = await instances.figures(SENT)
    assert [service for service in RELAYS if not sent[service]] == []
    assert {name for name, count in sent.items() if count and name not in SERVICES} == set()
    killed_at = time.monotonic()
    await asyncio.gather(*(whole.platform.kill(service) for service in SERVICES))
    return killed_at


async def _nothing_is_lost_or_doubled(whole: WholePlatform, instances: Instances, storm: Storm) -> None:
    observed = whole.observed
    assert {report: len(observed.decisions[report]) for report in storm.sent} == dict.fromkeys(storm.sent, 1)
    claims = {observed.decisions[report][0].event.claim_id for report in storm.sent}
    assert len(claims) == len(storm.sent)
    settled = [message for claim in claims for message in observed.settled[claim]]
    in_doubt = {message.claim_id for message in settled if message.settlement is Settlement.IN_DOUBT}
    certain = [message for message in settled if message.claim_id not in in_doubt]
    assert {message.settlement for message in certain} == {Settlement.SENT}
    assert sorted((str(message.claim_id), message.channel) for message in certain) == sorted(
        (str(claim), channel) for claim in claims - in_doubt for channel in (Channel.EMAIL, Channel.SMS)
    )
    answers_lost = sum((await instances.figures("notify_answers_lost_total", step="retried")).values())
    mails, texts = mails_received(whole.stack.output_dir), sms_received(whole.stack.output_dir)
    mails_again = sum(count - 1 for count in mails.values())
    _say(f"{len(mails)} mails, {len(texts)} parts of SMS; {mails_again} mails again, {len(in_doubt)} SMS in doubt")
    assert mails_again <= answers_lost
    assert [text for text, count in texts.items() if count > 1] == []
    dead = await instances.figures(CONSUMED, result="dead_lettered")
    assert {name for name, count in dead.items() if count} == set()
    assert observed.dead_letters == []
