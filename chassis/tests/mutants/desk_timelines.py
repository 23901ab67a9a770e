"""Mutants of timelines and of the search for claims."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_claims = partial(Mutant, package="claims_svc")
_TIMELINES = "test_timelines.py::"

MUTANTS = (
    _claims(
        "timelines: customers read what handlers note for one another",
        "domain/timeline.py",
        "    return happened.reason if is_theirs else None\n",
        "    return happened.reason\n",
        _TIMELINES + "test_handlers_read_who_did_what_and_why_and_customers_do_not",
    ),
    _claims(
        "timelines: what happens at one moment is told in any order",
        "repository/timeline.py",
        "ORDER BY at, rank, place",
        "ORDER BY at, rank DESC, place",
        _TIMELINES + "test_a_customer_reads_in_words_what_happened_to_a_claim",
    ),
    _claims(
        "timelines: a message that is told of twice stops all others",
        "repository/messages.py",
        "            ON CONFLICT DO NOTHING\n",
        "",
        _TIMELINES + "test_messages_that_were_sent_stand_in_the_timeline_once",
    ),
    _claims(
        "timelines: what was told since a report was sent counts as a correction of it",
        "domain/working_set.py",
        "            return claim.sent or known\n",
        "            return known\n",
        _TIMELINES + "test_what_was_told_since_a_report_was_sent_is_no_part_of_its_correction",
    ),
    _claims(
        "timelines: a report that leaves a claim takes along that it had joined it",
        "repository/timeline.py",
        "WHERE claim_id = $1 AND kind IN ('left', 'moved')",
        "WHERE claim_id = $1 AND kind IN ('none')",
        _TIMELINES + "test_a_report_that_a_correction_takes_away_leaves_what_had_happened",
    ),
    _claims(
        "timelines: a proposal ends with a claim that is taken back and nobody hears of it",
        "desk.py",
        "    await desk_actions.insert(work.connection, actions=actions)\n",
        "    pass\n",
        _TIMELINES + "test_a_proposal_that_a_newer_decision_has_overtaken_stands_in_the_record_of_handlers",
    ),
    _claims(
        "search: only the report that opened a claim finds it",
        "repository/claim_search.py",
        '"UNION ALL SELECT claim_id FROM joined_report WHERE report_id = {0}))"',
        '"))"',
        _TIMELINES + "test_claims_are_found_by_each_thing_that_can_be_known_of_them",
    ),
)
