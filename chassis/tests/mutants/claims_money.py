"""Mutants of money in claims-svc: the event's formula, items one by one, what others bore, later evidence."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(f"money: {name}", module, sound, broken, guard, package="claims_svc")


_DEDUCTIBLE, _MONEY, _OCCURRENCE = "domain/deductible.py", "domain/money.py", "domain/occurrence.py"
_REDETERMINATION, _USES = "domain/redetermination.py", "repository/event_uses.py"
_OF_DEDUCTIBLE, _OF_MONEY = "domain/test_deductible.py", "domain/test_money.py"
_OF_OCCURRENCE, _OF_REDETERMINATION = "domain/test_occurrence.py", "domain/test_redetermination.py"
_END_TO_END, _LATER_EVIDENCE = "test_handlers_money.py", "test_handlers_redetermination.py"

MUTANTS = (
    _mutant(
        "the minimum is taken from all damage of the event",
        _DEDUCTIBLE,
        "max(self.chosen_cents, self.minimum_cents), damage.heavy_cents)",
        "max(self.chosen_cents, self.minimum_cents), damage.covered_cents * bool(damage.heavy_cents))",
        f"{_OF_DEDUCTIBLE}::test_the_minimum_concerns_the_damage_by_heavy_weather_only",
    ),
    _mutant(
        "the chosen deductible and the minimum add up",
        _DEDUCTIBLE,
        "return max(of_all_cents, min(max(self.chosen_cents, self.minimum_cents), damage.heavy_cents))",
        "return of_all_cents + min(max(self.chosen_cents, self.minimum_cents), damage.heavy_cents)",
        f"{_OF_DEDUCTIBLE}::test_heavy_weather_costs_at_least_250_euros_and_nothing_else_does",
    ),
    _mutant(
        "rain falling in bears the minimum without a cloudburst",
        _DEDUCTIBLE,
        "rain.cloudburst is Truth.TRUE",
        "rain.cloudburst is not None",
        f"{_OF_DEDUCTIBLE}::test_heavy_weather_costs_at_least_250_euros_and_nothing_else_does",
    ),
    _mutant(
        "sewer water of a flood bears the deductible of rain",
        _DEDUCTIBLE,
        "return ChargedTo(PerilFamily.FLOOD, heavy, ground)",
        "return ChargedTo(PerilFamily.RAIN, True, ground)",
        f"{_OF_DEDUCTIBLE}::test_heavy_weather_costs_at_least_250_euros_and_nothing_else_does",
    ),
    _mutant(
        "what others bore is borne again",
        _DEDUCTIBLE,
        "sum(by_event.values()) - borne_by_others_cents)",
        "sum(by_event.values()))",
        f"{_OF_DEDUCTIBLE}::test_what_other_claims_of_the_event_have_borne_is_not_borne_again",
    ),
    _mutant(
        "what others bore too much is paid on top",
        _DEDUCTIBLE,
        "left_cents = max(0, ",
        "left_cents = int(",
        f"{_OF_DEDUCTIBLE}::test_more_borne_by_others_than_the_event_bears_gives_no_money_on_top",
    ),
    _mutant(
        "a claim pays for what others have not borne",
        _DEDUCTIBLE,
        "family: deductible.of_event_cents(own.get(family, _NO_DAMAGE))",
        "family: own.get(family, _NO_DAMAGE).covered_cents",
        f"{_OF_DEDUCTIBLE}::test_a_claim_that_joins_an_event_never_bears_more_than_alone",
    ),
    _mutant(
        "damage of either family ties no events",
        _DEDUCTIBLE,
        "tied = [_FAMILIES] if are_tied else",
        "tied =",
        f"{_OF_MONEY}::test_what_others_bore_for_damage_of_either_family_the_other_family_need_not_bear",
    ),
    _mutant(
        "of tied events the one bears what the other lacks",
        _DEDUCTIBLE,
        "min(by_event[family] - by_others[family], left_cents, alone_cents[family])",
        "min(left_cents if family is _FAMILIES[0] else 0, alone_cents[family])",
        f"{_OF_DEDUCTIBLE}::test_of_tied_events_each_bears_first_what_it_lacks_itself",
    ),
    _mutant(
        "what others bore in the wrong one of tied events is lost",
        _DEDUCTIBLE,
        "for family in families if rest_cents else ():",
        "for family in ():",
        f"{_OF_DEDUCTIBLE}::test_what_others_bore_in_the_wrong_one_of_tied_events_is_borne_in_the_other",
    ),
    _mutant(
        "damage of either family that others had counts for nothing",
        _DEDUCTIBLE,
        " + (use.either_cents if family is either else 0)",
        "",
        f"{_OF_MONEY}::test_what_others_bore_for_damage_of_either_family_the_other_family_need_not_bear",
    ),
    _mutant(
        "of two rains the heavy one counts",
        _DEDUCTIBLE,
        "best.heavy > peril.heavy",
        "best.heavy < peril.heavy",
        f"{_OF_DEDUCTIBLE}::test_of_several_causes_in_one_family_the_one_without_a_minimum_counts_whatever_their_order",
    ),
    _mutant(
        "damage of either family is always rain's",
        _MONEY,
        "either=either) for either in _FAMILIES]",
        "either=either) for either in _FAMILIES[:1]]",
        f"{_OF_MONEY}::test_rain_and_flood_that_cannot_be_told_apart_bear_the_better_deductible",
    ),
    _mutant(
        "the limit of estimates begins anew with every claim",
        _MONEY,
        "{family: use.estimated_cents for family, use in others.items()}",
        "dict.fromkeys(others, 0)",
        f"{_OF_MONEY}::test_the_limit_of_estimates_is_one_for_all_claims_of_an_event",
    ),
    _mutant(
        "above the limit what was assessed waits too",
        _MONEY,
        "peril.family in above_limit\n            and verdict.item.estimated_by is FactSource.CUSTOMER,",
        "peril.family in above_limit,",
        f"{_OF_MONEY}::test_above_the_limit_only_what_the_customer_estimated_waits",
    ),
    _mutant(
        "damage that waits bears a deductible already",
        _MONEY,
        "_damage(item for item in decided if not item.awaits_assessment)",
        "_damage(decided)",
        f"{_OF_MONEY}::test_damage_that_waits_for_an_assessment_bears_no_deductible_yet",
    ),
    _mutant(
        "an item in doubt holds back all money",
        _MONEY,
        "None if in_doubt and None not in taken_off else",
        "None if in_doubt else",
        f"{_OF_MONEY}::test_an_item_in_doubt_does_not_hold_back_the_others",
    ),
    _mutant(
        "what was decided before is paid again",
        _MONEY,
        "max(0, payable_cents - before_cents)",
        "payable_cents",
        f"{_OF_MONEY}::test_a_new_version_pays_what_was_not_decided_to_be_paid_before",
    ),
    _mutant(
        "an assessment is counted as the customer's estimate",
        _OCCURRENCE,
        "_sum(item for item in items if item.estimated_by is FactSource.CUSTOMER)",
        "_sum(items)",
        f"{_OF_OCCURRENCE}::test_damage_that_waits_for_an_assessment_counts_for_the_limit_alone",
    ),
    _mutant(
        "damage that waits counts as the event's",
        _OCCURRENCE,
        "covered_cents=_sum(item for item in items if not item.awaits_assessment and not item.either_family)",
        "covered_cents=_sum(item for item in items if not item.either_family)",
        f"{_OF_OCCURRENCE}::test_damage_that_waits_for_an_assessment_counts_for_the_limit_alone",
    ),
    _mutant(
        "what a claim had before is kept beside what it has now",
        _OCCURRENCE,
        "self._losses[use.policy_number, use.family].remove(use)",
        "del use",
        f"{_OF_OCCURRENCE}::test_what_a_claim_has_now_replaces_what_it_had_on_whatever_policy_and_family",
    ),
    _mutant(
        "a claim counts among the others of its event",
        _OCCURRENCE,
        "if use.claim_id != without]",
        "if use]",
        f"{_OF_OCCURRENCE}::test_without_the_loss_of_a_claim_itself_the_others_may_make_another_event",
    ),
    _mutant(
        "a family that a claim has nothing of any more stays in the table",
        _USES,
        "DELETE FROM event_use WHERE claim_id",
        "DELETE FROM event_use WHERE false AND claim_id",
        f"{_END_TO_END}::test_a_claim_that_no_longer_has_damage_by_flood_has_nothing_of_that_event",
    ),
    _mutant(
        "a doubt hides that less is paid",
        _REDETERMINATION,
        "    if after_cents != before_cents:",
        "    if after_cents > before_cents:",
        f"{_OF_REDETERMINATION}::test_new_evidence_is_in_favour_of_the_customer_against_or_the_same",
    ),
    _mutant(
        "a lower assessment of what was never paid goes to a handler",
        _REDETERMINATION,
        "Change.IN_FAVOUR if completed or _more_is_covered(standing, new) else Change.SAME",
        "Change.AGAINST if completed else Change.IN_FAVOUR if _more_is_covered(standing, new) else Change.SAME",
        f"{_OF_REDETERMINATION}::test_an_assessment_replaces_the_estimate_and_completes_the_decision",
    ),
    _mutant(
        "damage below the deductible is forgotten",
        _REDETERMINATION,
        "if completed or _more_is_covered(standing, new) else",
        "if completed else",
        f"{_OF_REDETERMINATION}::test_more_damage_below_the_deductible_is_decided_because_it_counts_for_the_event",
    ),
    _mutant(
        "more damage of an item below the deductible is forgotten",
        _REDETERMINATION,
        "after_cents > before_cents or _more_is_covered(standing, new) else",
        "after_cents > before_cents else",
        f"{_OF_REDETERMINATION}::test_more_damage_below_the_deductible_is_decided_because_it_counts_for_the_event",
    ),
    _mutant(
        "more money makes up for an item that is denied",
        _REDETERMINATION,
        "if after_cents < before_cents or any(",
        "if after_cents < before_cents or after_cents == before_cents and any(",
        f"{_LATER_EVIDENCE}::test_rain_corrected_against_one_item_goes_to_a_handler_whatever_another_is_paid",
    ),
    _mutant(
        "as much money makes up for an item that is denied",
        _REDETERMINATION,
        "if after_cents < before_cents or any(RANK[after.outcome] < RANK[before.outcome] for before, after in items):",
        "if after_cents < before_cents:",
        f"{_LATER_EVIDENCE}::test_an_item_in_doubt_is_not_denied_by_later_rain_because_another_is_paid",
    ),
    _mutant(
        "items outweigh what is no longer paid",
        _REDETERMINATION,
        "if after_cents < before_cents or any(",
        "if any(",
        f"{_OF_REDETERMINATION}::test_of_the_same_list_of_damage_no_item_is_decided_against_the_customer",
    ),
    _mutant(
        "a denied item that comes into doubt is left denied",
        _REDETERMINATION,
        "any(RANK[after.outcome] > RANK[before.outcome] or _is_completed(before, after) for",
        "any(_is_completed(before, after) for",
        f"{_LATER_EVIDENCE}::test_a_denied_item_that_later_rain_leaves_in_doubt_is_decided_again_beside_a_paid_one",
    ),
    _mutant(
        "items are compared though the list of damage was corrected",
        _REDETERMINATION,
        "[item.kind for item in standing.items] == [item.kind for item in new.items]",
        "len(standing.items) == len(new.items)",
        f"{_OF_REDETERMINATION}::test_a_corrected_list_of_damage_is_compared_as_a_whole",
    ),
    _mutant(
        "damage assessed as estimated stays the customer's word",
        _REDETERMINATION,
        "(waited or was_assessed)",
        "waited",
        f"{_END_TO_END}::test_damage_assessed_as_estimated_leaves_the_limit_to_the_other_claims_of_the_event",
    ),
    _mutant(
        "an assessment of an item in doubt decides again",
        _REDETERMINATION,
        "return before.outcome is Outcome.COVERED and (",
        "return (",
        f"{_OF_REDETERMINATION}::test_an_assessment_replaces_the_estimate_and_completes_the_decision",
    ),
    _mutant(
        "a handler is not told which item is denied",
        _REDETERMINATION,
        "if len(verdict.items) > 1 else",
        "if not verdict.items else",
        f"{_LATER_EVIDENCE}::test_rain_corrected_against_one_item_goes_to_a_handler_whatever_another_is_paid",
    ),
    _mutant(
        "a handler is not told that damage awaits an assessment",
        _REDETERMINATION,
        " if verdict.money.awaits_assessment else ",
        " if verdict.money is None else ",
        f"{_LATER_EVIDENCE}::test_what_is_paid_stays_decided_when_more_damage_awaits_an_assessment_and_the_handler_reads_why",
    ),
    _mutant(
        "what a handler is to look at changes the event",
        "domain/next_step.py",
        "return replace(_stands(claim, previous), review=review)",
        "return _decided(claim, case, verdict, standing=standing, now=now)",
        f"{_END_TO_END}::test_an_assessment_below_what_was_decided_to_be_paid_changes_neither_decision_nor_event",
    ),
    _mutant(
        "the event of the other family is never looked up",
        "domain/decision.py",
        "        of_events = _of_others(tuple(PerilFamily), case=case, uses=uses, claim=claim)\n",
        "        pass\n",
        f"{_END_TO_END}::test_a_flood_reported_after_damage_of_either_water_bears_no_second_deductible",
    ),
)
