"""Mutants of how notify-svc sends what others ask for: each tells a secret, loses a message or has somebody wait."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"requests: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=guard,
        package="notify_svc",
    )


_SENDER = "channels/test_request_sender.py"
_REQUESTS = "test_requests.py"
_NOWHERE_IN_CLEAR = "test_neither_code_nor_link_nor_sealed_address_is_ever_kept_logged_published_or_traced_in_clear"

MUTANTS = (
    _mutant(
        "a wrong request keeps its value in a dead letter",
        "sealed_contents.py",
        sound="    except CannotOpenError:\n        return UNDECRYPTABLE\n",
        broken="    except CannotOpenError:\n        raise\n",
        guard=f"{_REQUESTS}::test_what_cannot_be_opened_is_a_dead_letter_without_it_and_holds_up_no_other",
    ),
    _mutant(
        "what was sealed for another request is sent",
        "sealed_contents.py",
        sound="    if (contents.request_id, contents.customer_id) != (request.request_id, request.customer_id):\n",
        broken="    if False:\n",
        guard=f"{_REQUESTS}::test_what_cannot_be_opened_is_a_dead_letter_without_it_and_holds_up_no_other",
    ),
    _mutant(
        "whoever changed an e-mail address is told of it in the place of whom it belonged to",
        "sealed_contents.py",
        sound="    if contents.email is None and request.occasion in _NEEDS_EMAIL:\n",
        broken="    if False:\n",
        guard=f"{_REQUESTS}::test_a_request_whose_contents_are_not_what_it_is_told_with_is_refused",
    ),
    _mutant(
        "the reason of a failed attempt quotes it",
        "channels/attempts.py",
        sound='"attempt.failed", channel=self._channel, error=type(error).__name__,',
        broken='"attempt.failed", channel=self._channel, error=str(error),',
        guard=f"{_SENDER}::test_a_defect_fails_one_attempt_and_no_other_and_tells_no_secret",
    ),
    _mutant(
        "a settled request keeps what was sealed",
        "repository/requests.py",
        sound="leased_until = NULL, sealed = NULL, last_error = reason",
        broken="leased_until = NULL, last_error = reason",
        guard=f"{_REQUESTS}::test_a_code_reaches_the_customers_phone_and_nothing_else",
    ),
    _mutant(
        "what came too late is stored",
        "repository/requests.py",
        sound="CASE WHEN expires_at > $11::timestamptz THEN sealed END, traceparent",
        broken="sealed, traceparent",
        guard=f"{_REQUESTS}::test_what_comes_too_late_is_expired_at_once_and_never_stored",
    ),
    _mutant(
        "a code is handed over that may arrive when it has expired",
        "channels/request_sender.py",
        sound="            lasts = min(duration, leased.request.expires_at - leased.leased_at)\n",
        broken="            lasts = duration\n",
        guard=f"{_REQUESTS}::test_what_could_arrive_when_it_has_expired_is_not_handed_over_and_told_as_expired",
    ),
    _mutant(
        "what has expired waits until somebody looks",
        "repository/requests.py",
        sound="               (SELECT min(expires_at) FROM requested_message WHERE state = 'due'),\n",
        broken="",
        guard=f"{_SENDER}::test_what_is_due_in_a_full_lane_wakes_nobody",
    ),
    _mutant(
        "a full lane keeps the sender awake",
        "repository/requests.py",
        sound="WHERE waiting.state = 'due' AND waiting.channel = lane.channel\n"
        "                          AND waiting.priority = lane.priority\n",
        broken="WHERE waiting.state = 'due'\n",
        guard=f"{_SENDER}::test_what_is_due_in_a_full_lane_wakes_nobody",
    ),
    _mutant(
        "a sender without requests looks all the time",
        "channels/request_sender.py",
        sound="        if first is None:\n            return longest\n",
        broken="        if first is None:\n            return 0.2\n",
        guard=f"{_SENDER}::test_without_requests_the_sender_sleeps_for_as_long_as_it_may",
    ),
    _mutant(
        "a request is tried again at the next look",
        "channels/request_sender.py",
        sound="            return min(seconds, longest)\n",
        broken="            return longest\n",
        guard=f"{_SENDER}::test_a_request_is_tried_again_at_its_moment",
    ),
    _mutant(
        "nobody looks unless he is woken",
        "channels/sender_loop.py",
        sound="                        await pause(self._changed, seconds)\n",
        broken="                        await self._changed.wait()\n",
        guard=f"{_SENDER}::test_what_another_process_stored_and_cannot_send_is_found_by_looking",
    ),
    _mutant(
        "what has no time to arrive is tried until it expires",
        "domain/requests.py",
        sound="due_at + takes <= request.expires_at",
        broken="due_at < request.expires_at",
        guard=f"{_REQUESTS}::test_what_could_arrive_when_it_has_expired_is_not_handed_over_and_told_as_expired",
    ),
    _mutant(
        "urgent messages wait behind ordinary ones",
        "repository/requests.py",
        sound="waiting.channel = lane.channel AND waiting.priority = lane.priority",
        broken="waiting.channel = lane.channel",
        guard=f"{_SENDER}::test_what_is_urgent_does_not_wait_behind_what_is_not",
    ),
    _mutant(
        "a request waits for the next look",
        "handlers.py",
        sound="        work.after_commit(self.due.set)\n",
        broken="",
        guard=f"{_SENDER}::test_a_request_leaves_as_soon_as_it_is_stored",
    ),
    _mutant(
        "somebody replaces the code of another",
        "repository/requests.py",
        sound="AS replaced (request_id, customer_id) USING (request_id, customer_id)",
        broken="AS replaced (request_id, customer) USING (request_id)",
        guard=f"{_REQUESTS}::test_nobody_replaces_the_code_of_another_customer",
    ),
    _mutant(
        "an SMS whose answer was lost is sent again",
        "domain/requests.py",
        sound="        case AnswerLost(reason) if request.channel not in RESENT_AFTER_LOST_ANSWER:\n",
        broken="        case AnswerLost(reason) if False:\n",
        guard=f"{_SENDER}::test_a_code_whose_answer_was_lost_is_in_doubt_and_not_sent_again",
    ),
    _mutant(
        "what a dead process had leased is never found",
        "repository/requests.py",
        sound="(SELECT min(leased_until) FROM requested_message\n"
        "                 WHERE state = 'sending' AND request_id <> ALL ($3::uuid[]))",
        broken="CASE WHEN $3::uuid[] IS NULL THEN now() END",
        guard=f"{_SENDER}::test_what_a_dead_process_had_leased_is_found_when_its_lease_ends",
    ),
    _mutant(
        "a sealed address is passed over",
        "channels/requested_mail.py",
        sound="recipient_of(contents.email or contact.email)",
        broken="recipient_of(contact.email or contents.email)",
        guard=f"{_REQUESTS}::test_an_address_that_was_sealed_comes_before_the_one_that_is_known",
    ),
    _mutant(
        "the table holds what was sealed in clear",
        "handlers.py",
        sound="                usable.append(request)\n",
        broken="                usable.append(request)\n"
        "                await work.connection.execute('CREATE TABLE IF NOT EXISTS seen (secret text)')\n"
        "                secret = contents.code or contents.link\n"
        "                await work.connection.execute('INSERT INTO seen VALUES ($1)', secret)\n",
        guard=f"{_REQUESTS}::{_NOWHERE_IN_CLEAR}",
    ),
    _mutant(
        "a stop leaves a result unrecorded",
        "channels/request_sender.py",
        sound="is_busy=lambda: bool(self._sending)",
        broken="is_busy=lambda: False",
        guard=f"{_SENDER}::test_a_stop_finishes_what_is_being_sent",
    ),
    _mutant(
        "a payment that failed is told as transferred",
        "settled_payments.py",
        sound="            if delivery.event.outcome is PaymentOutcome.SETTLED and",
        broken="            if",
        guard="test_payment_orders.py::test_a_payment_that_failed_is_told_by_no_mail",
    ),
    _mutant(
        "a transfer that is told before its order is forgotten",
        "settled_payments.py",
        sound="            _look_again(work, [payment_id], look=looks[payment_id] + 1)\n",
        broken="            looks.pop(payment_id)\n",
        guard="test_payment_orders.py::test_a_transfer_that_is_told_before_its_order_is_told_when_that_has_come",
    ),
)
