"""Mutants of money and words after a second reading: collected once, failed after joining, denied by one."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_claims = partial(Mutant, package="claims_svc")

MUTANTS = (
    _claims(
        "repair: a deductible that a firm collects is borne once more",
        "repository/payments.py",
        "- coalesce(sum(collected_cents), 0)",
        "- 0",
        "test_repairs_completed.py::test_damage_found_after_a_repair_is_paid_and_what_was_repaired_is_not",
    ),
    _claims(
        "repair: nobody keeps what a firm was told to collect",
        "working_sets.py",
        "        await repairs.collect(work.connection, more_cents=more)\n",
        "        pass\n",
        "test_repairs_completed.py::test_damage_found_after_a_repair_is_paid_and_what_was_repaired_is_not",
    ),
    _claims(
        "payments: one that fails after a joining waits at the claim that ended",
        "repository/payments.py",
        "coalesce(claim.joined_to, claim.claim_id) AS claim_id, ordered_at\n",
        "claim.claim_id, ordered_at\n",
        "test_joining_by_hand.py::test_a_payment_that_fails_after_its_claim_was_joined_is_ordered_where_it_is_due",
    ),
    _claims(
        "payments: a failed one of which nothing is due waits for ever",
        "paying.py",
        "    if not ordered and (waiting is None or Cause.PAYMENT_FAILED not in waiting.causes):\n",
        "    if not ordered:\n",
        "test_joining_by_hand.py::test_a_payment_that_fails_when_nothing_is_due_any_more_is_let_go",
    ),
    _claims(
        "by hand: one person denies by what a customer is said to have said",
        "flows/telling.py",
        "    if cost.denies or await",
        "    if await",
        "test_nobody_is_forgotten.py::test_what_a_customer_says_and_a_claim_is_denied_by_is_for_two_to_write_down",
    ),
    Mutant(
        "answers: a phone number used as a key is sent back",
        "consuming/identifiers.py",
        "(_PHONE_NUMBER, ",
        "(",
        "test_identifiers.py::test_what_may_be_an_address_or_a_number_of_somebody_is_not",
    ),
    _claims(
        "desk: questions of before have no day on which somebody looks",
        "migrations/0028_questions_are_due.sql",
        "WHERE asked_by IS NOT NULL",
        "WHERE asked_by IS NULL",
        "test_nobody_is_forgotten.py::test_what_was_asked_before_questions_had_timers_is_looked_at_as_well",
    ),
)
