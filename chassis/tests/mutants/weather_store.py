"""Mutants of what weather-svc records: which publication counts, what answers rest on, and who waits for whom."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"weather store: {name}", module=module, sound=sound, broken=broken, guard=guard, package="weather_svc"
    )


MUTANTS = (
    _mutant(
        "of two publications the one recorded last wins",
        "recording.py",
        sound=" if _order(said[key][0].published) < stored.newest]",
        broken=" if not stored.newest]",
        guard="test_recording.py::test_an_older_publication_changes_nothing_that_a_newer_one_says",
    ),
    _mutant(
        "of publications recorded together the order in the file counts",
        "recording.py",
        sound="    in_order = sorted(zip(published, added, strict=True), key=lambda each: _order(each[0]))\n",
        broken="    in_order = list(zip(published, added, strict=True))\n",
        guard="test_recording.py::test_publications_recorded_together_count_as_one_after_the_other",
    ),
    _mutant(
        "a figure is replaced by nothing",
        "domain/folding.py",
        sound="            if grade > becomes or (grade == becomes and was == NO_FIGURE):\n",
        broken="            if grade == becomes and was == NO_FIGURE:\n",
        guard="test_recording.py::test_no_figure_never_replaces_a_figure",
    ),
    _mutant(
        "an hour is given up while KNMI may still publish it",
        "domain/folding.py",
        sound="            is_lost = offset <= last_validated and not published.is_ten_minute\n",
        broken="            is_lost = not published.is_ten_minute\n",
        guard="test_recording.py::test_hours_without_a_figure_are_open_until_knmi_gives_them_up",
    ),
    _mutant(
        "an hour that KNMI gave up is waited for",
        "domain/folding.py",
        sound="            is_lost = offset <= last_validated and not published.is_ten_minute\n",
        broken="            is_lost = False\n",
        guard="test_recording.py::test_hours_without_a_figure_are_open_until_knmi_gives_them_up",
    ),
    _mutant(
        "ten-minute figures replace the hour of KNMI",
        "domain/folding.py",
        sound="                becomes = _TEN_MINUTE\n",
        broken="                becomes = _VALIDATED\n",
        guard="test_recording.py::test_ten_minute_figures_count_until_knmi_publishes_the_hour",
    ),
    _mutant(
        "a whole file has one label, that of its oldest hour",
        "domain/folding.py",
        sound="                becomes = _VALIDATED if offset <= last_validated else _PROVISIONAL\n",
        broken="                becomes = _VALIDATED if last_validated >= 0 else _PROVISIONAL\n",
        guard="test_recording.py::test_figures_are_graded_by_their_age_at_publication",
    ),
    _mutant(
        "a late change is taken",
        "recording.py",
        sound="    if late:\n        raise LateChangesError(late)\n",
        broken="",
        guard="test_recording.py::test_a_figure_that_knmi_had_corrected_is_not_changed_by_a_file",
    ),
    _mutant(
        "what was known at a moment is what had been published by then",
        "repository/blocks.py",
        sound="recorded_at <= $5)",
        broken="published_at <= $5)",
        guard="test_recording.py::test_what_was_known_at_a_moment_is_not_what_had_been_published_by_then",
    ),
    _mutant(
        "two files are recorded at once",
        "recording.py",
        sound="    await blocks.lock_for_recording(connection)\n",
        broken="",
        guard="test_recording.py::test_who_records_waits_for_whoever_records",
    ),
    _mutant(
        "figures become visible to claims that are just assessed",
        "recording.py",
        sound="    await blocks.wait_for_assessments(connection)\n",
        broken="",
        guard="test_recording.py::test_what_is_recorded_becomes_visible_when_nobody_assesses",
    ),
    _mutant(
        "a request is answered while figures become visible",
        "repository/assessments.py",
        sound="         WHERE (SELECT pg_advisory_xact_lock_shared($4)) IS NOT NULL\n",
        broken="         WHERE $4::bigint IS NOT NULL\n",
        guard="test_assessments.py::test_what_was_recorded_becomes_visible_when_nobody_assesses[_ask]",
    ),
    _mutant(
        "who waits to assess holds assessments that others need",
        "repository/assessments.py",
        sound="         WHERE (SELECT pg_advisory_xact_lock_shared($4)) IS NOT NULL\n",
        broken="         ORDER BY pg_advisory_xact_lock_shared($4) IS NULL\n",
        guard="test_assessments.py::test_who_waits_to_assess_while_others_commit_figures_has_locked_no_assessment_yet",
    ),
    _mutant(
        "answers are given again while figures become visible",
        "handlers.py",
        sound="        await blocks.lock_for_assessing(work.connection)\n",
        broken="",
        guard="test_handlers.py::test_answers_are_given_again_when_what_is_recorded_is_visible",
    ),
    _mutant(
        "which hours an answer rests on is not stored",
        "repository/assessments.py",
        sound="    await _save_what_they_rest_on(connection, ordered)\n",
        broken="",
        guard="test_handlers.py::test_a_corrected_hour_reopens_a_final_answer",
    ),
    _mutant(
        "an answer made anew does not replace the one before",
        "repository/assessments.py",
        sound="if each.assessment_version > 1]",
        broken="if each.assessment_version > 2]",
        guard="test_handlers.py::test_a_corrected_hour_reopens_a_final_answer",
    ),
    _mutant(
        "an answer that another one followed is forgotten",
        "repository/assessments.py",
        sound="            INSERT INTO superseded_assessment SELECT * FROM gone\n",
        broken="            SELECT count(*) FROM gone\n",
        guard="test_handlers.py::test_every_version_of_an_answer_is_kept",
    ),
    _mutant(
        "a corrected answer does not name both figures",
        "handlers.py",
        sound="            self._publish(assessment, work, second_opinion=opinion, corrected=corrected)\n",
        broken="            self._publish(assessment, work, second_opinion=opinion)\n",
        guard="test_handlers.py::test_a_corrected_hour_reopens_a_final_answer",
    ),
    _mutant(
        "figures in memory outlive what was recorded",
        "hour_cache.py",
        sound="            self._blocks.pop(key, None)\n",
        broken="            self._blocks.get(key)\n",
        guard="test_hour_cache.py::test_cached_figures_follow_what_is_recorded_later",
    ),
    _mutant(
        "a backup that was restored goes unnoticed",
        "hour_cache.py",
        sound="        if before is None or newest is None or not await publications.is_recorded(",
        broken="        if before is None or newest is None or await publications.is_recorded(",
        guard="test_hour_cache.py::test_cached_figures_are_those_of_a_database_that_was_restored_meanwhile",
    ),
    _mutant(
        "a lost hour is like one that may still come",
        "hour_cache.py",
        sound="        DoubtKind.LOST if grade == Grade.LOST else ",
        broken="        None if grade == Grade.LOST else ",
        guard="test_hour_cache.py::test_lost_and_suspect_hours_are_in_doubt_and_open_ones_are_not",
    ),
    _mutant(
        "the label of an answer is that of its best hour",
        "hour_cache.py",
        sound="_QUALITIES[Grade(min(of_figures))]",
        broken="_QUALITIES[Grade(max(of_figures))]",
        guard="test_hour_cache.py::test_the_label_is_that_of_the_worst_hour_and_none_without_a_figure",
    ),
    _mutant(
        "what claims share outlives its hours",
        "conclusions.py",
        sound="                self._forget_about(changed)\n",
        broken="                pass\n",
        guard="test_handlers.py::test_a_corrected_hour_reopens_a_final_answer",
    ),
    _mutant(
        "an import forgets nothing that rested on the stations around",
        "conclusions.py",
        sound="for span in (key[1], *self._looked_at.get(key, ())) for block in span.blocks",
        broken="for span in (key[1],) for block in span.blocks",
        guard="test_conclusions.py::test_a_gauge_that_stays_dry_in_the_rain_of_all_around_it_does_not_deny",
    ),
    _mutant(
        "a no is remembered before the stations around were heard",
        "conclusions.py",
        sound="                measured[key] = measure(",
        broken="                measured[key] = self._measured[key] = measure(",
        guard="test_conclusions.py::test_a_no_that_could_not_be_compared_with_the_stations_around_is_not_remembered",
    ),
    _mutant(
        "claims near different stations share an answer",
        "conclusions.py",
        sound="        key = inquiry.question, inquiry.stations\n",
        broken="        key = inquiry.question, inquiry.stations[:0]\n",
        guard="test_conclusions.py::test_what_claims_share_is_what_each_would_be_told_alone",
    ),
    _mutant(
        "an answer from another station than before is kept quiet",
        "handlers.py",
        sound="    if [station.number for station in inquiry.stations] != previous.stations:\n        return True\n",
        broken="",
        guard="test_handlers.py::test_an_answer_from_another_station_than_before_is_news",
    ),
    _mutant(
        "a final answer is read back as one that waits",
        "migrations/0002_what_stations_measured.sql",
        sound="NOT is_final",
        broken="true",
        guard="test_what_stations_measured_migration.py",
    ),
)
