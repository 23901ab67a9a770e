"""Mutants of how weather-svc reads files of KNMI and takes them."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"weather files: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=guard,
        package="weather_svc",
    )


_LAYOUT, _FIELDS, _STATED = "reading/layout.py", "reading/fields.py", "reading/stated.py"
_ARCHIVE, _FILES = "reading/archive.py", "reading/files.py"
_TESTS = "reading/test_layout.py"

MUTANTS = (
    _mutant(
        "a last row without a line end is taken as it stands",
        _LAYOUT,
        sound='not line.endswith((b"\\r", b"\\n")):\n',
        broken="not line:\n",
        guard=f"{_TESTS}::test_rows_without_padding_may_have_any_length_but_need_a_line_end",
    ),
    _mutant(
        "a row that was cut and given a line end is taken",
        _LAYOUT,
        sound="        if self._is_padded and length != padded_length:\n",
        broken="        if self._is_padded and length > padded_length:\n",
        guard=f"{_TESTS}::test_an_only_row_that_was_cut_and_given_a_line_end_is_refused",
    ),
    _mutant(
        "the label of an hour is its start",
        _LAYOUT,
        sound="            hour = days[row[at_day]] + hours[row[at_hour]]\n",
        broken="            hour = days[row[at_day]] + hours[row[at_hour]] + 1\n",
        guard=f"{_TESTS}::test_an_hour_bears_the_name_of_its_end[20210715-5-2021-07-15T05:00]",
    ),
    _mutant(
        "an hour that has not ended is a measurement",
        _LAYOUT,
        sound="            if hour > last_hour:\n",
        broken="            if hour > last_hour + 24:\n",
        guard=f"{_TESTS}::test_an_hour_that_has_not_ended_is_no_measurement",
    ),
    _mutant(
        "of two columns of one name the first counts",
        "reading/header.py",
        sound="    if twice:\n",
        broken="    if len(twice) > len(names):\n",
        guard=f"{_TESTS}::test_a_text_without_the_hourly_header_is_refused_with_what_to_change",
    ),
    _mutant(
        "a trace is a tenth of a millimetre less than nothing",
        _FIELDS,
        sound='    if text == "-1":\n        return TRACE\n',
        broken='    if text == "-1":\n        return 0\n',
        guard=f"{_TESTS}::test_a_trace_a_dry_hour_and_an_hour_without_a_figure_are_three_things",
    ),
    _mutant(
        "a missing figure is no rain",
        _FIELDS,
        sound="        return NO_FIGURE\n",
        broken="        return 0\n",
        guard=f"{_TESTS}::test_a_trace_a_dry_hour_and_an_hour_without_a_figure_are_three_things",
    ),
    _mutant(
        "what Python takes for a number is one",
        _FIELDS,
        sound='    if text.isascii() and text.isdigit() and len(text) <= len("99999") and',
        broken='    if text.replace("_", "").isdigit() and',
        guard=f"{_TESTS}::test_a_row_that_cannot_be_understood_is_refused_with_its_line_and_what_to_change",
    ),
    _mutant(
        "of two figures of an hour the last counts",
        _STATED,
        sound="        if was == NOT_STATED:\n",
        broken="        if was != figure:\n",
        guard=f"{_TESTS}::test_two_different_figures_of_an_hour_are_refused_with_both_lines",
    ),
    _mutant(
        "rain without duration is trusted",
        _STATED,
        sound="    if figure > 0 and lasted_tenths_of_an_hour == 0:\n",
        broken="    if figure > 1 and lasted_tenths_of_an_hour == 0:\n",
        guard=f"{_TESTS}::test_rain_without_duration_and_duration_without_rain_are_suspect",
    ),
    _mutant(
        "an outage without rows was not published without figures",
        _STATED,
        sound="            cover(statements, Span(key, span))\n",
        broken="",
        guard=f"{_TESTS}::test_hours_between_the_first_and_the_last_row_without_a_row_have_no_figure",
    ),
    _mutant(
        "the damage of an archive does not matter when its rows can be read",
        _ARCHIVE,
        sound='        raise UnreadableError(f"the archive is damaged ({error}); fetch it again") from error\n',
        broken="        error.args = ()\n",
        guard="reading/test_archive.py::test_a_damaged_archive_is_refused[zip with another crc]",
    ),
    _mutant(
        "rows that came of damage are told instead of it",
        _FILES,
        sound="        for _ in member.lines():",
        broken="        for _ in ():",
        guard="reading/test_archive.py::test_the_damage_is_told_and_not_the_rows_that_came_of_it",
    ),
    _mutant(
        "only the first member of an archive is read",
        _ARCHIVE,
        sound="partial(archive.open, each)) for each in files]\n",
        broken="partial(archive.open, each)) for each in files[:1]]\n",
        guard="reading/test_archive.py::test_every_member_of_a_zip_is_read",
    ),
    _mutant(
        "a file was published before its last figure",
        _FILES,
        sound="    return (earliest, PublishedBy.LAST_HOUR) if moment < earliest else (moment, by)\n",
        broken="    return moment, by\n",
        guard="reading/test_archive.py::test_nothing_was_published_before_its_last_figure_or_after_it_was_received",
    ),
    _mutant(
        "a station that the register does not know is left out quietly",
        _FILES,
        sound="        elif with_figure := stated.count(station, least=TRACE):\n",
        broken="        elif with_figure := 0:\n",
        guard="reading/test_files.py::test_a_station_with_figures_that_the_register_does_not_know_is_taken_and_told",
    ),
)
