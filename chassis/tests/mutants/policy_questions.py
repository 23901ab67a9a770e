"""Mutants of questions that customers ask: each answers twice, tells nobody, shows too much or lets in too many."""

from __future__ import annotations

from mutants.mutant import Mutant

_FILE = "test_questions.py"


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str, package: str = "policy_svc") -> Mutant:
    return Mutant(
        name=f"questions: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=f"{_FILE}::{guard}",
        package=package,
    )


MUTANTS = (
    _mutant(
        "a second answer takes the place of the first",
        "repository/questions.py",
        sound="         WHERE question_id = $1 AND answered_at IS NULL\n        RETURNING *",
        broken="         WHERE question_id = $1\n        RETURNING *",
        guard="test_a_question_is_answered_once_and_its_customer_is_told",
    ),
    _mutant(
        "nobody who reads or answers is on record",
        "routes/questions.py",
        sound="        await put_on_record(\n            work, caller, READ_QUESTIONS, relation_number=found.relation_number",
        broken="        False and await put_on_record(\n"
        "            work, caller, READ_QUESTIONS, relation_number=found.relation_number",
        guard="test_who_read_and_answered_it_is_on_record",
    ),
    _mutant(
        "one customer may fill the queue",
        "domain/questions.py",
        sound="asked_lately < a_minute and waiting < MOST_WAITING",
        broken="asked_lately < a_minute",
        guard="test_who_asks_too_much_waits_a_minute_and_then_for_answers",
    ),
    _mutant(
        "what somebody wrote is lost when the session ends",
        "rooms/questions.py",
        sound="        await visit.add_to_draft(DRAFT, text=text)\n",
        broken="",
        guard="test_a_question_outlives_the_session",
        package="portal_svc",
    ),
    Mutant(
        name="help: an answer of which a word is missing counts as found",
        module="domain/searching.py",
        sound="if each and all(each)}",
        broken="if each and any(each)}",
        guard="test_help.py::test_what_has_all_words_is_told_from_what_is_merely_near",
        package="portal_svc",
    ),
)
