"""What counts follows from what was published when, whatever the order in which it was recorded."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from publications import (
    days_after,
    figures_in,
    forget,
    grades_in,
    later,
    publication,
    record,
    state,
    until_waiting,
    what_counts,
)
from rain_samples import ELL, SIX

from chassis.testing import Harness
from contracts.vocabulary import Network
from weather_svc.domain.blocks import BLOCK_HOURS, Grade, Span, StationKey, Suspicion
from weather_svc.domain.hours import HourSpan
from weather_svc.domain.publication import Publication, PublishedBy, Reply, Resolution
from weather_svc.recording import LateChangesError, take
from weather_svc.repository import blocks, gaps, publications

THREE = Span(ELL, HourSpan(SIX, SIX + 2))


def five_downloads() -> list[Publication]:
    """Return what five files would say of ten days, each longer than the one before and correcting its last days."""
    chosen = random.Random(11)  # noqa: S311 - an example, no secret
    first = SIX - 240
    hours = list(range(first, SIX + 24 * 40))
    final = {hour: chosen.choice([0, 0, 0, -1, 3, 18]) for hour in hours}
    files = []
    for number, days in enumerate((3, 9, 10, 21, 40)):
        published_at = days_after(days)
        ended = [hour for hour in hours if hour <= SIX + 24 * days]
        young = [hour for hour in ended if hour > SIX + 24 * (days - 9)]
        said: dict[int, int | None] = {hour: final[hour] for hour in ended}
        said |= {hour: chosen.choice([final[hour], 0, -1, None]) for hour in young}
        figures = [said[hour] for hour in ended]
        files.append(publication(*figures, first_hour=first, published_at=published_at, name=f"download {number}"))
    return files


@pytest.mark.slow
async def test_five_downloads_give_one_store_in_all_120_orders(service: Harness) -> None:
    stores = []
    for order in permutations(five_downloads()):
        for download in order:
            await record(service, download)
        stores.append(await state(service))
        await forget(service)
    assert len(stores) == 120
    assert all(store == stores[0] for store in stores)


async def test_publications_recorded_together_count_as_one_after_the_other(service: Harness) -> None:
    downloads = five_downloads()
    await record(service, *reversed(downloads))
    at_once = await state(service)
    await forget(service)
    for download in downloads:
        await record(service, download)
    assert await state(service) == at_once


async def test_a_newer_publication_counts_and_the_older_one_stays_on_record(service: Harness) -> None:
    before = await record(service, publication(26, 0, 5, published_at=days_after(1)))
    after = await record(service, publication(26, 4, 5, published_at=days_after(2)))
    assert (before.new, after.new, after.corrected) == (3, 0, 1)
    async with service.pool.acquire() as connection:
        assert await what_counts(connection) == [26, 4, 5]
        then = await blocks.as_of(connection, keys=THREE.blocks, published_until=days_after(1.5))
        assert figures_in(then, span=THREE) == [26, 0, 5]


async def test_an_older_publication_changes_nothing_that_a_newer_one_says(service: Harness) -> None:
    await record(service, publication(26, 4, published_at=days_after(2)))
    taken = await record(service, publication(26, 0, 5, published_at=days_after(1)))
    assert (taken.new, taken.corrected, taken.superseded) == (1, 0, 1)
    async with service.pool.acquire() as connection:
        assert await what_counts(connection) == [26, 4, 5]


async def test_what_was_known_at_a_moment_is_not_what_had_been_published_by_then(service: Harness) -> None:
    await record(service, publication(26, published_at=days_after(2)))
    async with service.pool.acquire() as connection:
        known_then = await connection.fetchval("SELECT max(recorded_at) FROM publication")
    later(service, timedelta(hours=1))
    await record(service, publication(4, published_at=days_after(1)), publication(5, published_at=days_after(3)))
    span = Span(ELL, HourSpan(SIX, SIX))
    async with service.pool.acquire() as connection:
        published = await blocks.as_of(connection, keys=span.blocks, published_until=days_after(1))
        known = await blocks.as_of(connection, keys=span.blocks, known_until=known_then)
        before_all = await blocks.as_of(connection, keys=span.blocks, published_until=days_after(0))
    assert (figures_in(published, span=span), figures_in(known, span=span), before_all) == ([4], [26], {})


async def test_no_figure_never_replaces_a_figure(service: Harness) -> None:
    await record(service, publication(26, published_at=days_after(1)))
    await record(service, publication(None, published_at=days_after(20)))
    async with service.pool.acquire() as connection:
        assert await what_counts(connection, hours=1) == [26]
        assert await gaps.of_station(connection, station=ELL) == []


async def test_figures_are_graded_by_their_age_at_publication(service: Harness) -> None:
    await record(service, publication(1, 2, 3, published_at=days_after(9, hour=SIX + 1)))
    async with service.pool.acquire() as connection:
        found = await blocks.counting(connection, keys=THREE.blocks)
    assert grades_in(found, span=THREE) == [Grade.VALIDATED, Grade.VALIDATED, Grade.PROVISIONAL]


async def test_ten_minute_figures_count_until_knmi_publishes_the_hour(service: Harness) -> None:
    minutes_later = publication(25, 31, published_at=days_after(0.1), resolution=Resolution.TEN_MINUTE)
    still_later = publication(99, 98, published_at=days_after(12), resolution=Resolution.TEN_MINUTE)
    await record(service, minutes_later)
    await record(service, publication(26, published_at=days_after(0.2)))
    await record(service, still_later)
    async with service.pool.acquire() as connection:
        found = await blocks.counting(connection, keys=THREE.blocks)
    assert figures_in(found, span=THREE) == [26, 98, None]
    assert grades_in(found, span=THREE)[:2] == [Grade.PROVISIONAL, Grade.TEN_MINUTE]


async def test_a_figure_that_knmi_had_corrected_is_not_changed_by_a_file(service: Harness) -> None:
    await record(service, publication(26, 0, published_at=days_after(10)))
    with pytest.raises(LateChangesError) as refused:
        await record(service, publication(26, 700, published_at=days_after(20)))
    (hour,) = refused.value.hours
    assert (hour.station, hour.hour, hour.was, hour.becomes) == (ELL, SIX + 1, 0, 700)
    async with service.pool.acquire() as connection:
        assert await what_counts(connection, hours=2) == [26, 0]
        assert await connection.fetchval("SELECT count(*) FROM publication") == 1
        assert await connection.fetchval("SELECT count(*) FROM raw_reply") == 1


async def test_the_older_of_two_files_that_contradict_each_other_is_refused_as_well(service: Harness) -> None:
    await record(service, publication(26, 700, published_at=days_after(20)))
    with pytest.raises(LateChangesError):
        await record(service, publication(26, 0, published_at=days_after(10)))


@pytest.mark.parametrize("forced", [0, 1])
async def test_who_forces_either_of_them_has_the_newer_count(service: Harness, forced: int) -> None:
    await record(service, publication(0, published_at=days_after(10), is_forced=forced == 0))
    taken = await record(service, publication(700, published_at=days_after(20), is_forced=forced == 1))
    assert taken.corrected == 1
    async with service.pool.acquire() as connection:
        assert await what_counts(connection, hours=1) == [700]


async def test_the_same_bytes_again_change_nothing(service: Harness) -> None:
    once = publication(26, published_at=days_after(1))
    await record(service, once)
    before = await state(service)
    assert (await record(service, once)).known == [once]
    assert await state(service) == before


async def test_every_figure_points_to_the_publication_since_which_it_stands(service: Harness) -> None:
    await record(service, publication(26, 4, published_at=days_after(1), name="first"))
    await record(service, publication(26, 5, published_at=days_after(2), name="second"))
    await record(service, publication(26, 5, published_at=days_after(30), name="third"))
    async with service.pool.acquire() as connection:
        (block,) = (await blocks.counting(connection, keys=THREE.blocks)).values()
        names = await publications.by_id(
            connection, publication_ids=[source.publication_id for source in block.sources]
        )
        then = await blocks.as_of(connection, keys=THREE.blocks, published_until=days_after(3))
    places = [block.places[(SIX + place) % BLOCK_HOURS] for place in range(2)]
    assert [names[block.sources[place - 1].publication_id].name for place in places] == ["third", "third"]
    ((_, earlier),) = then.items()
    assert [earlier.places[(SIX + place) % BLOCK_HOURS] for place in range(2)] == [1, 2]


async def test_the_reply_is_kept_as_it_was_received(service: Harness) -> None:
    given = publication(26, published_at=days_after(1))
    await record(service, given)
    async with service.pool.acquire() as connection:
        assert await publications.raw_reply(connection, sha256=given.reply.sha256) == given.reply.body
        assert await publications.raw_reply(connection, sha256="0" * 64) is None


async def test_hours_without_a_figure_are_open_until_knmi_gives_them_up(service: Harness) -> None:
    await record(service, publication(26, None, None, 5, None, published_at=days_after(2)))
    async with service.pool.acquire() as connection:
        noted = await gaps.of_station(connection, station=ELL)
        assert [(gap.hours, gap.state) for gap in noted] == [
            (HourSpan(SIX + 1, SIX + 2), gaps.GapState.OPEN),
            (HourSpan(SIX + 4, SIX + 4), gaps.GapState.OPEN),
        ]
    taken = await record(service, publication(26, None, 8, 5, published_at=days_after(9.5)))
    assert (taken.new, taken.lost) == (1, 1)
    async with service.pool.acquire() as connection:
        noted = await gaps.of_station(connection, station=ELL)
        assert [(gap.hours, gap.state) for gap in noted] == [
            (HourSpan(SIX + 1, SIX + 1), gaps.GapState.LOST),
            (HourSpan(SIX + 4, SIX + 4), gaps.GapState.OPEN),
        ]


async def test_a_gap_across_two_blocks_is_one(service: Harness) -> None:
    last_of_block = (SIX // BLOCK_HOURS + 1) * BLOCK_HOURS - 1
    first = last_of_block - 2
    await record(
        service, publication(0, None, None, None, 0, first_hour=first, published_at=days_after(1, hour=first + 5))
    )
    async with service.pool.acquire() as connection:
        (gap,) = await gaps.of_station(connection, station=ELL)
    assert gap.hours == HourSpan(first + 1, first + 3)


async def test_stations_of_two_networks_with_one_number_are_kept_apart(service: Harness) -> None:
    gauge = StationKey(Network.GAUGE, ELL.number)
    await record(service, publication(26, published_at=days_after(1)))
    await record(service, publication(90, station=gauge, published_at=days_after(2)))
    async with service.pool.acquire() as connection:
        assert await what_counts(connection, hours=1) == [26]
        assert await what_counts(connection, hours=1, station=gauge) == [90]


async def test_of_two_with_one_publication_time_the_one_recorded_later_counts(service: Harness) -> None:
    at: datetime = days_after(1)
    await record(service, publication(26, published_at=at, name="first"))
    await record(service, publication(30, published_at=at, name="second"))
    async with service.pool.acquire() as connection:
        assert await what_counts(connection, hours=1) == [30]


async def test_who_records_waits_for_whoever_records(service: Harness) -> None:
    """Ids become visible in their order, so that whoever knows the newest one has missed none before it."""
    drawn = "SELECT last_value FROM publication_publication_id_seq"
    async with service.runtime.transaction() as work:
        await take(work, [publication(26, published_at=days_after(1))])
        other = asyncio.create_task(record(service, publication(27, published_at=days_after(2))))
        await until_waiting(service)
        assert await service.pool.fetchval(drawn) == 1
    await other
    assert await service.pool.fetchval(drawn) == 2


async def test_what_is_recorded_becomes_visible_when_nobody_assesses(service: Harness) -> None:
    async with service.pool.acquire() as assessing, assessing.transaction():
        await blocks.lock_for_assessing(assessing)
        recording = asyncio.create_task(record(service, publication(26, published_at=days_after(1))))
        await until_waiting(service)
        assert await what_counts(assessing, hours=1) == [None]
    await recording
    async with service.pool.acquire() as connection:
        assert await what_counts(connection, hours=1) == [26]


async def test_a_reply_that_says_the_same_again_when_an_hour_is_given_up_loses_it(service: Harness) -> None:
    def answered(*, days: float) -> Publication:
        at = days_after(days)
        reply = Reply("edr.json", b"the same bytes", at)
        return replace(publication(26, None, published_at=at), reply=reply, published_by=PublishedBy.RETRIEVED)

    await record(service, answered(days=3))
    taken = await record(service, answered(days=12))
    assert (taken.known, taken.confirmed, taken.lost) == ([], 1, 1)
    assert len((await record(service, answered(days=12))).known) == 1


@pytest.mark.parametrize(("forced", "suspicions"), [(False, [Suspicion.DURATION_WITHOUT_RAIN]), (True, [])])
async def test_who_says_a_suspect_figure_again_does_not_clear_it_unless_forced(
    service: Harness, *, forced: bool, suspicions: list[Suspicion]
) -> None:
    suspect = publication(0, published_at=days_after(10))
    for statement in suspect.statements.values():
        statement.suspicions[SIX % BLOCK_HOURS] = Suspicion.DURATION_WITHOUT_RAIN
    await record(service, suspect)
    await record(service, publication(0, published_at=days_after(11), is_forced=forced))
    async with service.pool.acquire() as connection:
        (block,) = (await blocks.counting(connection, keys=Span(ELL, HourSpan(SIX, SIX)).blocks)).values()
    assert [Suspicion(flag) for flag in block.suspicions if flag] == suspicions


async def test_a_gap_that_grows_or_is_given_up_is_missing_since_its_first_hour_was(service: Harness) -> None:
    await record(service, publication(26, None, published_at=days_after(1)))
    async with service.pool.acquire() as connection:
        (first,) = await gaps.of_station(connection, station=ELL)
    for days in (1.1, 20):
        later(service, timedelta(hours=5))
        await record(service, publication(26, None, None, published_at=days_after(days)))
        async with service.pool.acquire() as connection:
            (gap,) = await gaps.of_station(connection, station=ELL)
        assert (gap.hours, gap.noted_at) == (HourSpan(SIX + 1, SIX + 2), first.noted_at)
