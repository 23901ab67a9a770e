"""Mutants of what a fresh reader of the desk found."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_claims = partial(Mutant, package="claims_svc")

MUTANTS = (
    _claims(
        "fresh eyes: a photo of a decided claim reaches nobody",
        "flows/files.py",
        "unseen=[claim_id], ",
        "",
        "test_files_by_http.py::test_a_photo_of_a_decided_claim_waits_once_for_somebody_who_looks_at_it",
    ),
    _claims(
        "fresh eyes: a payment fails unseen beside another that is ordered again",
        "paying.py",
        "    if locked:\n",
        "    if False:\n",
        "test_payments.py::test_a_payment_that_fails_while_another_is_ordered_again_waits_for_a_handler_after_that",
    ),
    _claims(
        "fresh eyes: anybody works at what another has taken",
        "repository/desk_cases.py",
        " AND taken_by <> $2)",
        " AND taken_by <> $2 AND false)",
        "test_taken_by_another.py::test_what_another_has_taken_is_left_to_them",
    ),
    _claims(
        "fresh eyes: a review overturns a decision that became no better",
        "flows/reviewing.py",
        "    return is_better(reviewed, standing.document.verdict)\n",
        "    return True\n",
        "test_reviews.py::test_a_decision_that_became_no_better_for_the_customer_is_not_overturned",
    ),
    _claims(
        "fresh eyes: a promise that is kept too late held",
        "repository/promises.py",
        "coalesce(broken_at, CASE WHEN due_at <= $2 THEN $2 END)",
        "broken_at",
        "test_waiting.py::"
        "test_a_claim_that_is_taken_up_too_late_breaks_the_promise_also_where_no_timer_has_said_so_yet",
    ),
    _claims(
        "fresh eyes: a repair that its firm never completes comes to nobody",
        "flows/repairing.py",
        "    job_ends.wait_for_completion(work, claim, job)\n",
        "",
        "test_nobody_is_forgotten.py::test_a_repair_that_its_firm_never_completes_comes_to_a_handler",
    ),
    _claims(
        "fresh eyes: an order that nobody answers comes to nobody",
        "unsettled.py",
        "    if late:\n",
        "    if False:\n",
        "test_unsettled_payments.py::test_an_order_that_nobody_answers_waits_for_a_handler_once_until_it_is_answered",
    ),
    _claims(
        "fresh eyes: a new question is waited for as long as those of before",
        "domain/next_step.py",
        "    if new and after.state is ClaimState.WAITING_FOR_ANSWER:\n",
        "    if False:\n",
        "test_waiting.py::test_a_question_that_an_answer_leads_to_is_waited_for_as_long_as_its_message_says",
    ),
    _claims(
        "fresh eyes: a late order waits where it is due no more once its claim was joined or parted",
        "working_sets.py",
        "    if moved := changes.moved:",
        "    if False and (moved := changes.moved):",
        "test_joining_by_hand.py::test_a_late_order_of_a_claim_that_was_joined_ends_the_wait_of_both",
    ),
    _claims(
        "fresh eyes: what was asked for a decision is asked after it",
        "flows/telling.py",
        " and not is_decided(asked.asked_at, decided=decided, rulings=claim.rulings)",
        "",
        "test_questions_by_http.py::test_what_was_asked_for_a_decision_is_asked_no_more_once_all_is_decided",
    ),
    _claims(
        "fresh eyes: any decision of the rules ends what a handler asked about a settled claim",
        "domain/answering.py",
        "    return was_open or any(",
        "    return True or any(",
        "domain/test_answering.py::test_a_question_ends_by_the_decision_it_was_asked_for_and_by_no_other",
    ),
    _claims(
        "fresh eyes: any assessment answers how one thing was damaged",
        "domain/answering.py",
        "    if code == DAMAGE or supplement.source is FactSource.CUSTOMER:\n",
        "    if True:\n",
        "domain/test_answering.py::test_only_what_is_an_answer_ends_a_question",
    ),
    _claims(
        "fresh eyes: a review by which more is paid can only uphold where one item became worse",
        "domain/redetermination.py",
        "{compare(reviewed, new), _compare_as_a_whole(reviewed, new)}",
        "{compare(reviewed, new)}",
        "domain/test_redetermination.py::"
        "test_a_review_brings_something_when_more_is_paid_all_in_all_also_where_one_item_became_worse",
    ),
    _claims(
        "fresh eyes: damage is told anew and item by item at once",
        "routes/questions.py",
        "        if DAMAGE in codes and any(",
        "        if False and any(",
        "test_questions_by_http.py::test_damage_is_told_anew_or_item_by_item_and_never_both_at_once",
    ),
    _claims(
        "fresh eyes: a claim to which a repaired one was joined is taken back",
        "flows/reviewing.py",
        "    if is_repaired or await ",
        "    if await ",
        "test_repairs_that_end.py::test_a_claim_to_which_one_was_joined_that_is_repaired_is_not_taken_back",
    ),
)
