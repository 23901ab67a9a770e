"""Mutants of the drill: a checker that notices less than it must."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_mutant = partial(Mutant, package="drill")

MUTANTS = (
    _mutant(
        "drill: an SMS that came twice goes unnoticed",
        "checker/at_the_customer.py",
        "if not sent <= got <= sent + in_doubt:",
        "if not sent <= got:",
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
