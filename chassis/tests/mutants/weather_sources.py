"""Mutants of how weather-svc asks KNMI: what it asks, how often, and what it makes of the answers."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"weather sources: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=f"sources/{guard}",
        package="weather_svc",
    )


_SPEND = """\
        if not await self.spend():
            return Failure(
                Problem.BUDGET, "the budget of requests for this hour is used up; it is asked in the next one"
            )
"""
_SEND = """\
        try:
            async with asyncio.timeout(self.timeout_seconds):
                received = await self._receive(request)
"""

MUTANTS = (
    _mutant(
        "a request is counted after it is sent",
        "sources/exchange.py",
        sound=f"{_SPEND}{_SEND}",
        broken=f"{_SEND}                await self.spend()\n",
        guard="test_poller.py::test_a_request_is_counted_before_it_is_sent",
    ),
    _mutant(
        "the budget has no end",
        "repository/polls.py",
        sound=" WHERE counted.requests < $3",
        broken=" WHERE counted.requests < $3 + 1000",
        guard="test_poller.py::test_errors_and_restarts_do_not_use_more_than_the_budget",
    ),
    _mutant(
        "an error in a body is a period without data",
        "sources/edr.py",
        sound="            return _named(error)\n",
        broken="            return ()\n",
        guard="test_edr.py::test_each_fault_is_named_and_says_nothing_of_the_rain[fault0-quota]",
    ),
    _mutant(
        "a value that is not published yet is no rain",
        "reading/coverage_json.py",
        sound="    if value is None:\n        return NO_FIGURE\n",
        broken="    if value is None:\n        return 0\n",
        guard="test_edr.py::test_hours_that_no_station_has_yet_are_not_spoken_of",
    ),
    _mutant(
        "hours that no station has yet count as published",
        "sources/edr.py",
        sound="if each.figure >= TRACE), default=None)",
        broken="), default=None)",
        guard="test_edr.py::test_hours_that_no_station_has_yet_are_not_spoken_of",
    ),
    _mutant(
        "too much at once is not asked in halves",
        "sources/edr.py",
        sound="    if problem is Problem.TOO_MUCH_DATA and len(hours.numbers) > 1:\n",
        broken="    if False and problem is Problem.TOO_MUCH_DATA and len(hours.numbers) > 1:\n",
        guard="test_edr.py::test_too_much_at_once_is_asked_in_halves",
    ),
    _mutant(
        "a closed station closes the network",
        "sources/edr.py",
        sound="    if problem in {Problem.TOO_MUCH_DATA, Problem.NOT_FOUND} and len(stations) > 1:\n",
        broken="    if problem is Problem.TOO_MUCH_DATA and len(stations) > 1:\n",
        guard="test_edr.py::test_a_closed_station_is_found_and_the_others_are_read[closed0]",
    ),
    _mutant(
        "the key stands in the address",
        "sources/edr.py",
        sound='                "parameter-name": ",".join(self.parameters),\n',
        broken='                "parameter-name": ",".join(self.parameters),\n'
        '                "key": self.key.get_secret_value(),\n',
        guard="test_edr.py::test_the_key_travels_in_a_header_and_stands_nowhere_else",
    ),
    _mutant(
        "whoever sends us elsewhere gets the key",
        "sources/exchange.py",
        sound="follow_redirects=False",
        broken="follow_redirects=True",
        guard="test_edr.py::test_nobody_is_followed_elsewhere_with_the_key",
    ),
    _mutant(
        "two instances ask",
        "repository/polls.py",
        sound=" AND (leased_until IS NULL OR leased_until <= $2)",
        broken="",
        guard="test_poller.py::test_two_instances_ask_once",
    ),
    _mutant(
        "the hour of a script's question chooses hours of each day",
        "sources/script.py",
        sound='f"{first:%Y%m%d}01"',
        broken='f"{border_at(question.hours.first):%Y%m%d%H}"',
        guard="test_script.py::test_whole_days_are_asked_for_so_that_no_hour_of_a_day_is_left_out[csv]",
    ),
    _mutant(
        "five means are an hour",
        "sources/ten_minute.py",
        sound="    if len(measured) < _AN_HOUR:\n        return NO_FIGURE\n",
        broken="",
        guard="test_ten_minute.py::test_an_hour_is_the_sum_of_its_six_means_rounded_once[means7--2]",
    ),
    _mutant(
        "an unchanged file is fetched again",
        "sources/bulk.py",
        sound='{"If-None-Match": etag} if etag',
        broken='{"If-None-Match": "?"} if etag',
        guard="test_bulk.py::test_a_file_that_has_not_changed_costs_no_bytes",
    ),
    _mutant(
        "a late change of one station keeps the others waiting",
        "sources/poller.py",
        sound="if key.station not in stations}",
        broken="if False}",
        guard="test_poller.py::test_a_change_of_a_validated_hour_is_refused_and_told_and_no_other_station_waits_for_it",
    ),
    _mutant(
        "whoever lost the lease records all the same",
        "sources/poller.py",
        sound='            log.warning("poll.lease_lost", poll=plan.name)\n            return None\n',
        broken='            log.warning("poll.lease_lost", poll=plan.name)\n',
        guard="test_poller.py::test_who_outlives_its_lease_records_nothing",
    ),
)
