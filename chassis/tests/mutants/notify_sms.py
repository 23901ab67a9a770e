"""Mutants of SMS in notify-svc: each wakes somebody, cuts a character, ends a doubt wrongly or sends an SMS twice."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"sms: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=f"channels/{guard}",
        package="notify_svc",
    )


_RECEIPTS, _PARTS, _QUIET, _CM = "test_sms_receipts.py", "test_smpp_parts.py", "test_sms_at_night.py", "test_cm.py"

MUTANTS = (
    _mutant(
        "anybody can report what became of an SMS",
        "api.py",
        sound="            raise Problem(NOT_FOUND)\n",
        broken="            pass\n",
        guard="test_cm_reports.py::test_nothing_is_taken_from_anybody_else[x]",
    ),
    _mutant(
        "a report that names the message settles no doubt about it",
        "domain/sms_receipts.py",
        sound="if receipt.provider_id == id_of_whole(one.message_id)\n            or (",
        broken="if (",
        guard="test_cm_reports.py::test_a_code_to_a_number_that_only_its_request_knew_is_settled_too",
    ),
    _mutant(
        "a message is accepted with its first part",
        "channels/smpp.py",
        sound="    if len(accepted) == len(answers):\n",
        broken="    if accepted:\n",
        guard=f"{_PARTS}::test_what_becomes_of_the_parts_becomes_of_the_message",
    ),
    _mutant(
        "a message is sent again of which a part was taken",
        "channels/smpp.py",
        sound="    if accepted and not isinstance(failed, AnswerLost):\n",
        broken="    if not accepted and not isinstance(failed, AnswerLost):\n",
        guard=f"{_PARTS}::test_what_becomes_of_the_parts_becomes_of_the_message",
    ),
    _mutant(
        "a euro sign is cut in two",
        "channels/sms_parts.py",
        sound="octets[end - 1] == _ESCAPE",
        broken="octets[end] == _ESCAPE",
        guard="test_sms_parts.py::test_a_character_of_two_septets_stays_whole",
    ),
    _mutant(
        "a receipt that overtakes its id is lost",
        "channels/receipts.py",
        sound="    if parked:\n",
        broken="    if parked and False:\n",
        guard=f"{_RECEIPTS}::test_a_receipt_that_comes_before_the_answer_to_its_message_is_not_lost",
    ),
    _mutant(
        "a doubt is settled by whatever comes from the number",
        "domain/sms_receipts.py",
        sound=", reference_of(one.message_id)) == (receipt.destination, receipt.reference)\n",
        broken=", None) == (receipt.destination, None)\n",
        guard=f"{_RECEIPTS}::test_a_receipt_that_does_not_name_the_message_settles_nothing",
    ),
    _mutant(
        "a doubt is settled while messages of that time have no id yet",
        "channels/receipts.py",
        sound="parked.received_at <= work.now - self._lease",
        broken="parked.received_at <= work.now",
        guard=f"{_RECEIPTS}::test_a_doubt_waits_until_every_message_of_that_time_has_its_id",
    ),
    _mutant(
        "a later receipt changes what was reported",
        "repository/sms_parts.py",
        sound=" AND sms_part.outcome IS NULL",
        broken="",
        guard=f"{_RECEIPTS}::test_a_receipt_that_comes_twice_or_says_otherwise_later_changes_nothing",
    ),
    _mutant(
        "receipts wait until something is sent",
        "channels/network.py",
        sound="stays_bound=True",
        broken="stays_bound=False",
        guard=f"{_RECEIPTS}::test_receipts_are_taken_while_nothing_is_sent",
    ),
    _mutant(
        "what is created at night is sent at night",
        "channels/sender.py",
        sound="        self._is_quiet = self._quiet_hours is not None and self._quiet_hours.cover(now)\n",
        broken="        self._is_quiet = False\n",
        guard=f"{_QUIET}::test_an_sms_about_a_decision_of_the_night_is_sent_in_the_morning",
    ),
    _mutant(
        "what is found at night is sent at night",
        "channels/sender.py",
        sound="limit=0 if is_quiet else room",
        broken="limit=room",
        guard=f"{_QUIET}::test_an_sms_about_a_decision_of_the_night_is_sent_in_the_morning",
    ),
    _mutant(
        "the night ends at midnight",
        "domain/quiet_hours.py",
        sound="        return wall >= self.begin or wall < self.end\n",
        broken="        return wall >= self.begin\n",
        guard=f"{_QUIET}::test_an_sms_about_a_decision_of_the_night_is_sent_in_the_morning",
    ),
    _mutant(
        "an answer of CM.com that cannot be read is a refusal",
        "channels/cm.py",
        sound='if kind == _REFUSED else AnswerLost("answer-unreadable")',
        broken='if True else AnswerLost("answer-unreadable")',
        guard=f"{_CM}::test_an_answer_means_what_may_have_become_of_the_message",
    ),
    _mutant(
        "an SMS for a landline is tried",
        "channels/sms_gateway.py",
        sound="    if isinstance(mobile_phone, NotMobile):\n        return NoAddress(mobile_phone.reason)\n",
        broken="    if isinstance(mobile_phone, NotMobile):\n        mobile_phone = number\n",
        guard="test_numbers_without_sms.py::test_the_sms_ends_without_an_attempt_and_the_mail_is_sent",
    ),
    _mutant(
        "SMS go on in a session of which the centre knows nothing",
        "channels/smpp.py",
        sound="        if answer == NOT_BOUND:\n",
        broken="        if answer is NOT_BOUND:\n",
        guard="test_smpp_sessions.py::"
        "test_an_sms_in_a_session_of_which_the_centre_knows_nothing_is_put_off_and_the_next_is_bound_anew",
    ),
    _mutant(
        "SMS go on in a session that has gone silent",
        "channels/smpp.py",
        sound="self._heard_at >= self._centre.timeout_seconds:",
        broken="self._heard_at >= 10 * self._centre.timeout_seconds:",
        guard="test_smpp_sessions.py::test_a_session_that_has_gone_silent_takes_no_more_sms",
    ),
)
