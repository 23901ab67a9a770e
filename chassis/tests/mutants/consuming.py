"""Mutants of how events come in: acknowledging, the inbox, dead letters, outages."""

from __future__ import annotations

from mutants.mutant import Mutant

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
        "            yield work\n            await work.flush()\n",
        "            yield work\n            asyncio.get_running_loop().call_later(9, work.flush)\n",
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
)
