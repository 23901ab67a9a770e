"""Mutants of what weather-svc answers by HTTP and to auditors: each tells what is wrong, or what it must not."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="weather_svc")
_CHECKS = "routes/test_rain_checks.py"
_HOURS = "routes/test_hour_routes.py"
_WINDOWS = "test_windows_command.py"

MUTANTS = (
    _Mutant(
        "rain check: the place is logged",
        "routes/rain_checks.py",
        sound="        now = await reading.now()\n",
        broken="        now = await reading.now()\n"
        "        __import__('structlog').get_logger().info('asked', home=home)\n",
        guard=f"{_CHECKS}::test_nothing_of_a_question_is_stored_or_logged",
    ),
    _Mutant(
        "rain check: swapped numbers are put right in silence",
        "routes/rain_checks.py",
        sound="    if not is_in_the_netherlands(**place):\n",
        broken="    if are_swapped(**place):\n"
        "        place = dict(zip(place, reversed(place.values())))\n"
        "    if not is_in_the_netherlands(**place):\n",
        guard=f"{_CHECKS}::test_what_cannot_be_answered_says_what_to_change[latitude-and-longitude-swapped]",
    ),
    _Mutant(
        "rain check: an interval may end in the future",
        "routes/rain_checks.py",
        sound="    if until_at > now:\n",
        broken="    if from_at > now:\n",
        guard=f"{_CHECKS}::test_an_interval_that_ends_in_the_future_is_refused",
    ),
    _Mutant(
        "rain check: decimals beyond the sixth are dropped in silence",
        "routes/rain_checks.py",
        sound="    if microdegrees != (whole := int(microdegrees)):\n",
        broken="    if (whole := int(microdegrees)) is None:\n",
        guard=f"{_CHECKS}::test_a_field_that_is_not_exact_is_named",
    ),
    _Mutant(
        "windows: the hour that ends with the start counts",
        "commands/window_table.py",
        sound='_border("start_utc", start) + 1,',
        broken='_border("start_utc", start),',
        guard=f"{_WINDOWS}::test_the_hours_count_that_end_after_the_start_and_not_after_the_end",
    ),
    _Mutant(
        "windows: hours outside what is known are not missing",
        "domain/window_sums.py",
        sound=" + unknown_hours,\n",
        broken=",\n",
        guard=f"{_WINDOWS}::test_the_hours_count_that_end_after_the_start_and_not_after_the_end",
    ),
    _Mutant(
        "windows: a bad row ends with success",
        "commands/windows.py",
        sound="    return FAILED if table.bad_rows else DONE\n",
        broken="    return DONE\n",
        guard=f"{_WINDOWS}::test_a_bad_row_is_told_and_left_empty_and_stops_no_other",
    ),
    _Mutant(
        "hours: what was known is answered by what was published",
        "routes/hours.py",
        sound="known_until=known_until\n",
        broken="known_until=None\n",
        guard=f"{_HOURS}::test_what_was_published_and_what_was_known_are_asked_for_apart",
    ),
    _Mutant(
        "chart: a station's name is markup",
        "domain/rain_chart.py",
        sound="{escape(title_of(charted, language))}",
        broken="{title_of(charted, language)}",
        guard="routes/test_charts.py::test_a_name_is_text_and_no_markup",
    ),
    _Mutant(
        "chart: an hour without a figure is dry",
        "domain/rain_chart.py",
        sound="        if figure <= NO_FIGURE:\n",
        broken="        if figure < -9:\n",
        guard="routes/test_charts.py::test_hours_without_a_figure_are_drawn_and_said_as_such",
    ),
)
