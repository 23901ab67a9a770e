"""Mutants of the file with all that is held about a customer: each tells it to others, loses some of it or keeps it."""

from __future__ import annotations

from mutants.mutant import Mutant

_FILE = "test_personal_data.py"


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"personal data: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=f"{_FILE}::{guard}",
        package="policy_svc",
    )


MUTANTS = (
    _mutant(
        "what was sealed for another customer's request comes into the file",
        "flows/personal_data.py",
        sound="    if (part.request_id, part.holder, part.part) != ",
        broken="    if part.request_id is None and (part.request_id, part.holder, part.part) != ",
        guard="test_what_was_sealed_for_another_request_or_key_is_refused_and_not_kept",
    ),
    _mutant(
        "a service that has told a part counts as one that has told all",
        "repository/personal_data.py",
        sound="GROUP BY holder HAVING count(*) = max(parts)",
        broken="GROUP BY holder",
        guard="test_the_last_answer_makes_the_file_ready_and_a_mail_says_so",
    ),
    _mutant(
        "half an answer is told as if it were all",
        "flows/personal_data.py",
        sound="        if len(of_holder) == of_holder[0].parts:\n",
        broken="        if of_holder:\n",
        guard="test_who_has_not_answered_within_a_day_is_named_and_comes_too_late",
    ),
    _mutant(
        "what was collected is kept for ever",
        "flows/personal_data.py",
        sound="str(export.export_id), work.now + KEPT_FOR, trace)",
        broken="str(export.export_id), work.now + 52 * KEPT_FOR, trace)",
        guard="test_the_file_is_deleted_after_seven_days_and_another_can_be_asked_for",
    ),
    Mutant(
        name="personal data: who may write about policies has login codes sent",
        module="message_requests.py",
        sound="        if self.occasion not in CUSTOMER_OCCASIONS:\n",
        broken="        if False:\n",
        guard="test_message_requests.py::"
        "test_who_may_write_about_policies_cannot_ask_for_what_is_about_an_account_nor_the_other_way_round",
        package="contracts",
    ),
)
