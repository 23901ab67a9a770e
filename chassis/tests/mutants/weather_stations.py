"""Mutants of which stations weather-svc finds nearest, and of the register that it finds them in."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="weather_svc")
_NEAREST = "domain/test_stations.py"
_REGISTERS = "test_registers.py"

MUTANTS = (
    _Mutant(
        "weather: stations of every network are near",
        "domain/stations.py",
        "[_placed(lines, loss) for of, lines in self._stations if of is network]",
        "[_placed(lines, loss) for of, lines in self._stations]",
        f"{_NEAREST}::test_no_station_is_near_before_the_register_begins_nor_in_a_network_it_does_not_hold",
    ),
    _Mutant(
        "weather: stations stand exactly where the register says",
        "domain/stations.py",
        "    return line._replace(metres=line.metres + moved)\n",
        "    return line\n",
        f"{_NEAREST}::test_the_uncertainty_of_a_station_counts_like_that_of_the_home",
    ),
    _Mutant(
        "weather: a closed station is still the nearest",
        "domain/stations.py",
        "    if period.measured_during(loss.from_at, loss.until_at):\n",
        "    if period.from_at is not None:\n",
        f"{_NEAREST}::test_arcen_is_the_nearest_until_its_successor_began",
    ),
    _Mutant(
        "weather: a station needs to measure at the beginning of the loss only",
        "domain/stations.py",
        "    if period.measured_during(loss.from_at, loss.until_at):\n",
        "    if period.measured_during(loss.from_at, loss.from_at):\n",
        f"{_NEAREST}::test_a_station_must_have_measured_during_the_whole_interval_of_loss",
    ),
    _Mutant(
        "weather: a station stands where it stood first",
        "domain/stations.py",
        "    period = begun[-1] if begun else lines[0]\n",
        "    period = begun[0] if begun else lines[0]\n",
        f"{_NEAREST}::test_a_station_that_moved_counts_where_it_stood",
    ),
    _Mutant(
        "weather: a station is compared with the first only",
        "domain/stations.py",
        "for other in by_distance if other is not each]",
        "for other in by_distance[:1]]",
        f"{_NEAREST}::test_a_station_that_is_the_nearest_nowhere_in_the_circle_is_not_listed_although_it_may_beat_the_first",
    ),
    _Mutant(
        "weather: a station around the corner of the map is overlooked",
        "domain/stations.py",
        "within_metres=half_diagonal + reach_metres)",
        "within_metres=reach_metres)",
        f"{_NEAREST}::test_wherever_homes_and_stations_really_are_the_nearest_one_is_listed",
    ),
    _Mutant(
        "weather: of those nearer than the nearest three are named",
        "domain/stations.py",
        "            if len(passed_over) >= RUNNERS_UP and metres >= nearest_metres:\n",
        "            if len(passed_over) >= RUNNERS_UP:\n",
        f"{_NEAREST}::test_all_that_are_nearer_than_the_nearest_are_named_however_many_they_are",
    ),
    _Mutant(
        "weather: another register gives no answer again",
        "registers.py",
        "        await stations.note_changes(connection, changed)\n",
        "        await stations.note_changes(connection, ())\n",
        f"{_REGISTERS}::test_another_register_counts_without_a_restart_and_answers_are_given_again",
    ),
    _Mutant(
        "weather: the register counts that counted when the service started",
        "registers.py",
        "        if newest != self._table.register_sha256 and",
        "        if not newest and",
        f"{_REGISTERS}::test_another_register_counts_without_a_restart_and_answers_are_given_again",
    ),
    _Mutant(
        "weather: nobody waits for a register that is being recorded",
        "registers.py",
        "    await blocks.wait_for_assessments(connection)\n",
        "",
        f"{_REGISTERS}::test_an_answer_waits_for_the_register_that_is_being_recorded",
    ),
    _Mutant(
        "weather: a register may lose a station",
        "registers.py",
        "    if not force and (losses := list(lost(before, periods))):\n",
        "    if not force and (losses := list(lost(periods, periods))):\n",
        f"{_REGISTERS}::test_a_register_that_loses_a_station_is_refused_unless_forced",
    ),
    _Mutant(
        "weather: the moment at which a period ends belongs to it",
        "repository/stations.py",
        "AND (loss_from_at < until_at OR until_at IS NULL)",
        "AND (loss_from_at <= until_at OR until_at IS NULL)",
        f"{_REGISTERS}::test_only_answers_about_the_time_that_changed_are_marked_stale",
    ),
)
