"""Policies are renewed by themselves on their day, also when the service was down that day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from policy_lines import Importer, Line, another

from chassis.clock import SettableClock
from chassis.testing import Harness
from contracts.message_requests import CustomerMessageRequested, Occasion
from contracts.policy import PolicyChanged
from policy_svc.flows import renewals


async def renew(service: Harness) -> tuple[list[PolicyChanged], list[CustomerMessageRequested]]:
    """Fire what is due until nothing is left; return the versions and the requests for mail that this published."""
    while await service.fire_due_timers():
        pass
    events = await service.published()
    return (
        [event for event in events if isinstance(event, PolicyChanged)],
        [event for event in events if isinstance(event, CustomerMessageRequested)],
    )


async def test_a_policy_is_renewed_at_midnight_in_amsterdam_on_its_day(
    service: Harness, import_lines: Importer, line: Line, clock: SettableClock
) -> None:
    await import_lines(line)  # in force since 1 April 2019
    await service.published()
    clock.at = datetime(2021, 3, 31, 21, 59, tzinfo=UTC)
    assert await renew(service) == ([], [])
    clock.at = datetime(2021, 3, 31, 22, 0, tzinfo=UTC)
    (policy,), (request,) = await renew(service)
    assert policy.version == 2
    assert [(terms.effective_on, terms.ends_on) for terms in policy.terms] == [
        (date(2019, 4, 1), date(2021, 4, 1)),
        (date(2021, 4, 1), None),
    ]
    assert (request.occasion, request.effective_on) == (Occasion.POLICY_RENEWED, date(2021, 4, 1))
    assert (request.policy_number, request.relation_number) == ("123456-531-04", "123456")
    assert request.customer_id == policy.customer_id
    assert await renew(service) == ([], [])


async def test_after_years_of_standstill_every_renewal_is_made_from_its_own_day(
    service: Harness, import_lines: Importer, line: Line, clock: SettableClock
) -> None:
    await import_lines(line)
    await service.published()
    clock.at = datetime(2023, 6, 1, tzinfo=UTC)
    versions, requests = await renew(service)
    assert [policy.version for policy in versions] == [2, 3, 4]
    assert [terms.effective_on.isoformat() for terms in versions[-1].terms] == [
        "2019-04-01",
        "2021-04-01",
        "2022-04-01",
        "2023-04-01",
    ]
    assert [request.effective_on for request in requests] == [date(year, 4, 1) for year in (2021, 2022, 2023)]


@pytest.mark.parametrize(
    ("ends_on", "occasion"),
    [("2021-04-14", Occasion.POLICY_CHANGED), ("2022-04-01", Occasion.POLICY_CHANGED), ("2022-04-02", None)],
)
async def test_who_gave_notice_is_not_told_that_the_policy_is_renewed(
    service: Harness,
    import_lines: Importer,
    line: Line,
    clock: SettableClock,
    ends_on: str,
    occasion: Occasion | None,
) -> None:
    """The last days are in the product of today, at its premium, which is told; one that goes on a year is renewed."""
    line["terms"][0]["premium"] = {"a_year_cents": 9_900, "parts": [], "model": "of-old-1"}
    line["terms"][0]["ends_on"] = ends_on
    await import_lines(line)
    await service.published()
    clock.at = datetime(2021, 4, 1, tzinfo=UTC)

    (policy,), (request,) = await renew(service)

    assert policy.terms[-1].effective_on == date(2021, 4, 1)
    assert request.occasion is (occasion or Occasion.POLICY_RENEWED)
    assert request.effective_on == date(2021, 4, 1)


async def test_what_stays_as_it_is_until_its_end_is_told_to_nobody(
    service: Harness, import_lines: Importer, line: Line, clock: SettableClock
) -> None:
    """The model has no premium for these covers, so that a renewal changes nothing."""
    line["kind"] = "buildings"
    line["terms"][0] |= {"covers": ["contents"], "ends_on": "2021-04-14"}
    await import_lines(line)
    await service.published()
    clock.at = datetime(2021, 4, 1, tzinfo=UTC)

    (_,), requests = await renew(service)

    assert requests == []


async def test_what_ends_is_not_renewed(
    service: Harness, import_lines: Importer, line: Line, clock: SettableClock
) -> None:
    line["terms"][0]["ends_on"] = "2021-04-01"
    await import_lines(line)
    await service.published()
    clock.at = datetime(2022, 1, 1, tzinfo=UTC)
    assert await renew(service) == ([], [])


async def test_an_end_that_is_imported_before_the_day_holds_the_renewal_back(
    service: Harness, import_lines: Importer, line: Line, clock: SettableClock
) -> None:
    other = another(line, "777-531-01")
    await import_lines(line, other)
    line["terms"][0]["ends_on"] = "2021-03-15"
    await import_lines(line, other)
    await service.published()
    clock.at = datetime(2021, 4, 2, tzinfo=UTC)
    (policy,), _ = await renew(service)
    assert policy.policy_number == "777-531-01"


async def test_a_change_on_the_day_before_the_timer_leaves_the_renewal_due(
    service: Harness, import_lines: Importer, line: Line, clock: SettableClock
) -> None:
    await import_lines(line)
    clock.at = datetime(2021, 4, 1, 9, tzinfo=UTC)
    line["terms"][0]["deductible_cents"] = 50_000
    await import_lines(line)
    await service.published()
    (policy,), (request,) = await renew(service)
    assert [terms.effective_on for terms in policy.terms] == [date(2019, 4, 1), date(2021, 4, 1)]
    assert request.effective_on == date(2021, 4, 1)


async def test_a_change_does_not_hurry_a_renewal_that_was_put_off(
    service: Harness, import_lines: Importer, line: Line, clock: SettableClock
) -> None:
    await import_lines(line)
    clock.at = datetime(2021, 3, 31, 9, tzinfo=UTC)
    await service.pool.execute("UPDATE messaging.timer SET attempts = 3 WHERE key = '2021-04-01'")
    line["terms"][0]["deductible_cents"] = 50_000
    await import_lines(line)
    assert await service.pool.fetchval("SELECT attempts FROM messaging.timer WHERE key = '2021-04-01'") == 3


async def test_many_are_renewed_in_slices_and_none_twice(
    service: Harness, import_lines: Importer, line: Line, clock: SettableClock
) -> None:
    numbers = [f"{number}-531-01" for number in range(1, renewals.SLICE_POLICIES * 2 + 1)]
    await import_lines(*(another(line, number) for number in numbers))
    await service.published()
    clock.at = datetime(2021, 4, 1, tzinfo=UTC)
    versions, requests = await renew(service)
    assert sorted(policy.policy_number for policy in versions) == sorted(numbers)
    assert len(requests) == len(numbers)
