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
        "    if failing:\n",
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
        " is Change.IN_FAVOUR\n",
        " is not Change.SAME\n",
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
)
