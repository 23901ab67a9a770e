"""Mutants of what policy-svc charges, and of how a quote becomes a policy."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="policy_svc")
_PREMIUM = "domain/test_premium.py"
_CHANGES = "domain/test_changes.py"
_APPLICATIONS = "test_applications.py"

MUTANTS = (
    _Mutant(
        "premium: a higher deductible makes it dearer",
        "domain/premium.py",
        sound='parts["deductible"] = -part_of(',
        broken='parts["deductible"] = part_of(',
        guard=f"{_PREMIUM}::test_the_parts_add_up_tax_is_21_percent_and_a_higher_deductible_lowers_the_premium",
    ),
    _Mutant(
        "premium: cents are cut off",
        "domain/money.py",
        sound="(2 * numerator + denominator) // (2 * denominator)",
        broken="numerator // denominator",
        guard=f"{_PREMIUM}::test_a_home_costs_what_the_model_says",
    ),
    _Mutant(
        "premium: what was assumed is told as if it were known",
        "domain/premium.py",
        sound="is_estimate=bool(depends_on)",
        broken="is_estimate=False",
        guard=f"{_PREMIUM}::test_what_is_not_known_is_assumed_and_the_premium_says_so",
    ),
    _Mutant(
        "reinstatement: a value is rounded down",
        "domain/reinstatement.py",
        sound="units = -(-building_costs * prod(factors) // (unit * WHOLE ** len(factors)))",
        broken="units = building_costs * prod(factors) // (unit * WHOLE ** len(factors))",
        guard="domain/test_reinstatement.py::test_a_home_is_rebuilt_for_what_the_model_says",
    ),
    _Mutant(
        "premium: a change replaces a premium that was given by the model's",
        "domain/premium.py",
        sound="or paid == was or",
        broken="or paid != becomes or",
        guard=f"{_CHANGES}::test_a_higher_deductible_never_costs_more",
    ),
    _Mutant(
        "premium: a change takes off a premium what it takes off the model's",
        "domain/premium.py",
        sound="quotient(paid.a_year_cents * becomes.a_year_cents, was.a_year_cents)",
        broken="paid.a_year_cents + becomes.a_year_cents - was.a_year_cents",
        guard=f"{_CHANGES}::test_a_premium_that_was_given_changes_in_the_proportion_of_the_model",
    ),
    _Mutant(
        "premium: parts of another tariff are told as the model's",
        "domain/premium.py",
        sound="if is_of_parts_of_model else ()",
        broken="if paid.parts else ()",
        guard=f"{_CHANGES}::test_a_premium_that_was_given_changes_in_the_proportion_of_the_model",
    ),
    _Mutant(
        "premium: what the model cannot price has none any more",
        "domain/premium.py",
        sound="return replace(of_model, premium=paid)",
        broken="return of_model",
        guard=f"{_CHANGES}::test_what_the_model_cannot_price_keeps_its_premium_and_that_is_said",
    ),
    _Mutant(
        "premium: what is imported is as young as when it was insured first",
        "domain/imported.py",
        sound="return last_renewal(terms, on=today) if in_force((period,), on=today) else period.effective_on",
        broken="return period.effective_on",
        guard="test_imports_after_changes.py::test_a_higher_deductible_of_an_imported_dog_lowers_its_premium",
    ),
    _Mutant(
        "quotes: a policy takes a number that the administration may have given",
        "domain/policy.py",
        sound="FIRST_OF_OURS: Final = 50",
        broken="FIRST_OF_OURS: Final = 1",
        guard="domain/test_policy.py::test_a_policy_taken_out_here_has_a_number_of_our_own_above_every_other",
    ),
    _Mutant(
        "quotes: who became a customer here is one that an import made",
        "repository/customers.py",
        sound="reason=CustomerVersionReason.APPLIED",
        broken="reason=CustomerVersionReason.IMPORTED",
        guard=f"{_APPLICATIONS}::test_no_file_takes_an_application_for_a_policy_or_customer_of_its_own",
    ),
    _Mutant(
        "quotes: an insurance begins on a day that has passed",
        "flows/applications.py",
        sound="    return max(quote.terms.effective_on, ",
        broken="    return min(quote.terms.effective_on, ",
        guard=f"{_APPLICATIONS}::test_an_insurance_never_begins_before_the_day_after_it_was_taken_out",
    ),
    _Mutant(
        "quotes: one is accepted twice",
        "repository/quotes.py",
        sound='f"{_FIND} FOR UPDATE"',
        broken="_FIND",
        guard=f"{_APPLICATIONS}::test_a_quote_is_accepted_once_by_many_at_the_same_time",
    ),
    _Mutant(
        "quotes: who is refused leaves no record",
        "routes/quotes.py",
        sound="return not_accepted(refusals, language).response()",
        broken="raise not_accepted(refusals, language)",
        guard="test_quotes.py::test_what_cannot_be_insured_is_refused_and_says_why",
    ),
    _Mutant(
        "quotes: one that was refused is one like all others",
        "repository/quotes.py",
        sound=" AND refused_by IS NULL",
        broken="",
        guard="test_quotes.py::test_what_cannot_be_insured_is_refused_and_says_why",
    ),
    _Mutant(
        "quotes: an application that is refused leaves no record",
        "flows/applications.py",
        sound="    await keep_refused(work, quote.kind, quote.terms, found)\n",
        broken="",
        guard=f"{_APPLICATIONS}::test_a_home_that_is_refused_by_now_is_on_record_with_who_asked_and_the_rule",
    ),
    _Mutant(
        "quotes: what is refused is on record under a number that nobody has yet",
        "flows/applications.py",
        sound="    if relation_number not in holders:\n        return NotAccepted.UNKNOWN_CUSTOMER\n"
        "    quote = await _open_quote(work, quote_id)\n    if not isinstance(quote, Quote):\n        return quote\n",
        broken="    quote = await _open_quote(work, quote_id)\n"
        "    if not isinstance(quote, Quote):\n        return quote\n"
        "    if relation_number not in holders:\n        return NotAccepted.UNKNOWN_CUSTOMER\n",
        guard=f"{_APPLICATIONS}::test_nothing_is_kept_of_an_application_for_a_customer_whom_nobody_is_yet",
    ),
)
