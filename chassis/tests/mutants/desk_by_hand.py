"""Mutants of what people decide by hand: what rulings reach, what they cost, and who must approve them."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_claims = partial(Mutant, package="claims_svc")
_BY_HAND = "domain/test_by_hand.py::"
_DESK = "test_desk.py::"

MUTANTS = (
    _claims(
        "by hand: every ruling that covers overrules the rules",
        "domain/rules/by_hand.py",
        "return _covered(finding) if ruling.overrules else finding",
        "return _covered(finding)",
        _BY_HAND + "test_only_a_ruling_that_says_so_overrules_a_denial_and_none_takes_away_what_the_rules_cover",
    ),
    _claims(
        "by hand: an item covered by hand bears no deductible where the rules deny its cause",
        "domain/rules/by_hand.py",
        "    possible = [cause for cause in causes if cause.outcome is not Outcome.DENIED] or causes\n",
        "    possible = [cause for cause in causes if cause.outcome is not Outcome.DENIED]\n",
        _BY_HAND + "test_an_item_that_only_an_excluded_flood_can_have_caused_bears_that_floods_deductible",
    ),
    _claims(
        "by hand: indirect precipitation that a handler covers escapes the minimum",
        "domain/deductible.py",
        "by_hand = ground is GroundCode.HANDLER_COVERS and route in _HEAVY_WEATHER",
        "by_hand = ground is GroundCode.HANDLER_COVERS and route is WaterRoute.STORM",
        _BY_HAND + "test_the_minimum_in_heavy_weather_holds_for_what_a_handler_covers",
    ),
    _claims(
        "by hand: a proof may hide that nobody approved a denial",
        "domain/proof_check.py",
        "if ruling.outcome is Outcome.DENIED and ruling.approved_by is None:",
        "if ruling.outcome is Outcome.REFERRED and ruling.approved_by is None:",
        _BY_HAND + "test_a_proof_of_a_ruled_decision_holds_and_one_that_hides_who_approved_a_denial_does_not",
    ),
    _claims(
        "by hand: one person denies alone",
        "flows/deciding.py",
        "return ruling.outcome is Outcome.DENIED or ruling.overrules",
        "return ruling.overrules",
        _DESK + "test_a_denial_beside_what_is_better_for_the_customer_needs_a_second_person_too",
    ),
    _claims(
        "desk: a team sees what every team has",
        "repository/desk_cases.py",
        "AND ($10::text IS NULL OR taken_in = $10 AND taken_by IS NOT NULL)",
        "AND ($10::text IS NULL OR taken_by IS NOT NULL)",
        _DESK + "test_a_handler_reads_what_the_members_of_their_team_have",
    ),
    _claims(
        "by hand: who proposed it may approve it",
        "flows/deciding.py",
        "return Refused.SAME_PERSON if proposal.proposed_by == caller.subject else proposal",
        "return proposal",
        _DESK + "test_a_denial_by_hand_needs_a_second_person_who_is_somebody_else",
    ),
    _claims(
        "by hand: who decides on what they have not seen is heard",
        "flows/deciding.py",
        "    if claim.claim_version != seen_version:\n        return Refused.MOVED_ON\n",
        "",
        _DESK + "test_of_two_handlers_who_decide_the_same_claim_at_once_one_wins",
    ),
    _claims(
        "by hand: a ruling on an item stays at its place in the list",
        "domain/rules/ruled_on.py",
        "    return places[0] if len(places) == 1 else None\n",
        "    return ruling.item\n",
        "domain/test_ruled_on.py::test_what_was_ruled_on_an_item_stays_with_it_when_the_list_is_told_in_another_order",
    ),
    _claims(
        "by hand: who believed one turn of a story has believed every other",
        "domain/rules/ruled_on.py",
        "            return _digest(_turned_into(basis))\n",
        "            return None\n",
        "domain/test_ruled_on.py::test_who_believed_one_turn_of_a_story_has_not_believed_the_next",
    ),
    _claims(
        "by hand: items that were assessed anew can never be ruled on",
        "domain/rules/ruled_on.py",
        "    if is_listed or [*map(_about, seen)]",
        "    if True or [*map(_about, seen)]",
        _DESK + "test_items_that_differ_in_their_amounts_alone_are_ruled_on_after_they_were_assessed",
    ),
    _claims(
        "by hand: an assessment lets more be paid than its maker may promise",
        "flows/desk_work.py",
        "cost.later_cents > limit_cents",
        "False",
        _DESK + "test_more_money_than_a_handler_may_promise_alone_needs_a_senior",
    ),
)
