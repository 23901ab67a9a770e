"""Mutants of questions: nobody is asked what cannot matter, and what can matter is not left out."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(f"questions: {name}", module, sound, broken, guard, package="claims_svc")


_DOMAIN, _HTTP = "domain/test_questions.py", "test_questions_by_http.py"

MUTANTS = (
    _mutant(
        "what the rain has settled is asked all the same",
        "domain/questions.py",
        "if any(_ending(verdict) != _ending(left) for verdict in answered):",
        "if answered:",
        f"{_DOMAIN}::test_nobody_is_asked_what_the_register_the_policy_or_the_rain_has_settled",
    ),
    _mutant(
        "rain that can still come is not tried",
        "domain/trials.py",
        "return tuple(possible_rains(routes, rain=self._rain)) if self._rain.awaited else (self._rain,)",
        "return (self._rain,)",
        f"{_DOMAIN}::test_a_reporter_is_asked_what_nobody_said_and_can_still_matter",
    ),
    _mutant(
        "a customer is asked anew what somebody assessed",
        "domain/questions.py",
        "if assessed is not (asked_of is AskedOf.HANDLER):",
        "if asked_of is AskedOf.HANDLER:",
        f"{_DOMAIN}::test_a_reporter_is_asked_what_nobody_said_and_can_still_matter",
    ),
    _mutant(
        "that an item names its water answers how the water came in",
        "domain/questions.py",
        "water = unsaid.water and ROUTE not in not_known",
        "water = not unsaid.routes and ROUTE not in not_known",
        f"{_DOMAIN}::test_a_reporter_is_asked_what_nobody_said_and_can_still_matter",
    ),
    _mutant(
        "how the water came in is asked without trying the answers",
        "domain/questions.py",
        "if water and trying.water_matters():",
        "if water:",
        f"{_DOMAIN}::test_a_reporter_is_asked_what_nobody_said_and_can_still_matter",
    ),
    _mutant(
        "what was damaged is asked though all of it is denied",
        "domain/questions.py",
        "asked = [] if basis.damage or trying.is_denied else [",
        "asked = [] if basis.damage else [",
        f"{_DOMAIN}::test_a_reporter_is_asked_what_nobody_said_and_can_still_matter",
    ),
    _mutant(
        "which water did denied damage is not asked where another would not deny it",
        "domain/questions.py",
        "if before is not Outcome.COVERED and",
        "if before is Outcome.REFERRED and",
        f"{_DOMAIN}::test_a_reporter_is_asked_what_nobody_said_and_can_still_matter",
    ),
    _mutant(
        "what no cover insures waits for how the water came in",
        "domain/rules/claim_level.py",
        "without_route=not (findings or items),",
        "without_route=not findings,",
        "test_second_reading.py::test_the_product_gives_the_answer_of_the_table",
    ),
    _mutant(
        "what is excluded whatever it damaged waits for what was damaged",
        "domain/rules/claim_level.py",
        "without_damage=not (basis.damage or deny_any_damage(findings)),",
        "without_damage=not basis.damage,",
        "test_second_reading.py::test_the_product_gives_the_answer_of_the_table",
    ),
    _mutant(
        "an excluded flood denies other water as long as no damage is known",
        "domain/rules/items.py",
        "len(excluded) == len(findings) and not _causes(findings).excluded_water",
        "len(excluded) == len(findings)",
        "domain/test_claim_level.py::test_without_damage_an_excluded_flood_beside_other_water_denies_nothing",
    ),
    _mutant(
        "who waits for rain hears nothing until it is over",
        "working_sets.py",
        "        if any(claims_now[claim_id].state is",
        "        if False and any(claims_now[claim_id].state is",
        "test_waiting.py::test_who_waits_for_rain_hears_so_half_way_and_until_when",
    ),
    _mutant(
        "a customer is asked, and told a day, before the policy is there",
        "domain/next_step.py",
        "standing=standing) if knows_policy else ()",
        "standing=standing)",
        "test_waiting.py::test_nothing_is_asked_before_the_policy_is_there_and_then_one_day_is_named",
    ),
    _mutant(
        "rain that takes long moves the day for an answer that was told",
        "domain/deadlines.py",
        "return (claim.asked_at or now) + ANSWER_WAIT",
        "return now + ANSWER_WAIT",
        "test_waiting.py::test_an_answer_is_waited_for_until_the_day_that_was_told_however_long_the_rain_took",
    ),
    _mutant(
        "a day for the rain that was told moves in silence",
        "domain/working_set.py",
        "        if had_asked:",
        "        if False:",
        "test_waiting.py::test_who_was_told_a_day_for_the_rain_hears_soon_when_an_answer_moves_it",
    ),
    _mutant(
        "a loss is tried on the event loop",
        "flows/assessing.py",
        "await asyncio.to_thread(what_if, report,",
        "what_if(report,",
        "test_assessing.py::test_a_loss_is_tried_beside_the_event_loop",
    ),
    _mutant(
        "a wait for answers never ends",
        "repository/waits.py",
        "'waiting_for_rainfall', 'waiting_for_answer')",
        "'waiting_for_rainfall')",
        f"{_HTTP}::test_a_claim_nobody_answers_about_is_decided_when_the_wait_is_over",
    ),
    _mutant(
        "answers to what is not asked count",
        "flows/telling.py",
        "if not {each.code for each in answers} <= set(asked.codes):",
        "if not asked:",
        f"{_HTTP}::test_an_answer_to_what_is_not_asked_counts_for_nothing_and_is_told_what_is",
    ),
)
