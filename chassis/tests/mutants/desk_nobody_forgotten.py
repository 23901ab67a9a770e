"""Mutants of who waits for whom at the desk: assessments, proposals passed over, questions in vain, second persons."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_claims = partial(Mutant, package="claims_svc")
_FORGOTTEN = "test_nobody_is_forgotten.py::"

MUTANTS = (
    _claims(
        "desk: covered damage that awaits an assessment waits for nobody",
        "desk.py",
        "    if to_assess:\n",
        "    if False:\n",
        f"{_FORGOTTEN}test_covered_damage_waits_for_somebody_to_assess_it_until_it_is_assessed",
    ),
    _claims(
        "desk: a repair of the building takes the contents out of the queue",
        "domain/payment.py",
        "item.awaits_assessment and item.kind not in REPAIRABLE for item",
        "False for item",
        f"{_FORGOTTEN}test_contents_wait_for_somebody_while_a_firm_repairs_the_building",
    ),
    _claims(
        "desk: a job that nobody accepts leaves its claim out of the queue",
        "flows/repairing.py",
        "            await desk.let_assess(work, [claim.claim_id])\n",
        "            pass\n",
        f"{_FORGOTTEN}test_what_a_firm_is_to_repair_waits_for_nobody_until_it_is_not_repaired_after_all",
    ),
    _claims(
        "desk: a question of a handler waits for ever",
        "flows/asking_by_hand.py",
        "    in_vain = await _unanswered(due, work)\n",
        "    in_vain = ()\n",
        f"{_FORGOTTEN}test_what_a_handler_asks_in_vain_is_asked_again_half_way_and_looked_at_on_its_day",
    ),
    _claims(
        "desk: a question of a handler is asked once",
        "flows/asking_by_hand.py",
        "Timer(QUESTION_REMINDER, key, half_way, claim.trace), ",
        "",
        f"{_FORGOTTEN}test_what_a_handler_asks_in_vain_is_asked_again_half_way_and_looked_at_on_its_day",
    ),
    _claims(
        "desk: what was proposed before the first decision stays open",
        "desk.py",
        "work.connection, claim_ids=newest.keys(), all_of=",
        "work.connection, claim_ids=decided_again, all_of=",
        f"{_FORGOTTEN}test_what_was_proposed_about_a_claim_that_rain_decides_is_looked_at",
    ),
    _claims(
        "desk: a released claim keeps the promise that was kept",
        "flows/desk_work.py",
        "    if left is not None and not PROMISED.isdisjoint(left.causes):\n",
        "    if False:\n",
        f"{_FORGOTTEN}test_a_claim_that_is_released_is_promised_anew",
    ),
    _claims(
        "desk: one person takes a claim back for its customer",
        "flows/reviewing.py",
        "    if caller.role is Role.CUSTOMER:\n",
        "    if True:\n",
        "test_reviews.py::test_no_one_person_at_the_desk_takes_a_claim_back_for_its_customer",
    ),
    _claims(
        "desk: who ended a review may end the next one",
        "flows/reviewing.py",
        '        "review_ended",\n',
        "",
        "test_reviews.py::test_who_ended_a_review_ends_no_other_one_of_that_claim",
    ),
    _claims(
        "desk: one person denies by facts what nothing was decided about",
        "flows/desk_work.py",
        "    if not is_above and not cost.denies:\n",
        "    if not is_above:\n",
        "test_desk.py::test_facts_by_which_a_claim_is_denied_that_nothing_was_decided_about_need_two",
    ),
    _claims(
        "desk: facts about damage that rain will decide are weighed by nobody",
        "flows/desk_work.py",
        "    later_cents = assessed_before if after is None else 0\n",
        "    later_cents = 0\n",
        "test_desk.py::test_facts_of_damage_above_a_limit_that_rain_will_decide_need_a_senior",
    ),
    _claims(
        "joining: one person gives up damage that awaits an assessment",
        "domain/joining.py",
        "is_worse or has_cents < had_cents or ",
        "is_worse or ",
        "test_joining_by_hand.py::test_more_damage_that_can_be_covered_is_given_up_by_two",
    ),
    _claims(
        "money: what a repair was to take is lost when it is denied and covered again",
        "working_sets.py",
        "    paid |= {*changes.ordered_before, *freed}\n",
        "    paid |= set(freed)\n",
        "test_repairs_that_end.py::test_what_a_repair_was_to_take_is_paid_when_it_is_covered_again_after_a_denial",
    ),
)
