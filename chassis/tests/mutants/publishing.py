"""Mutants of how events go out: the order and the deletion of outbox rows."""

from __future__ import annotations

from mutants.mutant import Mutant

MUTANTS = (
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
