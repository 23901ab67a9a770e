"""Mutants of the demo, whose comparison must notice what a service did wrong, and of a log line it reads."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_mutant = partial(Mutant, package="demo")

MUTANTS = (
    Mutant(
        "demo: a report that joined a claim is logged without the claim's trace",
        "log_lines.py",
        'return {**_about(claim), "report_id"',
        'return {"claim_id": text_of(claim.claim_id), "report_id"',
        "test_handlers_duplicates.py::test_a_report_that_joins_is_logged_with_the_claim_it_joins",
        package="claims_svc",
    ),
    _mutant(
        "demo: two claims about one loss go unnoticed",
        "outcome.py",
        "if len(claims) > 1:",
        "if False:",
        "test_outcome.py::test_two_claims_about_one_loss_are_named",
    ),
    _mutant(
        "demo: what all decisions pay together is not compared with the last one",
        "outcome.py",
        "if paid != (last.money.payable_cents or 0):",
        "if False:",
        "test_outcome.py::test_another_decision_is_named",
    ),
    _mutant(
        "demo: only the decision that stands is compared",
        "outcome.py",
        "zip_longest(decisions, story.versions)",
        "zip_longest(decisions[-1:], story.versions[-1:])",
        "test_outcome.py::test_every_version_is_compared_with_what_was_expected_of_it",
    ),
    _mutant(
        "demo: messages about one version count for another",
        "outcome.py",
        "if message.claim_version == decision.claim_version",
        "if True",
        "test_outcome.py::test_a_corrected_report_has_its_outcome_when_it_was_decided_again",
    ),
    _mutant(
        "demo: a letter is not waited for",
        "outcome.py",
        "one.settlements.keys() <=",
        "{Channel.EMAIL, Channel.SMS} <=",
        "test_outcome.py::test_a_letter_that_is_expected_is_waited_for",
    ),
    _mutant(
        "demo: a claim that waits for hours that KNMI lost goes unnoticed",
        "outcome.py",
        "is UndeterminedReason.LOST_HOURS and final != [True]:",
        "is UndeterminedReason.LOST_HOURS and not final[-1:]:",
        "test_outcome.py::test_nobody_waits_for_hours_that_knmi_lost",
    ),
    _mutant(
        "demo: an answer that names other figures as corrected goes unnoticed",
        "outcome.py",
        "if told != [(corrected.was, corrected.becomes)]:",
        "if not told:",
        "test_outcome.py::test_the_answer_after_a_corrected_hour_names_both_figures",
    ),
    _mutant(
        "demo: a sound report that was dead-lettered goes unnoticed",
        "outcome.py",
        "if _value(message) not in values",
        "if False",
        "test_outcome.py::test_anything_else_that_is_dead_lettered_is_named",
    ),
    _mutant(
        "demo: a correction has the id of what it corrects",
        "publisher.py",
        "{report.report_id}/{report.report_version}",
        "{report.report_id}",
        "test_publisher.py::test_a_correction_has_the_id_and_the_key_of_its_report_and_is_an_event_of_its_own",
    ),
    _mutant(
        "demo: rain before the loss looks like rain after it",
        "report_rain.py",
        "and from_at < deciding.loss_hour_ends_at",
        "and from_at < deciding.loss_hour_ends_at + _HOUR * 24",
        "test_report_charts.py::test_bars_show_what_had_fallen_by_the_end_of_the_hour_of_loss",
    ),
    _mutant(
        "demo: a chart shows hours that nothing comes near",
        "report_rain.py",
        "skipped = max(0, (from_at - begins_at) // _HOUR)",
        "skipped = 0",
        "test_report_charts.py::test_hours_that_no_window_and_no_loss_comes_near_are_left_out",
    ),
)
