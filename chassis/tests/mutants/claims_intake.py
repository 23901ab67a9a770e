"""Mutants of how reports become claims: refusals, one loss one claim, stories that turn, the question about rain."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_claims = partial(Mutant, package="claims_svc")
_DUPLICATES = "test_handlers_duplicates.py::"
_TURNED = "test_handlers_turned_statements.py::"

MUTANTS = (
    Mutant(
        "intake: what a handler refuses is forgotten",
        "consuming/batch_processor.py",
        "            if work.refusals:\n",
        "            if False:\n",
        "test_refusals.py::test_a_refused_message_is_dead_lettered_and_the_batch_takes_effect_in_one_go",
    ),
    Mutant(
        "intake: what was refused counts as applied",
        "consuming/batch_processor.py",
        "        applied = len(new) - len(work.refusals)\n",
        "        applied = len(new)\n",
        "test_refusals.py::test_a_refused_message_is_dead_lettered_and_the_batch_takes_effect_in_one_go",
    ),
    Mutant(
        "intake: what was refused is held for something that took effect",
        "consuming/inbox.py",
        "         WHERE inbox.consumer = $1 AND inbox.source = refused.source AND inbox.event_id = refused.event_id\n",
        "         WHERE inbox.consumer = $1 AND inbox.source = refused.source AND false\n",
        "test_refusals.py::test_a_replay_asks_the_handler_again_and_is_refused_the_same_way",
    ),
    Mutant(
        "intake: a replay that is refused again counts as replayed",
        "consuming/replay.py",
        "            for refusal in work.refusals:\n",
        "            for refusal in ():\n",
        "test_refusals.py::test_a_replay_asks_the_handler_again_and_is_refused_the_same_way",
    ),
    _claims(
        "intake: a report from the future is accepted",
        "domain/intake.py",
        "    if report.reported_at - now <= LOSS_AFTER_REPORT_TOLERANCE:\n",
        "    if report:\n",
        "test_handlers_refusals.py::test_a_loss_of_2031_is_refused_with_the_reason_and_the_others_of_its_batch_are_taken_up",
    ),
    _claims(
        "intake: a second report joins whatever its amounts are",
        "domain/likeness.py",
        "        return self.damage_digest == other.damage_digest and self.is_of_one_moment(other)",
        "        return self.is_of_one_moment(other)",
        _DUPLICATES + "test_a_second_report_of_the_same_kind_of_damage_goes_to_a_handler_with_both_claims",
    ),
    _claims(
        "intake: losses exactly an hour apart are two",
        "domain/likeness.py",
        "            abs(self.loss.from_at - other.loss.from_at) <= SAME_LOSS_WITHIN\n",
        "            abs(self.loss.from_at - other.loss.from_at) < SAME_LOSS_WITHIN\n",
        "domain/test_likeness.py::test_moments_up_to_an_hour_apart_are_the_same",
    ),
    _claims(
        "intake: rain and flood are one loss",
        "domain/likeness.py",
        "            and bool(self.families & other.families)\n",
        "",
        "domain/test_likeness.py::test_rain_and_flood_are_two_losses_and_what_can_be_either_is_alike_to_both",
    ),
    _claims(
        "intake: the database looks at the beginning of an interval only",
        "repository/like_claims.py",
        "                         AND claim.loss_from_at < sought.loss_until_at + $8::interval\n",
        "                         AND claim.loss_from_at < sought.loss_from_at + $8::interval\n",
        "test_repository.py::test_the_database_and_the_memory_find_the_claims_that_are_alike_as_the_domain_defines_it",
    ),
    _claims(
        "intake: a claim of another batch is not found",
        "handlers.py",
        "except_for=known.keys()) if sought else {}\n",
        "except_for=known.keys()) if False else {}\n",
        _DUPLICATES + "test_a_loss_reported_by_app_and_by_phone_is_one_claim_and_paid_once",
    ),
    _claims(
        "intake: a claim of the same batch is not found",
        "domain/working_set.py",
        "        return Found(same=_first(here.same, stored.same), alike=_first(here.alike, stored.alike))\n",
        "        return stored\n",
        _DUPLICATES + "test_of_many_reports_of_one_loss_sent_under_new_ids_a_household_joins_and_the_rest_is_held",
    ),
    _claims(
        "intake: two claims hold each other",
        "repository/like_claims.py",
        "                         AND (own IS NULL OR possible_duplicate_of IS DISTINCT FROM own)\n",
        "",
        _DUPLICATES + "test_a_correction_of_the_first_claim_is_not_held_by_the_one_that_waits_because_of_it",
    ),
    _claims(
        "intake: a correction is not compared with other claims",
        "domain/working_set.py",
        "            alike = self._alike(outline, own=claim_id).alike\n",
        "            alike = None\n",
        _DUPLICATES + "test_a_correction_that_makes_two_claims_alike_holds_the_one_that_was_corrected",
    ),
    _claims(
        "intake: a joined report stays whatever it is corrected to",
        "domain/working_set.py",
        "        elif outline.is_of_one_event(claim.outline):\n",
        "        elif True:\n",
        _DUPLICATES + "test_a_joined_report_that_is_corrected_to_another_loss_opens_a_claim_of_its_own",
    ),
    _claims(
        "intake: of two customers who contradict each other the first is believed",
        "domain/reporters.py",
        "    if any(fact.value is not heaviest.value for fact in equals):\n",
        "    if False:\n",
        _DUPLICATES + "test_reporters_who_contradict_each_other_leave_the_fact_to_a_handler",
    ),
    _claims(
        "intake: an assessment makes reporters differ",
        "domain/reporters.py",
        " and not (_is_assessed(opening) or _is_assessed(report)):\n",
        ":\n",
        _DUPLICATES + "test_an_assessment_of_a_claim_with_two_reporters_is_paid",
    ),
    _claims(
        "intake: reporters who no longer tell of the same damage are paid",
        "domain/claim.py",
        "        return bool(self.joined) and differ(self.report, self.joined)\n",
        "        return False\n",
        _DUPLICATES + "test_a_joined_report_that_is_corrected_to_other_damage_leaves_the_claim_to_a_handler",
    ),
    _claims(
        "intake: a decision names the report that opened the claim only",
        "domain/decision.py",
        "        report_ids=tuple(report.report_id for report in claim.reports),\n",
        "        report_ids=(claim.report.report_id,),\n",
        _DUPLICATES + "test_a_loss_reported_by_app_and_by_phone_is_one_claim_and_paid_once",
    ),
    _claims(
        "intake: a handler's word turns the customer's",
        "domain/statement.py",
        " and _is_customers(getattr(facts, name))\n",
        "\n",
        _TURNED + "test_a_handlers_or_partners_word_against_the_customers_is_decided_by_the_machine",
    ),
    _claims(
        "intake: the last word but one counts as the first",
        "domain/statement.py",
        " if getattr(self.facts, name) is None}\n",
        "}\n",
        "domain/test_statement.py::test_the_first_known_word_counts_however_many_come_after_it",
    ),
    _claims(
        "intake: a moment told more exactly counts as moved",
        "domain/statement.py",
        "    if loss.from_at < statement.loss.from_at or loss.until_at > statement.loss.until_at:\n",
        "    if loss != statement.loss:\n",
        _TURNED + "test_a_moment_told_more_exactly_is_decided_by_the_machine",
    ),
    _claims(
        "intake: what was said first is not stored",
        "repository/claims.py",
        "None if claim.statement is None else _STATEMENT.dump_json(claim.statement).decode()",
        "None",
        _TURNED + "test_a_window_that_was_open_and_is_no_more_goes_to_a_handler",
    ),
    _claims(
        "intake: an answer to an older question decides",
        "domain/next_step.py",
        "    answers_it = claim.rainfall is not None and claim.rainfall.request_version == claim.request_version\n",
        "    answers_it = True\n",
        "test_handlers_rainfall.py::test_an_answer_to_a_question_no_longer_asked_decides_nothing",
    ),
    _claims(
        "intake: rain is asked for the opening report alone",
        "domain/next_step.py",
        "        facts=claim.facts,\n",
        "        facts=claim.report.facts,\n",
        _DUPLICATES + "test_a_joined_report_that_names_groundwater_asks_for_the_rain_anew",
    ),
)
