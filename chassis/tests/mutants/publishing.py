"""Mutants of how events go out: who leads, the order and the deletion of outbox rows, topics and keys that wait."""

from __future__ import annotations

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "e: after a failed send the producer goes on",
        "publishing/sender.py",
        "        stop_sending_after_failure(self._producer, future)\n",
        "",
        "test_relay.py::test_nothing_of_a_key_overtakes_what_the_broker_refused_once",
    ),
    Mutant(
        "e: the relay sends the newest first",
        "publishing/outbox.py",
        "FROM measured WHERE bytes_before < $2 ORDER BY position",
        "FROM measured WHERE bytes_before < $2 ORDER BY position DESC",
        "test_order.py::test_events_of_one_key_leave_in_order_across_restarts_of_the_relay",
    ),
    Mutant(
        "e: an older producer is not fenced",
        "publishing/sender.py",
        "transactional_id_of(service) if self._transactional",
        'f"{transactional_id_of(service)}.{id(self)}" if self._transactional',
        "test_relay_on_kafka.py::test_the_newest_producer_fences_every_older_one",
        "jvm",
    ),
    Mutant(
        "e: a batch that failed is committed",
        "publishing/sender.py",
        "                await asyncio.gather(*waiting)\n",
        "                await asyncio.gather(*waiting, return_exceptions=True)\n",
        "test_relay_on_kafka.py::test_of_a_batch_that_fails_nothing_can_be_read",
        "jvm",
    ),
    Mutant(
        "e: a leader does not look at its lease before it hands over",
        "publishing/sender.py",
        "                    self._lease.check()\n",
        "",
        "test_relay.py::test_a_leader_whose_machine_slept_through_its_lease_hands_over_nothing",
    ),
    Mutant(
        "e: two processes hold one lease",
        "publishing/lease.py",
        "             WHERE held.holder = excluded.holder\n",
        "             WHERE true\n",
        "test_lease.py::test_a_lease_has_one_holder_who_may_renew_it",
    ),
    Mutant(
        "e: a lease never ends while the session of its holder lives",
        "publishing/lease.py",
        "                OR held.expires_at <= now()\n",
        "",
        "test_leaders.py::test_a_frozen_leader_is_replaced",
        "jvm",
    ),
    Mutant(
        "e: an event overtakes an undeliverable one of its key",
        "migrations/0004_leases.sql",
        "          AND undeliverable.position < waiting.position);",
        "          AND false);",
        "test_relay.py::test_an_event_the_broker_will_never_accept_holds_up_its_key_and_nothing_else",
    ),
    Mutant(
        "f: outbox rows are deleted before the broker has acknowledged them",
        "publishing/relay.py",
        "            await sender.send(rows, longest_seconds=longest_seconds)\n",
        "            await outbox.delete(connection, positions=[row.position for row in rows])\n"
        "            await sender.send(rows, longest_seconds=longest_seconds)\n",
        "test_effects_happen_once.py::test_a_kill_at_any_point_loses_nothing_and_doubles_no_effect[relay.after_hand_over]",
    ),
    Mutant(
        "d: a topic in trouble holds up the others",
        "publishing/relay.py",
        "without=[topic for topic in self._blocked.names() if topic != tried],",
        "without=[],",
        "test_relay.py::test_a_topic_that_fails_waits_and_does_not_hold_up_the_others",
    ),
    Mutant(
        "d: what the broker has against this host's clock is held against the event",
        "publishing/relay.py",
        "_PERMANENT_ERRORS = (MessageSizeTooLargeError,",
        "_PERMANENT_ERRORS = (__import__('aiokafka').errors.InvalidTimestampError, MessageSizeTooLargeError,",
        "test_relay.py::test_a_host_whose_clock_the_broker_refuses_waits_and_sets_nothing_aside",
    ),
    Mutant(
        "d: a batch of the outbox is bounded by the number of its rows only",
        "publishing/outbox.py",
        "FROM measured WHERE bytes_before < $2",
        "FROM measured WHERE bytes_before < $2 * 1000",
        "test_outbox.py::test_large_events_that_have_piled_up_leave_in_little_memory",
    ),
    Mutant(
        "h: a leader that is to stop sends also what others go on adding",
        "publishing/relay.py",
        "                last_position = await outbox.last_position(connection)\n",
        "                last_position = 2**62\n",
        "test_relay.py::test_a_leader_that_is_to_stop_leaves_to_others_what_they_go_on_adding",
    ),
    Mutant(
        "e: who asks for a lease while its holder renews it takes it",
        "publishing/lease.py",
        "held.expires_at > clock_timestamp() + make_interval(secs => $3)",
        "held.expires_at > excluded.expires_at",
        "test_lease.py::test_a_lease_that_was_renewed_while_another_asked_for_it_is_not_taken",
    ),
    Mutant(
        "d: as long as a blocked topic is due, nothing else leaves",
        "publishing/relay.py",
        "None if self._tried else self._blocked.due()",
        "self._blocked.due()",
        "test_relay.py::test_blocked_topics_that_are_tried_again_and_again_do_not_hold_up_the_others",
    ),
    Mutant(
        "d: who is to stop leaves what failed only with a blocked topic",
        "publishing/relay.py",
        "        while has_others_to_send or not self._stopping.is_set():",
        "        while not self._stopping.is_set():",
        "test_relay.py::test_a_leader_that_is_to_stop_sends_what_failed_only_with_a_blocked_topic",
    ),
    Mutant(
        "j: who no longer leads tells of blocked topics for ever",
        "publishing/relay.py",
        "                self._blocked.forget()\n",
        "",
        "test_relay.py::test_who_no_longer_leads_tells_of_no_blocked_topic",
    ),
)
