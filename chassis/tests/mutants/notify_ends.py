"""Mutants of how letters of notify-svc begin and end: each posts what is over, tells nobody, or prints a link."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"ends: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=guard,
        package="notify_svc",
    )


MUTANTS = (
    _mutant(
        "what takes the place of a letter leaves it to be posted",
        "domain/requests.py",
        sound="frozenset({ClaimOccasion.QUESTIONS_ASKED})\n",
        broken="frozenset()\n",
        guard="test_requested_letters.py::test_a_decision_takes_the_place_of_a_letter_with_questions_and_of_no_other",
    ),
    _mutant(
        "a letter is posted after the day that it names",
        "repository/requested_letters.py",
        sound="               AND ((claim ->> 'due_on')::date < $1\n",
        broken="               AND (false\n",
        guard="test_requested_letters.py::test_a_letter_ends_with_the_day_that_it_names_though_nobody_prints_it",
    ),
    _mutant(
        "a letter is to hold a one-use link",
        "texts/account.py",
        sound="has_link = not is_told_otherwise and (",
        broken="has_link = (",
        guard="test_requested_letters.py::"
        "test_who_was_not_reached_about_a_change_of_how_to_get_in_is_told_by_letter_whom_to_call[email_changed]",
    ),
    _mutant(
        "two who record the ends of both channels at once plan no letter",
        "channels/results.py",
        sound="    if asked or (settling and retrying):\n",
        broken="    if settling and retrying:\n",
        guard="test_untold_at_once.py::"
        "test_two_processes_that_record_the_ends_of_both_channels_at_once_plan_one_letter",
    ),
    _mutant(
        "a letter that a receipt plans misses the newer decision",
        "channels/receipts.py",
        sound="    if claim_ids:\n",
        broken="    if claim_ids and False:\n",
        guard="test_untold_at_once.py::"
        "test_a_letter_that_a_receipt_plans_is_superseded_by_a_decision_that_comes_meanwhile",
    ),
)
