"""Mutants of how weather-svc doubts gauges and hears manual ones beside them."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"weather doubts: {name}", module=module, sound=sound, broken=broken, guard=guard, package="weather_svc"
    )


_OPINION = "domain/test_second_opinion.py"
_SUSPICION = "domain/test_suspicion.py"

MUTANTS = (
    _mutant(
        "a clogged gauge denies",
        "conclusions.py",
        sound="        if not suspect:\n            return measured\n",
        broken="        return measured\n",
        guard="test_conclusions.py::test_a_gauge_that_stays_dry_in_the_rain_of_all_around_it_does_not_deny",
    ),
    _mutant(
        "two neighbours are enough",
        "domain/suspicion.py",
        sound="    if len(around) < NEIGHBOURS:",
        broken="    if len(around) < NEIGHBOURS - 1:",
        guard=f"{_SUSPICION}::test_fewer_than_three_neighbours_contradict_nothing[2]",
    ),
    _mutant(
        "showers that pass one after the other clog a gauge",
        "domain/suspicion.py",
        sound=" and sum(map(all, rain)) >= _TOGETHER_HOURS:",
        broken=":",
        guard=f"{_SUSPICION}::test_showers_that_pass_the_neighbours_one_after_the_other_clog_nothing",
    ),
    _mutant(
        "an hour without a figure is a dry one",
        "domain/suspicion.py",
        sound="if all(there[place] == 0 for there in around)",
        broken="if not any(there[place] for there in around)",
        guard=f"{_SUSPICION}::test_an_hour_without_a_figure_is_neither_dry_nor_a_drip",
    ),
    _mutant(
        "a second opinion turns the verdict",
        "domain/assessment.py",
        sound="            readings=self.readings,",
        broken="            readings=self.readings[:0] if second_opinion else self.readings,",
        guard=f"{_OPINION}::test_a_second_opinion_changes_nothing_else_of_an_answer",
    ),
    _mutant(
        "a second opinion makes an answer wait",
        "domain/assessment.py",
        sound="            final=self.final,",
        broken="            final=self.final and not second_opinion,",
        guard=f"{_OPINION}::test_a_second_opinion_changes_nothing_else_of_an_answer",
    ),
    _mutant(
        "the day of a gauge is taken for its start",
        "domain/gauge_days.py",
        sound="    return (day.toordinal() - _EPOCH_DAY) * HOURS_A_DAY + READ_AT_HOUR\n",
        broken="    return (day.toordinal() - _EPOCH_DAY + 1) * HOURS_A_DAY + READ_AT_HOUR\n",
        guard=f"{_OPINION}::test_the_reading_of_a_day_holds_the_rain_that_the_station_beside_it_measured_until_then",
    ),
    _mutant(
        "the hour that ends with a reading belongs to the next day",
        "domain/gauge_days.py",
        sound="    first, last = (hour + (READ_AT_HOUR - hour) % HOURS_A_DAY for hour in hours)\n",
        broken="    first, last = (hour + 1 + (READ_AT_HOUR - hour - 1) % HOURS_A_DAY for hour in hours)\n",
        guard=f"{_OPINION}::test_an_hour_lies_in_the_day_whose_reading_follows_it[2019-06-19T08:00-2019-06-19]",
    ),
    _mutant(
        "a gauge is taken for the automatic station of its number",
        "domain/gauge_days.py",
        sound="    return StationKey(Network.GAUGE, number)\n",
        broken="    return StationKey(Network.AWS, number)\n",
        guard="reading/test_gauges.py::test_a_day_is_named_by_its_reading_at_eight_which_is_its_end",
    ),
    _mutant(
        "an older import of a gauge overwrites",
        "repository/gauges.py",
        sound="             WHERE (counting.published_at, counting.publication_id)"
        " < (excluded.published_at, excluded.publication_id)\n",
        broken="",
        guard="test_gauges.py::test_the_newest_publication_counts_whatever_the_order_of_import[True]",
    ),
    _mutant(
        "plain answers ask gauges too",
        "second_opinions.py",
        sound=" if is_wanted(conclusion) else None",
        broken="",
        guard="test_gauges.py::test_an_answer_that_is_plain_asks_no_gauge",
    ),
    _mutant(
        "a gauge with a day missing gives an opinion",
        "domain/second_opinion.py",
        sound="        if None not in tenths_mm:",
        broken="        if any(tenths_mm):",
        guard=f"{_OPINION}::test_the_nearest_gauge_with_all_days_gives_the_opinion",
    ),
    _mutant(
        "a cut file of a gauge is taken",
        "reading/gauges.py",
        sound="            if not (columns.ends_with_comma or line.endswith(_LINE_ENDS)):",
        broken="            if not line:",
        guard="reading/test_gauges.py::test_what_is_no_whole_file_of_days_is_refused",
    ),
)
