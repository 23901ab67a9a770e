"""Mutants of claims-svc that the decision table must notice by itself: each makes some row pay or decide otherwise."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(
    name: str,
    module: str,
    sound: str,
    broken: str,
    guard: str = "test_second_reading.py::test_the_product_gives_the_answer_of_the_table",
) -> Mutant:
    return Mutant(f"table: {name}", f"domain/{module}", sound, broken, guard, package="claims_svc")


MUTANTS = (
    _mutant(
        "only the decisive ground of a cause counts",
        "deductible.py",
        "for ground in _paying_grounds(cause):",
        "for ground in [decisive_ground(cause)]:",
    ),
    _mutant(
        "what others bore too much of one event is given back in the other",
        "deductible.py",
        "are_tied = any(use.either_cents for use in others.values())",
        "are_tied = either is not None",
        "domain/test_money.py::test_what_others_bore_too_much_of_one_event_is_not_given_back_in_the_other",
    ),
    _mutant(
        "joining an event can cost more than the damage alone",
        "deductible.py",
        "deductible.of_event_cents(own.get(family, _NO_DAMAGE))",
        "own.get(family, _NO_DAMAGE).covered_cents",
    ),
    _mutant(
        "the family is chosen by what it pays at once",
        "money.py",
        "(account.payable_when_assessed_cents, account.payable_cents)",
        "account.payable_cents",
    ),
)
