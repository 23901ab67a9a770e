"""Mutants of how weather-svc assesses rain around a loss."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"weather: {name}",
        module=f"domain/{module}",
        sound=sound,
        broken=broken,
        guard=f"domain/{guard}",
        package="weather_svc",
    )


_AT_ELL = "test_readings.py::test_water_at_ell_follows_the_rain_of_14_and_15_july_2021"
_DOUBTS = "test_doubts.py"

MUTANTS = (
    _mutant(
        "a lag of exactly a day is too long",
        "windows.py",
        sound="        if ends.last + self.may_lag_hours < loss.first:",
        broken="        if ends.last + self.may_lag_hours <= loss.first:",
        guard=f"{_AT_ELL}[2021-07-16T18:00-says3-401-24]",
    ),
    _mutant(
        "a lag counts whole hours and forgets the minutes",
        "windows.py",
        sound="        if ends.last + self.may_lag_hours < loss.first:",
        broken="        if ends.last + self.may_lag_hours + 1 < loss.first:",
        guard="test_windows.py::test_water_may_come_in_until_exactly_a_day_after_the_window[2021-07-16T12:01-hours2]",
    ),
    _mutant(
        "the moment of a later hour of an interval is its end",
        "windows.py",
        sound="min(loss.last, ends.last + self.may_lag_hours + 1)",
        broken="min(loss.last, ends.last + self.may_lag_hours)",
        guard="test_windows.py::test_the_moment_of_a_later_hour_of_an_interval_is_its_beginning",
    ),
    _mutant(
        "a moment on the border touches only the hour that ends there",
        "hours.py",
        sound="HourSpan(next_border(loss.from_at), last_border(loss.until_at) + 1)",
        broken="HourSpan(next_border(loss.from_at), next_border(loss.until_at))",
        guard="test_windows.py::test_a_moment_touches_its_hour_and_on_the_border_both",
    ),
    _mutant(
        "rain need not have fallen before the loss",
        "windows.py",
        sound="max(loss.first, start + 1, by_the_loss)",
        broken="max(loss.first, start + 1)",
        guard="test_readings.py::test_a_loss_before_any_of_its_rain_is_not_paid_as_rain",
    ),
    _mutant(
        "rain must have fallen by the beginning of the hour of the loss",
        "windows.py",
        sound="        by_the_loss = sums.hour_by_which(self.rain_before_loss_tenths_mm, after=start)\n",
        broken="        by_the_loss = sums.hour_by_which(self.rain_before_loss_tenths_mm, after=start) + 1\n",
        guard="test_windows.py::test_rain_must_have_fallen_by_the_end_of_the_hour_of_the_loss[50-hours0]",
    ),
    _mutant(
        "rain that fell before the window counts as its own",
        "windows.py",
        sound="        return bisect_left(self._sums, self._sums[start] + tenths_mm, lo=start) + self._hour_before\n",
        broken="        return bisect_left(self._sums, tenths_mm) + self._hour_before\n",
        guard="test_windows.py::test_only_rain_of_the_window_itself_counts_as_fallen_before",
    ),
    _mutant(
        "one hour more than the window is a no",
        "readings.py",
        sound="            _Step(self.counts, 1, _BETWEEN_WHOLE_HOURS),\n",
        broken="",
        guard="test_readings.py::test_one_hour_more_than_the_window_cannot_tell[threshold0]",
    ),
    _mutant(
        "one hour more than the window is a yes",
        "readings.py",
        sound="            _Step(self.counts, 0, _YES),\n",
        broken="            _Step(self.counts, 1, _YES),\n",
        guard="test_readings.py::test_one_hour_more_than_the_window_cannot_tell[threshold0]",
    ),
    _mutant(
        "rain after the loss that whole hours cannot tell is a no",
        "readings.py",
        sound="            _Step(self.around_loss, 1, _RAIN_AFTER_LOSS),\n",
        broken="            _Step(self.around_loss, 0, _RAIN_AFTER_LOSS),\n",
        guard="test_readings.py::test_rain_after_the_loss_that_whole_hours_cannot_tell_is_never_a_no",
    ),
    _mutant(
        "a doubt about rain long before the loss comes before rain after it",
        "readings.py",
        sound=(
            "            _Step(self.around_loss, 1, _RAIN_AFTER_LOSS),\n"
            "            _Step(self.long_before_loss, 1, _RAIN_LONG_BEFORE_LOSS),\n"
        ),
        broken=(
            "            _Step(self.long_before_loss, 1, _RAIN_LONG_BEFORE_LOSS),\n"
            "            _Step(self.around_loss, 1, _RAIN_AFTER_LOSS),\n"
        ),
        guard="test_readings.py::test_of_two_doubts_the_one_that_comes_nearer_to_a_yes_is_told",
    ),
    _mutant(
        "rain long before the loss is a no",
        "readings.py",
        sound="            _Step(self.long_before_loss, 1, _RAIN_LONG_BEFORE_LOSS),\n",
        broken="",
        guard=f"{_AT_ELL}[2021-07-18T06:00-says6-402-62]",
    ),
    _mutant(
        "a missing hour is an hour without rain",
        "windows.py",
        sound="            possible = _raised(tenths_mm, still_open, most_in_an_hour)\n",
        broken="            possible = _raised(tenths_mm, still_open, 0)\n",
        guard="test_readings.py::test_a_missing_hour_that_could_make_a_yes_or_a_doubt_is_waited_for",
    ),
    _mutant(
        "a missing hour could hold any amount",
        "windows.py",
        sound="_raised(tenths_mm, still_open, most_in_an_hour)",
        broken="_raised(tenths_mm, still_open, 100_000)",
        guard="test_readings.py::test_a_missing_hour_holds_at_most_what_the_question_says",
    ),
    _mutant(
        "what only missing hours could make is a yes",
        "readings.py",
        sound="            yield most, _WAITS\n",
        broken="            yield most, verdict\n",
        guard="test_assessment.py::test_a_no_is_final_only_when_every_window_that_could_count_has_closed",
    ),
    _mutant(
        "a no rests on the windows and not on the hour more",
        "readings.py",
        sound="rain.most, spare_hours=1)",
        broken="rain.most, spare_hours=0)",
        guard="test_readings.py::test_a_no_rests_on_every_hour_of_every_window_that_could_count_or_leave_a_doubt[72-True]",
    ),
    _mutant(
        "an answer that waits for hours is final",
        "readings.py",
        sound="        return self.reason is not UndeterminedReason.MISSING_HOURS\n",
        broken="        return True\n",
        guard="test_assessment.py::test_a_no_is_final_only_when_every_window_that_could_count_has_closed",
    ),
    _mutant(
        "an answer is final though recent rain waits for hours",
        "assessment.py",
        sound=" and not any(station.recent_rain_waits for station in measured)\n",
        broken="\n",
        guard="test_assessment.py::test_an_answer_is_not_final_while_missing_hours_could_be_recent_rain",
    ),
    _mutant(
        "the best hour of any interval counts",
        "readings.py",
        sound="    if not best_hour_counts and len(by_hour - _COULD_BE_ANY) > 1:\n",
        broken="    if not by_hour:\n",
        guard="test_readings.py::test_all_of_july_is_too_long_to_choose_its_best_hour",
    ),
    _mutant(
        "the hours of every interval must agree",
        "readings.py",
        sound="    if not best_hour_counts and len(by_hour - _COULD_BE_ANY) > 1:\n",
        broken="    if len(by_hour - _COULD_BE_ANY) > 1:\n",
        guard="test_readings.py::test_thursday_to_saturday_is_judged_by_its_best_hour",
    ),
    _mutant(
        "an interval of exactly three days is too long",
        "assessment.py",
        sound="loss.until_at - loss.from_at <= timedelta(",
        broken="loss.until_at - loss.from_at < timedelta(",
        guard="test_readings.py::test_the_best_hour_counts_up_to_exactly_three_days",
    ),
    _mutant(
        "a doubt is better for the customer than waiting",
        "readings.py",
        sound="_IN_FAVOUR = (_YES, _WAITS, _LOST,",
        broken="_IN_FAVOUR = (_YES, _RAIN_LONG_BEFORE_LOSS, _WAITS, _LOST,",
        guard=("test_readings.py::test_the_best_hour_for_the_customer_comes_before_waiting_and_waiting_before_a_doubt"),
    ),
    _mutant(
        "a long interval waits though its hours already differ",
        "readings.py",
        sound="len(by_hour - _COULD_BE_ANY) > 1:\n",
        broken="len(by_hour - _COULD_BE_ANY) > 1 and _WAITS not in by_hour:\n",
        guard="test_readings.py::test_a_long_interval_waits_only_while_all_its_hours_could_still_be_alike",
    ),
    _mutant(
        "recent rain may fall after the hour of the loss",
        "rain_by_loss.py",
        sound="        if least(sums.of_windows(loss, length=length)) >= at_least:\n",
        broken="        if sums.between(loss.last + 1 - length, loss.last + 1) >= at_least:\n",
        guard=("test_readings.py::test_recent_rain_is_that_of_a_day_up_to_the_end_of_the_hour_of_loss"),
    ),
    _mutant(
        "a cloudburst in one hour of the loss raises what the customer bears",
        "rain_by_loss.py",
        sound="    if min(rain.trusted.of_windows(loss, length=length)) >= at_least:\n",
        broken="    if max(rain.trusted.of_windows(loss, length=length)) >= at_least:\n",
        guard="test_readings.py::test_a_cloudburst_is_measured_in_every_hour_of_the_loss",
    ),
    _mutant(
        "a cloudburst at one of two stations is one",
        "assessment.py",
        sound="    return Truth.FALSE if Truth.FALSE in measured else _common(measured)\n",
        broken="    return Truth.TRUE if Truth.TRUE in measured else _common(measured)\n",
        guard=("test_assessment.py::test_a_cloudburst_must_have_been_measured_by_every_station"),
    ),
    _mutant(
        "two stations that differ are decided by the nearest",
        "assessment.py",
        sound="        return undetermined(UndeterminedReason.STATIONS_DISAGREE)\n",
        broken="        return verdicts[0]\n",
        guard="test_assessment.py::test_two_stations_that_differ_leave_it_to_a_human",
    ),
    _mutant(
        "the lag is told in whole hours",
        "assessment.py",
        sound="lag_minutes=window.lag_minutes - spare_minutes",
        broken="lag_minutes=window.lag_minutes",
        guard="test_assessment.py::test_a_lag_is_told_to_the_minute_and_rounded_up[2021-07-15T17:30-90]",
    ),
    _mutant(
        "recent rain that becomes known is kept quiet",
        "news.py",
        sound="conclusion.cloudburst, conclusion.recent_rain, stations\n",
        broken="conclusion.cloudburst, stations\n",
        guard="test_news.py::test_recent_rain_that_becomes_known_is_news_after_a_final_answer",
    ),
    _mutant(
        "days of the calendar count instead of windows",
        "windows.py",
        sound="bytes(map(at_least.__le__, self.of_windows(ends, length=length)))\n",
        broken="bytes(\n            end % 24 == 0 and rain >= at_least\n"
        "            for end, rain in enumerate(self.of_windows(ends, length=length), start=ends.first))\n",
        guard=f"{_AT_ELL}[2021-07-15T17:30-says0-402-2]",
    ),
    _mutant(
        "a lost hour is waited for for ever",
        "windows.py",
        sound="if missing and place not in lost]\n",
        broken="if missing]\n",
        guard=f"{_DOUBTS}::test_an_open_hour_is_waited_for_and_a_lost_one_is_final_at_once",
    ),
    _mutant(
        "a lost hour is an hour without rain",
        "windows.py",
        sound="        for places, doubt in ((lost, UndeterminedReason.LOST_HOURS), (suspect,",
        broken="        for places, doubt in ((set[int](), UndeterminedReason.LOST_HOURS), (suspect,",
        guard="test_outages.py",
    ),
    _mutant(
        "a suspect figure denies",
        "windows.py",
        sound="(suspect, UndeterminedReason.SUSPECT_FIGURES)):\n",
        broken="(set[int](), UndeterminedReason.SUSPECT_FIGURES)):\n",
        guard=f"{_DOUBTS}::test_a_suspect_figure_counts_for_a_yes_and_never_for_a_no",
    ),
    _mutant(
        "a suspect figure counts for nothing",
        "windows.py",
        sound="        self.known = self.trusted = self.bounds[0].least\n",
        broken="        self.bounds[0] = self.bounds[0]._replace(least=RunningSums(first_hour=first_hour, tenths_mm=[\n"
        "            0 if place in suspect else rain for place, rain in enumerate(tenths_mm)]))\n"
        "        self.known = self.trusted = self.bounds[0].least\n",
        guard=f"{_DOUBTS}::test_a_suspect_figure_counts_for_a_yes_and_never_for_a_no",
    ),
    _mutant(
        "a suspect cloudburst costs the customer",
        "rain_by_loss.py",
        sound="    if min(rain.trusted.of_windows(",
        broken="    if min(rain.known.of_windows(",
        guard=f"{_DOUBTS}::test_a_suspect_cloudburst_costs_the_customer_nothing",
    ),
    _mutant(
        "recent rain that lost hours hide is waited for",
        "rain_by_loss.py",
        sound="        return RecentRain(now, waits=False)\n",
        broken="        return RecentRain(now, waits=now is Truth.UNKNOWN)\n",
        guard=f"{_DOUBTS}::test_recent_rain_that_lost_hours_hide_stays_unknown_and_is_not_waited_for",
    ),
    _mutant(
        "a correction is not named",
        "news.py",
        sound="        if was is not None and was != becomes:\n",
        broken="        if was is not None and becomes is None:\n",
        guard="test_news.py::test_a_correction_names_the_hour_and_both_figures",
    ),
    _mutant(
        "another label is news",
        "news.py",
        sound="            station.cloudburst,\n",
        broken="            station.quality,\n            station.cloudburst,\n",
        guard="test_news.py::test_another_label_source_or_time_by_which_hours_are_settled_is_no_news",
    ),
    Mutant(
        name="weather: less than a tenth of a millimetre is less than nothing",
        module="hour_cache.py",
        sound="    return 0 if figure == TRACE else figure\n",
        broken="    return figure\n",
        guard="test_hour_cache.py",
        package="weather_svc",
    ),
)
