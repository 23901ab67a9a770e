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
        "domain/questions.py",
        "return possible_rains(left_out.routes, rain=rain) if rain.awaited else iter((rain,))",
        "return iter((rain,))",
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
