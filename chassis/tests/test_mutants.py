"""Every promise is broken once, on purpose, and the test that guards it must fail: only then does it guard anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import chassis

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TESTS_FAILED = 1
_SOURCE = Path(chassis.__file__).parent
_TESTS = Path(__file__).parent
_ROOT = _TESTS.parents[1]


@dataclass(frozen=True)
class Mutant:
    """One change to the chassis, and the test that must notice it."""

    name: str
    module: str
    sound: str
    broken: str
    guard: str


MUTANTS = (
    Mutant(
        "a: offsets are acknowledged before the batch is processed",
        "consuming/subscription.py",
        "            await self._processor.process(records)\n",
        "            await self._acknowledge(records)\n            await self._processor.process(records)\n",
        "test_effects_happen_once.py::test_offsets_are_acknowledged_only_after_the_commit",
    ),
    Mutant(
        "a: what was published is written after the commit instead of with it",
        "unit_of_work.py",
        "                yield work\n                await work.flush()\n",
        "                yield work\n            asyncio.get_running_loop().call_later(9, work.flush)\n",
        "test_effects_happen_once.py::test_a_kill_at_any_point_loses_nothing_and_doubles_no_effect[consumer.after_commit]",
    ),
    Mutant(
        "b: there is no inbox",
        "consuming/inbox.py",
        '    new = {(row["source"], row["event_id"]) for row in rows}\n',
        "    new = set(first)\n",
        "test_effects_happen_once.py::test_the_same_message_three_times_in_one_batch_and_again_after_a_restart_changes_nothing",
    ),
    Mutant(
        "b: duplicates inside a batch are not dropped",
        "consuming/inbox.py",
        "        if (identity := (delivery.source, delivery.event_id)) in new and first[identity] is delivery\n",
        "        if (delivery.source, delivery.event_id) in new\n",
        "test_effects_happen_once.py::test_the_same_message_three_times_in_one_batch_and_again_after_a_restart_changes_nothing",
    ),
    Mutant(
        "c: poison is swallowed",
        "consuming/batch_processor.py",
        "        await self._commit((), (rejection,))\n",
        "        del rejection\n",
        "test_poison.py::test_one_poison_message_in_a_batch_of_500_harms_no_other[broken-handler-failed]",
    ),
    Mutant(
        "c: a batch with a culprit is not halved, all of it is dead-lettered",
        "consuming/batch_processor.py",
        "        middle = len(deliveries) // 2\n",
        "        await self._commit((), [Rejection(one.record, 'handler-failed', '') for one in deliveries])\n"
        "        return\n        middle = len(deliveries) // 2\n",
        "test_poison.py::test_one_poison_message_in_a_batch_of_500_harms_no_other[broken-handler-failed]",
    ),
    Mutant(
        "c: a poison message that is delivered again is dead-lettered again",
        "consuming/dead_letters.py",
        "            ON CONFLICT (consumer, topic, partition, record_offset, digest) DO NOTHING\n",
        "            ON CONFLICT (dead_letter_id) DO NOTHING\n",
        "test_poison.py::test_poison_delivered_again_is_dead_lettered_once",
    ),
    Mutant(
        "c: a discarded dead letter counts as open",
        "consuming/dead_letters.py",
        "         WHERE NOT $1 OR (replayed_at IS NULL AND discarded_at IS NULL)\n",
        "         WHERE NOT $1 OR replayed_at IS NULL\n",
        "test_commands.py::test_a_discarded_one_is_listed_only_among_all_and_never_replayed",
    ),
    Mutant(
        "d: an outage counts as poison",
        "errors.py",
        "    match error:\n        case asyncpg.InvalidCachedStatementError():\n",
        "    return False\n    match error:\n        case asyncpg.InvalidCachedStatementError():\n",
        "test_outages.py::test_a_short_outage_loses_and_dead_letters_nothing[postgres]",
    ),
    Mutant(
        "e: after a failed send the producer goes on",
        "publishing/relay.py",
        "        stop_sending_after_failure(producer, future)\n",
        "",
        "test_relay.py::test_nothing_of_a_key_overtakes_what_the_broker_refused_once",
    ),
    Mutant(
        "e: the relay sends the newest first",
        "publishing/outbox.py",
        "FROM messaging.outbox WHERE undeliverable_reason IS NULL ORDER BY position LIMIT $1",
        "FROM messaging.outbox WHERE undeliverable_reason IS NULL ORDER BY position DESC LIMIT $1",
        "test_order.py::test_events_of_one_key_leave_in_order_across_restarts_of_the_relay",
    ),
    Mutant(
        "f: outbox rows are deleted before the broker has acknowledged them",
        "publishing/relay.py",
        "            failure: BaseException | None = None\n",
        "            await outbox.delete(connection, positions=[row.position for row in rows])\n"
        "            failure: BaseException | None = None\n",
        "test_effects_happen_once.py::test_a_kill_at_any_point_loses_nothing_and_doubles_no_effect[relay.after_hand_over]",
    ),
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_promise_is_noticed(tmp_path: Path, mutant: Mutant) -> None:
    shutil.copytree(_SOURCE, tmp_path / "chassis")
    module = tmp_path / "chassis" / mutant.module
    sound = module.read_text()
    assert mutant.sound in sound, f"{mutant.module} has changed: mend the mutant"
    module.write_text(sound.replace(mutant.sound, mutant.broken))

    code, output = _run_guard(tmp_path, mutant.guard)

    assert code == TESTS_FAILED, output[-3_000:]
    assert "1 failed" in output, output[-3_000:]


def _run_guard(mutated: Path, guard: str) -> tuple[int, str]:
    """Run one test on servers of its own, with the mutated chassis in front of the sound one."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment = {**inherited, "STACK": "embedded", "PYTHONPATH": str(mutated)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"{_TESTS.relative_to(_ROOT)}/{guard}"],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
