"""Mutants of how notify-svc leases messages: each sends a message twice, never, or before its time."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"leases: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=guard,
        package="notify_svc",
    )


_CREATED = "channels/test_leased_as_created.py"
_SESSION = "channels/test_smtp_session.py"

MUTANTS = (
    _mutant(
        "a sender that has nothing left waits at a stop for its next look",
        "channels/results.py",
        sound="        for queue in self._queues.all():\n            queue.changed.set()\n",
        broken="",
        guard="channels/test_leased_as_created.py::test_a_stop_sends_what_this_process_has_leased",
    ),
    _mutant(
        "what was stored before is sent again",
        "handlers.py",
        sound="        handover.complete(stored, contacts",
        broken="        handover.complete(planned, contacts",
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
        "a look for what is due takes the room of what is created meanwhile",
        "channels/sender.py",
        sound="            if (queue.more_are_due and not self._is_quiet) or await self._has_due():\n",
        broken="            if True:\n",
        guard=f"{_CREATED}::test_what_is_created_while_a_sender_looks_for_what_is_due_still_finds_room",
    ),
    _mutant(
        "the last result on its way waits for others",
        "channels/results.py",
        sound="        if self._count == occupied or self._count * 2 >= capacity:\n",
        broken="        if self._count * 2 >= capacity:\n",
        guard="channels/test_results.py::"
        "test_results_of_both_channels_are_recorded_together_and_the_last_on_its_way_is_not_waited_on",
    ),
    _mutant(
        "a decision is read back by another reader than it was read by",
        "repository/attempts.py",
        sound="from contracts.validation import read_from_outside\n",
        broken="from contracts.codec import from_json as read_from_outside\n",
        guard="channels/test_smtp.py::test_a_decision_written_in_another_way_is_read_back_as_it_was_read",
    ),
    _mutant(
        "a newer version overtakes one that is being sent",
        "send_queue.py",
        sound="        if besides:\n",
        broken="        if not besides:\n",
        guard=f"{_CREATED}::test_a_newer_version_does_not_overtake_one_that_is_being_sent",
    ),
    _mutant(
        "a message is sent before its lease is committed",
        "send_queue.py",
        sound="            work.after_commit(partial(share.queue.put, leased, reserved=len(share.messages)))\n",
        broken="            share.queue.put(leased, reserved=len(share.messages))\n",
        guard=f"{_CREATED}::test_what_was_rolled_back_is_not_sent_and_holds_no_room",
    ),
    _mutant(
        "a rollback keeps its room for ever",
        "send_queue.py",
        sound="                    work.after_rollback(partial(roomiest.leave_unanswered, lease, reserved=size))\n",
        broken="",
        guard=f"{_CREATED}::test_what_was_rolled_back_is_not_sent_and_holds_no_room",
    ),
    _mutant(
        "what a COMMIT leased whose answer was lost is left to its lease",
        "channels/sender.py",
        sound="        if unanswered := queue.unanswered:\n",
        broken="        if unanswered := ():\n",
        guard=f"{_CREATED}::test_what_was_leased_by_a_commit_whose_answer_was_lost_is_sent",
    ),
    _mutant(
        "what was due and leased by a COMMIT whose answer was lost is left to its lease",
        "channels/sender.py",
        sound="            queue.leave_unanswered(lease, reserved=room)\n",
        broken="            queue.more_are_due = True\n",
        guard=f"{_CREATED}::test_what_was_due_and_leased_by_a_commit_whose_answer_was_lost_is_sent",
    ),
    _mutant(
        "a lease is taken for rolled back whose COMMIT is still on its way",
        "repository/leases.py",
        sound=" FROM unnest($1::uuid[]) AS unanswered (lease_id)\n",
        broken=" FROM unnest($1::uuid[]) AS unanswered (lease_id) WHERE false\n",
        guard=f"{_CREATED}::test_a_commit_that_is_still_on_its_way_is_waited_for_before_its_lease_is_given_back",
    ),
    _mutant(
        "a message that was given back is sent after newer news",
        "channels/sender.py",
        sound="        claim_ids = await leases.give_back(",
        broken="        claim_ids = set()\n        await leases.give_back(",
        guard=f"{_CREATED}::test_what_was_leased_without_an_answer_does_not_follow_newer_news",
    ),
    _mutant(
        "more is leased than the sender may hold",
        "send_queue.py",
        sound="                size = min(len(of_channel), roomiest.free_for_new)\n",
        broken="                size = len(of_channel)\n",
        guard=f"{_CREATED}::test_no_more_is_leased_than_the_sender_may_hold",
    ),
    _mutant(
        "a stop leaves what was leased unsent",
        "channels/sender.py",
        sound="is_busy=lambda: queue.occupied > 0",
        broken="is_busy=lambda: False",
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
        guard="channels/test_sender_crashes.py::test_an_sms_leased_as_it_was_created_is_found_when_its_process_was_killed"
        "[notify.before_send-0]",
    ),
    _mutant(
        "what a killed process had leased is never found",
        "repository/attempts.py",
        sound="FROM leased HAVING count(*) > 0)",
        broken="FROM leased HAVING count(*) < 0)",
        guard="channels/test_sender_crashes.py::test_an_sms_whose_sender_was_killed_is_in_doubt_and_not_sent_again"
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
        "a lease is kept after all its messages were settled",
        "repository/attempts.py",
        sound="(DELETE FROM lease WHERE lease_id = ANY ($10::uuid[]))",
        broken="(DELETE FROM lease WHERE lease_id = ANY ($10::uuid[]) AND false)",
        guard="channels/test_results.py::"
        "test_a_lease_is_forgotten_with_the_last_of_its_results_whether_settled_or_tried_again[result0-sent]",
    ),
    _mutant(
        "a lease is kept after all its messages were put off",
        "channels/results.py",
        sound="        if ended_leases:  # after",
        broken="        if False:  # after",
        guard="channels/test_results.py::"
        "test_a_lease_is_forgotten_with_the_last_of_its_results_whether_settled_or_tried_again[result1-due]",
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
        sound="             WHERE message.state = 'sending' AND message.attempts = ($5::integer[])[result.ended]),\n",
        broken="             WHERE message.state = 'sending'),\n",
        guard="test_repository.py::test_a_result_that_comes_after_its_lease_was_ended_is_not_recorded",
    ),
    _mutant(
        "a message ends as another one that was settled with it",
        "repository/attempts.py",
        sound="               SET state = ($6::text[])[ended], ",
        broken="               SET state = ($6::text[])[1], ",
        guard="test_repository.py::test_messages_settled_together_each_end_in_their_own_way",
    ),
    _mutant(
        "a message is stored with the state of another one",
        "repository/messages.py",
        sound="($8::text[])[($7::integer[])[place]] AS state",
        broken="($8::text[])[($7::integer[])[1]] AS state",
        guard="test_repository.py::test_of_messages_created_together_each_has_its_own_claim_channel_and_state",
    ),
    _mutant(
        "a connection is used on which a mail was begun and not ended",
        "channels/smtp_session.py",
        sound='if self._has_begun_mail and await self._ask([b"RSET\\r\\n"]) != [_DONE]:\n',
        broken="if False:\n",
        guard="channels/test_smtp.py::test_a_connection_is_kept_after_a_recipient_was_refused",
    ),
    _mutant(
        "a connection that the server has closed meanwhile fails the next mail",
        "channels/smtp.py",
        sound="            except (aiosmtplib.SMTPException, OSError):  # the server may have closed it meanwhile\n",
        broken="            except ZeroDivisionError:\n",
        guard="channels/test_smtp.py::test_a_connection_that_the_server_has_closed_meanwhile_costs_no_attempt",
    ),
    _mutant(
        "a mail is begun when its lease cannot last until it has been handed over",
        "channels/smtp.py",
        sound="            if must_wait and not lease.covers(timeout_seconds * _STEPS):\n",
        broken="            if False:\n",
        guard=f"{_SESSION}::test_who_waited_for_a_connection_until_the_lease_is_nearly_over_begins_no_mail",
    ),
    _mutant(
        "a conversation that was given up keeps its connection",
        "channels/smtp_session.py",
        sound="        except BaseException:\n            self.close()\n            raise\n",
        broken="        except BaseException:\n            raise\n",
        guard=f"{_SESSION}::test_a_conversation_that_is_given_up_closes_its_connection",
    ),
    _mutant(
        "a server is waited for without end",
        "channels/smtp_session.py",
        sound="        timer = self._loop.call_later(self._timeout_seconds, self._fail, TimeoutError())\n",
        broken="        timer = self._loop.call_later(1e9, self._fail, TimeoutError())\n",
        guard=f"{_SESSION}::test_a_kept_connection_on_which_no_answer_comes_is_closed[at-once-MAIL-Unreachable]",
    ),
    _mutant(
        "commands are sent at once to a server that takes them in turn",
        "channels/smtp_session.py",
        sound="        if self._takes_commands_at_once:\n",
        broken="        if True:\n",
        guard=f"{_SESSION}::test_where_it_does_not_each_command_waits_for_the_reply_before_it",
    ),
    _mutant(
        "a line that begins with a dot loses it, or ends the mail",
        "channels/smtp_session.py",
        sound='mail.replace(b"\\r\\n.", b"\\r\\n..")',
        broken="mail",
        guard=f"{_SESSION}::test_a_line_that_begins_with_a_dot_arrives_as_it_was_written[at-once]",
    ),
    _mutant(
        "a server that closes is still waited for",
        "channels/smtp_session.py",
        sound=" or _CLOSING in self._codes:\n",
        broken=":\n",
        guard=f"{_SESSION}::test_a_recipient_refused_as_the_server_closes_comes_later_on_a_new_connection[at-once]",
    ),
    _mutant(
        "a server that asks for a text although nobody is to get one gets the next envelope for it",
        "channels/smtp_session.py",
        sound="        if _GO_ON in data:  # it waits for a text although nobody is to get one\n",
        broken="        if False:\n",
        guard=f"{_SESSION}::test_no_text_follows_for_a_recipient_who_was_refused",
    ),
    _mutant(
        "a mail is in doubt whose text nobody was handed",
        "channels/smtp_session.py",
        sound="            if not self.is_open:  # it has closed as it asked for the text: of that it gets nothing\n",
        broken="            if False:\n",
        guard=f"{_SESSION}::test_a_server_that_closes_as_it_asks_for_the_text_has_been_handed_nothing[at-once]",
    ),
    _mutant(
        "a mail that was taken over is sent again for the last digits of the code",
        "channels/smtp.py",
        sound="    return _ACCEPTED if code // 100 == _DONE else",
        broken="    return _ACCEPTED if code == 250 else",
        guard=f"{_SESSION}::test_a_mail_is_taken_over_by_whatever_says_so",
    ),
    _mutant(
        "a reply without end is read on",
        "channels/smtp_session.py",
        sound=" or len(self._unread) > _LONGEST_REPLY_BYTES:\n",
        broken=":\n",
        guard=f"{_SESSION}::test_a_reply_without_end_ends_the_conversation",
    ),
)
