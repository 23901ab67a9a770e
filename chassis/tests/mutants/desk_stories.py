"""Mutants of what stories of the desk showed: proofs of claims that were joined, and whose claim is read."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_claims = partial(Mutant, package="claims_svc")
_TOGETHER = "domain/test_proofs_together.py::"

MUTANTS = (
    _claims(
        "desk: a proof does not say what a joined claim brought",
        "domain/next_step.py",
        "        brought_cents=claim.brought_cents,\n",
        "",
        "test_joining_by_hand.py::test_a_parted_report_goes_on_with_its_claim_and_waits_for_a_ruling",
    ),
    _claims(
        "desk: what a joined claim brought is taken for a contradiction",
        "domain/proofs_together.py",
        "max(0, until_then + document.basis.brought_cents)",
        "until_then",
        _TOGETHER + "test_what_a_claim_brought_that_was_joined_is_told_apart_from_what_was_decided_of_ones_own",
    ),
    _claims(
        "desk: what was decided before a version that pays nothing is taken for a contradiction",
        "domain/proofs_together.py",
        "max(proof.verdict.money.payable_cents or 0, proof.basis.decided_before_cents)",
        "proof.verdict.money.payable_cents or 0",
        _TOGETHER + "test_what_was_decided_before_counts_on_after_a_version_that_pays_nothing",
    ),
    _claims(
        "desk: somebody else's claim is read under one's own number",
        "repository/claim_views.py",
        "split_part(policy_number, '-', 1) = $2",
        "$2::text <> ''",
        "test_access_matrix.py::test_somebody_elses_claim_is_not_found_under_ones_own_number",
    ),
)
