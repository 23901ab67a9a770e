"""Mutants of the drill: a checker that notices less than it must."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_mutant = partial(Mutant, package="drill")

MUTANTS = (
    _mutant(
        "drill: an SMS that came twice goes unnoticed",
        "checker/at_the_customer.py",
        "if not sent <= whole <= begun <= sent + in_doubt:",
        "if not sent <= whole <= begun:",
        "test_checker.py::test_each_invariant_is_violated_by_what_it_forbids",
    ),
    _mutant(
        "drill: an accepted report without a claim goes unnoticed",
        "checker/invariants.py",
        "for report_id in journal.accepted.keys() - known:",
        "for report_id in known - journal.accepted.keys():",
        "test_checker.py::test_each_invariant_is_violated_by_what_it_forbids",
    ),
    _mutant(
        "drill: a claim of another's policy goes unnoticed",
        "checker/invariants.py",
        'elif policies.get(claim_id) != (named := attempted[report_id]["policy_number"]):',
        'elif policies.get(claim_id) is None and (named := attempted[report_id]["policy_number"]):',
        "test_checker.py::test_what_no_other_invariant_would_notice",
    ),
    _mutant(
        "drill: a mail with another amount than was decided goes unnoticed",
        "checker/at_the_customer.py",
        "if count and cents[name] != amounts.get(name, cents[name]):",
        "if count and name not in cents:",
        "test_checker.py::test_what_no_other_invariant_would_notice",
    ),
    _mutant(
        "drill: what a replay publishes goes unnoticed",
        "checker/invariants.py",
        "if new := {(record.source, record.event_id) for record in records} - known:",
        "if new := known - {(record.source, record.event_id) for record in records}:",
        "test_checker.py::test_a_replay_that_sends_or_publishes_something_is_noticed",
    ),
    _mutant(
        "drill: poison that was swallowed goes unnoticed",
        "checker/bookkeeping.py",
        "if stored[place] != 1:",
        "if stored[place] > 1:",
        "test_checker.py::test_each_invariant_is_violated_by_what_it_forbids",
    ),
    _mutant(
        "drill: the oracle forgets the minimum in heavy weather",
        "checker/oracle.py",
        "least_cents = HEAVY_WEATHER_MINIMUM_CENTS if heavy else 0",
        "least_cents = 0",
        "test_oracle.py::test_the_chosen_deductible_counts_above_the_minimum",
    ),
)
