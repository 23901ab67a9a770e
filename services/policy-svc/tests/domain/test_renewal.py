"""When policies are renewed: on the anniversary of the day since which they run without a break."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from domain.policy_periods import terms

from policy_svc.domain.renewal import last_renewal, next_renewal

_A_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("periods", "renewals"),
    [
        ([("2019-04-01", None)], ["2020-04-01", "2021-04-01"]),
        ([("2020-02-29", None)], ["2021-03-01", "2022-03-01", "2023-03-01", "2024-02-29", "2025-03-01"]),
        ([("2019-04-01", "2020-06-01"), ("2020-06-01", None)], ["2020-04-01", "2021-04-01"]),
        ([("2019-04-01", "2020-04-01")], []),
        ([("2019-04-01", "2020-04-02")], ["2020-04-01"]),
        ([("2019-01-01", "2020-06-01"), ("2020-10-01", None)], ["2020-01-01", "2021-10-01", "2022-10-01"]),
    ],
    ids=["running", "29 February", "changed", "ends that day", "ends the day after", "after a break"],
)
def test_a_policy_is_renewed_each_year_since_it_runs_without_a_break(
    periods: list[tuple[str, str | None]], renewals: list[str]
) -> None:
    of_policy = [terms(*period) for period in periods]
    day = of_policy[0].effective_on
    found: list[date] = []
    while len(found) < len(renewals) and (renewal := next_renewal(of_policy, after=day)) is not None:
        assert last_renewal(of_policy, on=renewal) == renewal
        assert last_renewal(of_policy, on=renewal - _A_DAY) < renewal
        day = renewal
        found.append(renewal)
    assert found == [date.fromisoformat(renewal) for renewal in renewals]
    if of_policy[-1].ends_on is not None:
        assert next_renewal(of_policy, after=day) is None


def test_in_the_first_year_after_a_break_the_tariff_of_its_beginning_counts() -> None:
    came_back = [terms("2019-01-01", "2020-06-01"), terms("2020-10-01")]

    assert last_renewal(came_back, on=date(2021, 3, 1)) == date(2020, 10, 1)
    assert last_renewal(came_back, on=date(2020, 3, 1)) == date(2020, 1, 1)
    assert last_renewal(came_back, on=date(2018, 3, 1)) == date(2019, 1, 1)
