"""Mutants of money that must stay right: decisions that rest on others, repairs that end, claims joined by hand."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_claims = partial(Mutant, package="claims_svc")
_RESTS = "domain/test_rests_on_others.py::"
_REPAIRS = "test_repairs_that_end.py::"

MUTANTS = (
    _claims(
        "money: nobody follows what another claim of the event no longer has",
        "domain/occurrence.py",
        "        return () if same else had\n",
        "        return ()\n",
        _RESTS + "test_who_would_have_to_bear_what_another_bore_keeps_the_money_and_a_person_has_the_claim",
    ),
    _claims(
        "money: a change that leaves the sums as they were is followed too",
        "domain/occurrence.py",
        "        return () if same else had\n",
        "        return had\n",
        _RESTS + "test_nobody_follows_a_change_that_leaves_what_others_count_as_it_was",
    ),
    _claims(
        "money: decisions from before it was kept what they count are not found",
        "repository/event_uses.py",
        "resting.rests_on IS NULL OR ",
        "",
        "test_handlers_others_changed.py::"
        "test_a_claim_that_waits_for_the_estimates_of_another_is_paid_once_these_are_assessed",
    ),
    _claims(
        "money: who rests on an older version of what moved is not found",
        "repository/event_uses.py",
        "cardinality(resting.rests_on) > 0",
        "moved.proof_sha256 = ANY (resting.rests_on)",
        "test_handlers_others_changed.py::"
        "test_a_claim_that_waits_for_the_estimates_of_another_is_paid_once_these_are_assessed[an older version]",
    ),
    _claims(
        "money: a repair goes on after its damage was denied",
        "job_ends.py",
        "        if job.is_open:\n",
        "        if job.is_completed:\n",
        _REPAIRS + "test_a_job_ends_when_its_damage_is_denied_by_hand_and_no_partner_hears_why",
    ),
    _claims(
        "money: what was repaired for a joined claim is paid as well",
        "repository/payments.py",
        "WHERE job.claim_id = ANY (together.claim_ids) AND",
        "WHERE job.claim_id = new.claim_id AND",
        _REPAIRS + "test_what_was_repaired_for_a_joined_claim_is_neither_paid_nor_repaired_again",
    ),
    _claims(
        "money: joining takes decided money away without a second person",
        "domain/joining.py",
        " or _payable_cents(after) < _payable_cents(before),\n",
        ",\n",
        "test_joining_by_hand.py::test_a_joined_claim_ends_and_what_was_paid_for_it_counts",
    ),
)
