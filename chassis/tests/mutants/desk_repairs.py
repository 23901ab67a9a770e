"""Mutants of completed repairs: what they assess, what they hold back, and what a joined claim brings of them."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(f"repairs: {name}", module, sound, broken, guard, package="claims_svc")


_DONE, _ENDS = "test_repairs_completed.py::", "test_repairs_that_end.py::"
_FOUND_LATER = _DONE + "test_damage_found_after_a_repair_is_paid_and_what_was_repaired_is_not"

MUTANTS = (
    _mutant(
        "a repair drops what somebody else reported",
        "flows/repairing.py",
        "assessment(job, items, damage=claim.damage,",
        "assessment(job, items, damage=claim.report.damage,",
        _DONE + "test_what_somebody_else_reported_and_nobody_repaired_stays_with_the_claim",
    ),
    _mutant(
        "a partner adds other damage to a job",
        "flows/repairing.py",
        "if any(item.kind not in REPAIRABLE for item in items):",
        "if not items:",
        _DONE + "test_a_partner_repairs_what_the_job_names_and_nothing_else",
    ),
    _mutant(
        "damage found after a repair is never paid",
        "repository/payments.py",
        "least(in_kind_cents, coalesce(sum(repaired_cents), 0))",
        "CASE WHEN count(*) > 0 THEN in_kind_cents ELSE 0 END",
        _FOUND_LATER,
    ),
    _mutant(
        "damage found after a repair is said to be repaired",
        "domain/payment.py",
        "        repaired_cents = min(repaired_cents, repaired_at_most_cents)\n",
        "        pass\n",
        _FOUND_LATER,
    ),
    _mutant(
        "what a repair cost less than a handler had assessed is paid",
        "domain/repair.py",
        "return max(sum(item.amount_cents for item in repaired), sum(assessed))",
        "return sum(item.amount_cents for item in repaired)",
        _DONE + "test_a_repair_for_less_than_a_handler_had_assessed_leaves_nothing_of_that_to_be_paid",
    ),
    _mutant(
        "what repairs of before stand for is not known",
        "migrations/0026_repaired.sql",
        " WHERE state = 'completed'",
        " WHERE state = 'ended'",
        _DONE + "test_repairs_of_before_stand_for_what_their_partners_said",
    ),
    _mutant(
        "money that a joined claim brings is not ordered",
        "working_sets.py",
        "paid |= {*changes.ordered_before, *freed}",
        "paid |= {*changes.decided_before, *freed}",
        _ENDS + "test_money_of_a_joined_claim_that_never_arrived_is_ordered_with_the_first_decision_of_the_other",
    ),
    _mutant(
        "a first decision promises money for what was repaired for a joined claim",
        "working_sets.py",
        "paid_beside(work.connection, claim_ids=changes.ordered_before)",
        "paid_beside(work.connection, claim_ids=changes.decided_before)",
        _ENDS + "test_a_first_decision_says_what_was_repaired_for_the_claim_that_was_joined_before",
    ),
)
