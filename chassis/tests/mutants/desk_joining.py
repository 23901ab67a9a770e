"""Mutants of what stands and what joins: redetermination, reports without damage, claims joined and parted by hand."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_claims = partial(Mutant, package="claims_svc")
_STANDS = "domain/test_decision_that_stands.py::"
_BY_HAND = "test_joining_by_hand.py::"

MUTANTS = (
    _claims(
        "joining: a decision of before is judged by today's rules",
        "domain/next_step.py",
        "    previous = standing.document.verdict\n",
        "    from claims_svc.domain.verdict import decide\n\n    previous = decide(standing.document.basis)\n",
        _STANDS + "test_a_decision_that_rules_of_before_made_worse_is_decided_again_when_evidence_comes",
    ),
    _claims(
        "joining: what was paid before a version that pays nothing is forgotten",
        "domain/decision.py",
        "max(self.payable_cents, self.document.basis.decided_before_cents)",
        "self.payable_cents",
        _STANDS + "test_what_was_paid_once_counts_as_paid_also_after_a_version_that_pays_nothing",
    ),
    _claims(
        "joining: a report without damage opens a claim beside the one of its day",
        "domain/likeness.py",
        "        return self.is_of_one_moment(other) or self._is_day_of(other) or other._is_day_of(self)\n",
        "        return self.is_of_one_moment(other)\n",
        "domain/test_likeness.py::test_a_report_without_damage_is_about_the_loss_of_its_moment_or_day",
    ),
    _claims(
        "joining: a claim that learns its damage from another report is not compared again",
        "domain/working_set.py",
        "        if joined.outline != claim.outline:\n",
        "        if False:\n",
        "test_handlers_incomplete_reports.py::"
        "test_what_a_claim_without_damage_turns_out_to_be_about_is_held_for_the_claim_that_has_it",
    ),
    _claims(
        "joining: a claim without damage holds other damage of its storm once it is told",
        "domain/claim.py",
        "outline in former or not outline.damage_kinds else",
        "outline in former else",
        "test_handlers_incomplete_reports.py::test_a_claim_that_once_listed_no_damage_holds_no_other_damage_of_its_storm",
    ),
    _claims(
        "joining: what was paid for a claim that was joined is paid again",
        "domain/claim.py",
        "            brought_cents=joined.brought_cents + decided_before_cents,\n",
        "",
        _BY_HAND + "test_a_joined_claim_ends_and_what_was_paid_for_it_counts",
    ),
    _claims(
        "joining: what was ordered of a claim that was joined is ordered again",
        "repository/payments.py",
        "WHERE joined_to = new.claim_id",
        "WHERE false",
        _BY_HAND + "test_what_was_ordered_of_the_claim_that_ended_is_not_ordered_again",
    ),
    _claims(
        "joining: a report that was parted is paid beside the claim that it left",
        "domain/working_set.py",
        "        self.restate(replace(own, possible_duplicate_of=held_for))\n",
        "        self.restate(own)\n",
        _BY_HAND + "test_a_parted_report_goes_on_with_its_claim_and_waits_for_a_ruling",
    ),
)
