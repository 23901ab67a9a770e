"""Mutants of payments and repairs: nothing is ordered twice, and nobody calls a customer who has not agreed."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, sound: str, broken: str, guard: str, *, package: str = "claims_svc") -> Mutant:
    return Mutant(f"payments: {name}", module, sound, broken, guard, package=package)


_PAID, _REPAIRED = "test_payments.py", "test_repairs.py"

MUTANTS = (
    _mutant(
        "what was ordered before is ordered again",
        "repository/payments.py",
        "payable_cents - before.ordered_cents",
        "payable_cents - 0 * before.ordered_cents",
        f"{_PAID}::test_what_was_decided_is_ordered_once_and_later_only_what_was_added",
    ),
    _mutant(
        "what a partner repairs is paid as well",
        "repository/payments.py",
        "WHEN bool_or(repaired_cents IS NULL) THEN in_kind_cents",
        "WHEN bool_or(repaired_cents IS NULL) THEN 0",
        f"{_REPAIRED}::test_what_would_be_repaired_is_held_back_and_paid_when_nobody_takes_the_job",
    ),
    _mutant(
        "nobody is told what is repaired",
        "working_sets.py",
        "    if not beside:\n",
        "    if beside is not None:\n",
        f"{_REPAIRED}::test_what_no_payment_is_left_to_take_the_deductible_off_its_customer_pays_the_repair_firm",
    ),
    _mutant(
        "what was paid before is asked back as a deductible",
        "domain/payment.py",
        "repaired_cents - payable_cents - paid_before_cents)",
        "repaired_cents - payable_cents)",
        "domain/test_payment.py::test_what_was_paid_before_is_not_asked_back_as_a_deductible",
    ),
    _mutant(
        "a later answer about a payment counts",
        "repository/payments.py",
        "WHERE payment.ended_at IS NULL ORDER BY payment_id",
        "ORDER BY payment_id",
        f"{_PAID}::test_the_first_answer_about_a_payment_counts_and_a_failed_one_waits_for_a_handler",
    ),
    _mutant(
        "what failed waits for ever though a later decision orders it anew",
        "desk.py",
        "        (ordered, Cause.PAYMENT_FAILED),\n",
        "",
        f"{_PAID}::test_a_failed_payment_waits_for_nobody_once_a_later_decision_orders_everything_anew",
    ),
    _mutant(
        "what failed waits for nobody though a part of it is still due",
        "paying.py",
        "    if await payments.left_cents(work.connection, due=due) <= 0:\n",
        "    if due is not None:\n",
        f"{_PAID}::test_a_failed_payment_of_which_a_repair_takes_a_part_waits_until_the_rest_is_ordered",
    ),
    _mutant(
        "what failed waits for ever though a repair takes all that is due",
        "flows/repairing.py",
        "    await paying.let_go_unless_due(work, claim, _due(at_work))\n",
        "",
        f"{_PAID}::test_a_failed_payment_waits_for_nobody_once_nothing_is_due_any_more",
    ),
    _mutant(
        "a partner may call before the customer agreed",
        "domain/repair.py",
        "self.state is JobState.ACCEPTED and self.agreed_at is not None",
        "self.state is JobState.ACCEPTED",
        f"{_REPAIRED}::test_nobody_learns_how_to_call_before_the_customer_agrees",
    ),
    _mutant(
        "any partner reads the contact of a job",
        "repository/repair_contacts.py",
        "WHERE job_id = $1 AND partner_id = $2 AND released",
        "WHERE job_id = $1 AND $2 <> '' AND released",
        "test_repair_contacts.py::test_only_the_partner_who_has_the_job_reads_the_contact_and_the_customer_sees_that",
        package="policy_svc",
    ),
)
