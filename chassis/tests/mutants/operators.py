"""What operators read: logs, and metrics of what people do."""

from functools import partial

from mutants.mutant import Mutant

_CLAIMS = partial(Mutant, package="claims_svc")
_NOTIFY = partial(Mutant, package="notify_svc")
_WEATHER = partial(Mutant, package="weather_svc")
_AUTH = partial(Mutant, package="auth_svc")

MUTANTS = [
    Mutant(
        "operators: every part says that a server went away",
        "telemetry/trouble.py",
        "        if not self._about_itself and is_away(error):\n",
        "        if False:\n",
        "test_trouble.py::test_a_server_that_went_away_is_said_once_whoever_misses_it",
    ),
    Mutant(
        "operators: a server is back as soon as one part has it again",
        "telemetry/servers.py",
        "            if not outage.parts:\n",
        "            if True:\n",
        "test_trouble.py::test_a_server_that_went_away_is_said_once_whoever_misses_it",
    ),
    _NOTIFY(
        "operators: a process that sends again does not tell that the mail server is back",
        "channels/attempts.py",
        "SERVERS.reached(self._span_name, server=server)",
        "SERVERS.reached(self._span_name)",
        "channels/test_servers.py::test_who_sends_tells_when_the_server_was_missed_and_reached",
    ),
    _WEATHER(
        "operators: KNMI that does not answer is told by nobody",
        "sources/asking.py",
        "    elif failure.problem is Problem.UNREACHABLE:\n",
        "    elif False:\n",
        "sources/test_poller.py::test_when_knmi_was_missed_and_reached_is_told_whatever_it_answered",
    ),
    Mutant(
        "operators: a server that was never reached compares with nothing",
        "telemetry/servers.py",
        "        SERVER_REACHED_TIMESTAMP_SECONDS.labels(server)  # it",
        "        # it",
        "test_servers.py::test_a_server_that_nobody_has_reached_yet_was_reached_at_no_time",
    ),
    Mutant(
        "operators: a server that is back was never reached again",
        "telemetry/servers.py",
        "                SERVER_REACHED_TIMESTAMP_SECONDS.labels(away).set_to_current_time()\n",
        "",
        "test_servers.py::test_a_server_is_reached_again_when_no_part_misses_it_any_more",
    ),
    Mutant(
        "operators: a server that refuses something is away",
        "telemetry/trouble.py",
        "        return isinstance(error, _AWAY) or type(error) is KafkaError",
        "        return True",
        "test_trouble.py::test_what_a_server_has_against_something_is_no_absence",
    ),
    Mutant(
        "operators: a fault of ours is told as a database that went away",
        "telemetry/trouble.py",
        "        return is_transient(error)  # they",
        "        return True  # they",
        "test_trouble.py::test_what_a_server_has_against_something_is_no_absence",
    ),
    Mutant(
        "operators: a line does not say that it was cut",
        "telemetry/log_limits.py",
        ' | {"cut": True}\n',
        "\n",
        "test_logs.py::test_a_line_that_lost_something_says_so_and_one_that_did_not_does_not",
    ),
    Mutant(
        "operators: a line that is cut loses the ids it is found by",
        "telemetry/log_limits.py",
        "[-_MOST_FIELDS:], *_FOUND_BY}",
        "[-_MOST_FIELDS:]}",
        "test_logs.py::test_of_very_many_fields_those_stay_by_which_the_line_is_found",
    ),
    Mutant(
        "operators: what a stranger wrote as an id is logged",
        "consuming/readable_ids.py",
        '    if _IS_UUID.fullmatch(event_id := headers.get("ce_id", "")):\n',
        '    if event_id := headers.get("ce_id", ""):\n',
        "test_processor.py::test_the_line_of_a_dead_letter_carries_the_ids_by_which_it_is_found",
    ),
    Mutant(
        "operators: a dead letter that was replayed counts as open",
        "consuming/dead_letters.py",
        "         WHERE replayed_at IS NULL AND discarded_at IS NULL GROUP BY consumer\n",
        "         WHERE discarded_at IS NULL GROUP BY consumer\n",
        "test_table_figures.py::test_dead_letters_are_open_until_somebody_closes_them",
    ),
    Mutant(
        "operators: a timer that nobody handles is overdue unseen",
        "table_figures.py",
        "            counts[kind if kind in counts else OTHER_KIND] += count\n",
        "            counts[kind] = count\n",
        "test_table_figures.py::test_timers_are_overdue_by_the_clock_of_the_service",
    ),
    Mutant(
        "operators: a table that takes long is counted as often as ever",
        "telemetry/watch.py",
        "max(self._every_seconds, rest)",
        "self._every_seconds",
        "test_watch.py::test_what_takes_long_is_measured_less_often_and_what_fails_as_often_as_ever",
    ),
    Mutant(
        "operators: the count of tables says for how long a database is away",
        "telemetry/watch.py",
        "            if not (self._leaves_absence_to_others and is_away(error)):\n",
        "            if True:\n",
        "test_watch.py::test_what_is_measured_seldom_says_what_fails_and_not_for_how_long_a_server_is_away",
    ),
    Mutant(
        "operators: after one look that failed, nobody looks at the tables for minutes",
        "telemetry/watch.py",
        "took = self._measured_at - began",
        "took = self._monotonic() - began",
        "test_watch.py::test_what_takes_long_is_measured_less_often_and_what_fails_as_often_as_ever",
    ),
    Mutant(
        "operators: a label may hold what was not declared",
        "telemetry/bounded_metrics.py",
        "value not in (values_of(bounds[label]) or (value,))",
        "value is None",
        "test_bounded_metrics.py::test_a_value_that_was_not_declared_is_found",
    ),
    _CLAIMS(
        "operators: a claim in no state at all is as old as the one before",
        "figures.py",
        "found.get(state, (0, now))",
        "found.get(state, (1, now))",
        "test_figures.py::test_claims_are_counted_by_state_and_the_oldest_that_waits_tells_its_age",
    ),
    _CLAIMS(
        "operators: money counts that was not ordered",
        "paying.py",
        "    work.after_commit(partial(figures.count_ordered, ordered))\n",
        "    work.after_commit(partial(figures.count_ordered, ordered * 2))\n",
        "test_figures.py::test_a_decision_counts_with_its_ground_and_its_money",
    ),
    _NOTIFY(
        "operators: a letter to be posted holds up the oldest message",
        "figures.py",
        "if of == channel and state in _TO_BE_SENT]",
        "if of == channel]",
        "test_figures.py::test_a_message_in_doubt_and_a_letter_to_be_posted_are_counted_and_no_longer_to_be_sent",
    ),
    _NOTIFY(
        "operators: an answer that was lost brings the server back",
        "channels/attempts.py",
        "        elif not isinstance(result, (AnswerLost, LeaseLost)):\n",
        "        else:\n",
        "channels/test_servers.py::test_whatever_a_server_answers_it_is_there",
    ),
    _WEATHER(
        "operators: an hour without a figure is news of a station",
        "figures.py",
        "            if figures[place] > NO_FIGURE:\n",
        "            if figures[place] >= NO_FIGURE:\n",
        "test_figures.py::test_the_newest_hour_with_a_figure_counts_and_not_one_without",
    ),
    _WEATHER(
        "operators: a station that measures no more is late for ever",
        "figures.py",
        "for period in self._periods if period.measured_during(now, now)}",
        "for period in self._periods if period.measures_rain}",
        "test_figures.py::test_a_station_that_is_in_no_register_or_measures_no_more_has_no_series",
    ),
    _AUTH(
        "operators: a wrong code is no failed login",
        "metrics.py",
        '    SecurityEvent.CODE_REFUSED: "failed",\n',
        "",
        "test_figures.py::test_a_wrong_password_and_a_wrong_code_count_as_failed",
    ),
]
