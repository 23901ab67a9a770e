"""Mutants of which homes are accepted, where they lie, and what a claim makes of a home it knows too little of."""

from __future__ import annotations

from mutants.mutant import Mutant

_OF_INSURANCE = "domain/test_insurance.py"

MUTANTS = (
    Mutant(
        "acceptance: what was insured since 31 May 2015 stays insured",
        "domain/acceptance.py",
        "or on) < NOT_ACCEPTED_FROM",
        "or on) <= NOT_ACCEPTED_FROM",
        "domain/test_acceptance.py::test_a_home_insured_since_before_31_may_2015_stays_insured_and_no_other_does",
        package="policy_svc",
    ),
    Mutant(
        "acceptance: a break does not end the insurance from before",
        "domain/acceptance.py",
        "if has_gap or ",
        "if ",
        "domain/test_acceptance.py::test_a_break_ends_the_insurance_from_before",
        package="policy_svc",
    ),
    Mutant(
        "positions: neighbours with the same number blur the very address",
        "domain/positions.py",
        "_middle(exact or hits, ",
        "_middle(hits, ",
        "domain/test_positions.py::test_the_very_address_counts_among_those_with_its_number",
        package="policy_svc",
    ),
    Mutant(
        "positions: whatever PDOK finds is the home",
        "locating/pdok.py",
        "if document.postcode == postcode and (number is None or document.huisnummer == int(number))",
        "if document.postcode",
        "locating/test_pdok.py::test_hits_that_were_not_asked_for_count_for_nothing",
        package="policy_svc",
    ),
    Mutant(
        "positions: a home that was left meanwhile gets a position all the same",
        "flows/positions.py",
        "    if not await positions.settle(work.connection, pending):\n        return False\n",
        "    await positions.settle(work.connection, pending)\n",
        "locating/test_locator.py::test_a_home_that_is_left_while_it_is_looked_up_waits_no_more",
        package="policy_svc",
    ),
    Mutant(
        "insurance: a policy of a car denies damage to a home",
        "domain/insurance.py",
        "if policy is None or policy.kind not in HOME_KINDS:",
        "if policy is None:",
        f"{_OF_INSURANCE}::test_a_policy_of_no_home_never_denies_damage_to_one",
        package="claims_svc",
    ),
    Mutant(
        "insurance: a claim does not wait for the position of its home",
        "domain/needs.py",
        "if case.insurance.state is InsuranceState.UNKNOWN:",
        "if case.policy is None:",
        f"{_OF_INSURANCE}::test_a_home_whose_position_is_not_known_yet_waits_and_then_goes_to_a_handler",
        package="claims_svc",
    ),
)
