"""Mutants of time that works for customers, of reviews, and of what is told about claims besides decisions."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_claims = partial(Mutant, package="claims_svc")
_notify = partial(Mutant, package="notify_svc")
_WAITING = "test_waiting.py::"
_REVIEWS = "test_reviews.py::"
_FORGOTTEN = "test_nobody_is_forgotten.py::"

MUTANTS = (
    _claims(
        "waiting: a promise that was kept breaks all the same",
        "repository/promises.py",
        " AND kept_at IS NULL AND broken_at IS NULL AND due_at <= $2",
        " AND broken_at IS NULL AND due_at <= $2",
        _WAITING + "test_a_claim_that_is_taken_up_in_time_keeps_the_promise",
    ),
    _claims(
        "waiting: who has answered is reminded",
        "flows/waiting.py",
        "        if codes and claim.state",
        "        codes = codes or list(claim.asked)\n        if codes and claim.state",
        _WAITING + "test_who_has_answered_is_not_asked_again",
    ),
    _claims(
        "waiting: nobody asks again who has not agreed that the repair firm may call",
        "job_ends.py",
        "        Timer(REPAIR_CONSENT_REMINDER, key, remind_at, claim.trace),\n",
        "",
        _FORGOTTEN + "test_who_does_not_agree_to_be_called_is_reminded_once_and_then_waits_for_a_handler",
    ),
    _claims(
        "waiting: a job whose firm may not call comes to no handler",
        "job_ends.py",
        "        Timer(REPAIR_CONSENT_MISSING, key, missing_at, claim.trace),\n",
        "",
        _FORGOTTEN + "test_who_does_not_agree_to_be_called_is_reminded_once_and_then_waits_for_a_handler",
    ),
    _claims(
        "waiting: who has agreed that the repair firm may call is asked all the same",
        "flows/repairing.py",
        " for job in jobs.values() if job.needs_consent]\n",
        " for job in jobs.values()]\n",
        _FORGOTTEN + "test_who_agrees_in_time_to_be_called_is_neither_reminded_nor_waited_for",
    ),
    _claims(
        "waiting: a handler is to ask for consent to a job that was given back",
        "job_ends.py",
        "causes = [Cause.REPAIR_CONSENT, Cause.REPAIR_LATE]",
        "causes = [Cause.REPAIR_LATE]",
        _FORGOTTEN + "test_nobody_waits_for_consent_to_a_job_that_its_firm_has_given_back",
    ),
    _claims(
        "reviews: who decided before overturns their own decision",
        "flows/reviewing.py",
        "    if caller.subject in before or (",
        "    if False and (",
        _REVIEWS + "test_a_denial_is_reviewed_and_overturned_by_people_who_had_no_part_in_it",
    ),
    _notify(
        "told about claims: without a customer nobody who gave an address is looked for",
        "migrations/0006_about_claims.sql",
        "ORDER BY email IS NULL, array_position",
        "ORDER BY array_position",
        "test_claim_requests.py::test_without_a_customer_the_first_reporter_who_gave_an_address_is_told",
    ),
    _notify(
        "letters: what people decided is told as a computer's",
        "domain/notice.py",
        "    return set_aside or not _BY_HAND.isdisjoint(codes)\n",
        "    return set_aside\n",
        "domain/test_notice.py::test_what_people_decided_is_told_as_theirs",
    ),
)
