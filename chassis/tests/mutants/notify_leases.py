"""Mutants of how notify-svc leases messages: each sends a message twice, never, or before its time."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"leases: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=f"channels/{guard}",
        package="notify_svc",
    )


_CREATED = "test_leased_as_created.py"

MUTANTS = (
    _mutant(
        "a sender that has nothing left waits at a stop for its next look",
        "channels/sender.py",
        sound="        if has_ended or self._is_to_be_recorded(now=now):\n",
        broken="        if self._is_to_be_recorded(now=now):\n",
        guard="test_leased_as_created.py::test_a_stop_sends_what_this_process_has_leased",
    ),
    _mutant(
        "what was stored before is sent again",
        "handlers.py",
        sound="        ours = [message for message in stored if message.message_id in leased]\n",
        broken="        ours = [message for message in planned if message.message_id in leased]\n",
        guard=f"{_CREATED}::test_a_decision_that_was_told_is_not_told_again",
    ),
    _mutant(
        "what becomes due while the sender looks waits for its next look",
        "channels/sender.py",
        sound="        queue.more_are_due |= len(due) == room\n",
        broken="        queue.more_are_due = len(due) == room\n",
        guard=f"{_CREATED}::test_what_becomes_due_while_the_sender_looks_is_looked_for_at_once",
    ),
    _mutant(
        "a decision is read back by another reader than it was read by",
        "repository/attempts.py",
        sound="from contracts.validation import read_from_outside\n",
        broken="from contracts.codec import from_json as read_from_outside\n",
        guard="test_smtp.py::test_a_decision_written_in_another_way_is_read_back_as_it_was_read",
    ),
    _mutant(
        "a newer version overtakes one that is being sent",
        "handlers.py",
        sound="        if being_sent:\n",
        broken="        if not being_sent:\n",
        guard=f"{_CREATED}::test_a_newer_version_does_not_overtake_one_that_is_being_sent",
    ),
    _mutant(
        "a message is sent before its lease is committed",
        "handlers.py",
        sound="            work.after_commit(partial(room.queue.put, to_send, reserved=room.size))\n",
        broken="            room.queue.put(to_send, reserved=room.size)\n",
        guard=f"{_CREATED}::test_what_was_rolled_back_is_not_sent_and_holds_no_room",
    ),
    _mutant(
        "a rollback keeps its room for ever",
        "send_queue.py",
        sound="                work.after_rollback(partial(queue.give_back, size))\n",
        broken="",
        guard=f"{_CREATED}::test_what_was_rolled_back_is_not_sent_and_holds_no_room",
    ),
    _mutant(
        "more is leased than the sender may hold",
        "send_queue.py",
        sound="            if size := min(wanted[channel], queue.free_for_new):\n",
        broken="            if size := wanted[channel]:\n",
        guard=f"{_CREATED}::test_no_more_is_leased_than_the_sender_may_hold",
    ),
    _mutant(
        "a stop leaves what was leased unsent",
        "channels/sender.py",
        sound="            while not stopping.is_set() or queue.occupied:\n",
        broken="            while not stopping.is_set():\n",
        guard=f"{_CREATED}::test_a_stop_sends_what_this_process_has_leased",
    ),
    _mutant(
        "a message created after the stop waits for a sender that has ended",
        "send_queue.py",
        sound="        return max(0, self.capacity - self.occupied) if self.is_open else 0\n",
        broken="        return max(0, self.capacity - self.occupied)\n",
        guard=f"{_CREATED}::test_no_room_is_given_by_a_queue_that_is_closed",
    ),
    _mutant(
        "what a killed process had leased as it created it is never found",
        "repository/messages.py",
        sound="             WHERE leased_until IS NOT NULL\n",
        broken="             WHERE leased_until IS NULL\n",
        guard="test_sender_crashes.py::test_an_sms_leased_as_it_was_created_is_found_when_its_process_was_killed"
        "[notify.before_send-0]",
    ),
    _mutant(
        "what a killed process had leased is never found",
        "repository/attempts.py",
        sound="FROM leased HAVING count(*) > 0)",
        broken="FROM leased HAVING count(*) < 0)",
        guard="test_sender_crashes.py::test_an_sms_whose_sender_was_killed_is_in_doubt_and_not_sent_again"
        "[notify.before_send-0]",
    ),
    _mutant(
        "a lease is forgotten with the first of its results",
        "send_queue.py",
        sound="if count == self._held_under[lease]]",
        broken="if count]",
        guard=f"{_CREATED}::test_a_lease_is_kept_until_every_message_under_it_has_a_result",
    ),
    _mutant(
        "an expired lease is forgotten while its messages are being sent",
        "repository/leases.py",
        sound="           AND NOT EXISTS (SELECT FROM message\n",
        broken="           AND true OR NOT EXISTS (SELECT FROM message\n",
        guard=f"{_CREATED}::test_an_expired_lease_is_kept_while_a_message_under_it_is_being_sent",
    ),
    _mutant(
        "a holder believes in its lease for longer than the database",
        "repository/messages.py",
        sound=" + (statement_timestamp() - transaction_timestamp())",
        broken="",
        guard=f"{_CREATED}::test_a_lease_is_stored_for_longer_than_its_holder_believes",
    ),
    _mutant(
        "a late result is recorded although its lease was ended",
        "repository/attempts.py",
        sound="             WHERE message.state = 'sending' AND message.attempts = ($5::integer[])[result.ended])\n",
        broken="             WHERE message.state = 'sending')\n",
        guard="../test_repository.py::test_a_result_that_comes_after_its_lease_was_ended_is_not_recorded",
    ),
    _mutant(
        "a message ends as another one that was settled with it",
        "repository/attempts.py",
        sound="           SET state = ($6::text[])[ended], ",
        broken="           SET state = ($6::text[])[1], ",
        guard="../test_repository.py::test_messages_settled_together_each_end_in_their_own_way",
    ),
    _mutant(
        "a message is stored with the state of another one",
        "repository/messages.py",
        sound="($8::text[])[($7::integer[])[place]] AS state",
        broken="($8::text[])[($7::integer[])[1]] AS state",
        guard="../test_repository.py::test_of_messages_created_together_each_has_its_own_claim_channel_and_state",
    ),
    _mutant(
        "a connection is used on which a mail was begun and not ended",
        "channels/smtp.py",
        sound="                    await connection.rset()\n",
        broken="",
        guard="test_smtp.py::test_a_connection_is_kept_after_a_recipient_was_refused",
    ),
    _mutant(
        "a connection that the server has closed meanwhile fails the next mail",
        "channels/smtp.py",
        sound="            except (aiosmtplib.SMTPException, OSError):  # the server may have closed it meanwhile\n",
        broken="            except ZeroDivisionError:\n",
        guard="test_smtp.py::test_a_connection_that_the_server_has_closed_meanwhile_costs_no_attempt",
    ),
)
