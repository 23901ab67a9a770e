from __future__ import annotations

from datetime import timedelta

import pytest
from publications import days_after, later, publication, record
from rain_samples import (
    ELL,
    SIX,
)

from chassis.testing import Harness
from contracts.vocabulary import Network
from contracts.weather import DoubtKind, Quality
from weather_svc.domain.blocks import BLOCK_HOURS, Span, StationKey, Suspicion
from weather_svc.domain.hours import HourSpan
from weather_svc.domain.publication import Resolution
from weather_svc.domain.stations import shipped_stations
from weather_svc.domain.windows import Doubt, Figures
from weather_svc.hour_cache import HourCache

STATIONS = shipped_stations()


async def test_cached_figures_follow_what_is_recorded_later(service: Harness) -> None:
    hour_cache, span = HourCache(), Span(ELL, HourSpan(SIX - 2, SIX + 3))
    await record(service, publication(26, 8, published_at=days_after(9.5)))
    before = await figures(service, hour_cache, span)
    assert before.tenths_mm == (None, None, 26, 8, None, None)
    assert (before.quality, before.doubts) == (Quality.VALIDATED, ())
    await record(service, publication(-1, 7, 1, first_hour=SIX - 1, published_at=days_after(0.1), is_forced=True))
    after = await figures(service, hour_cache, span)
    assert (after.tenths_mm, after.quality) == ((None, 0, 26, 8, None, None), Quality.PROVISIONAL)
    sources = [hour_cache.sources[publication_id].published_at for publication_id in after.sources]
    assert sources == [days_after(0.1), days_after(9.5)]


async def test_the_label_is_that_of_the_worst_hour_and_none_without_a_figure(service: Harness) -> None:
    hour_cache, span = HourCache(), Span(ELL, HourSpan(SIX, SIX + 2))
    assert (await figures(service, hour_cache, span)).quality is None
    await record(service, publication(26, 1, published_at=days_after(20)))
    await record(
        service, publication(0, first_hour=SIX + 2, published_at=days_after(1), resolution=Resolution.TEN_MINUTE)
    )
    assert (await figures(service, hour_cache, span)).quality is Quality.TEN_MINUTE


async def test_lost_and_suspect_hours_are_in_doubt_and_open_ones_are_not(service: Harness) -> None:
    hour_cache, span = HourCache(), Span(ELL, HourSpan(SIX, SIX + 5))
    said = publication(26, None, None, 180, 5, None, published_at=days_after(9, hour=SIX + 4))
    ((key, statement),) = said.statements.items()
    statement.suspicions[SIX + 3 - key.first_hour] = Suspicion.RAIN_WITHOUT_DURATION
    await record(service, said)
    found = await figures(service, hour_cache, span)
    assert found.tenths_mm == (26, None, None, 180, 5, None)
    assert found.doubts == (
        Doubt(DoubtKind.LOST, HourSpan(SIX + 1, SIX + 2)),
        Doubt(DoubtKind.RAIN_WITHOUT_DURATION, HourSpan(SIX + 3, SIX + 3)),
    )


async def test_cached_figures_come_from_blocks_on_both_sides_of_a_border(service: Harness) -> None:
    border = SIX - SIX % BLOCK_HOURS
    await record(service, publication(26, None, 8, 15, first_hour=border - 3, published_at=days_after(1)))
    found = await figures(service, HourCache(), Span(ELL, HourSpan(border - 3, border + 2)))
    assert found.tenths_mm == (26, None, 8, 15, None, None)


async def test_the_cache_is_emptied_when_it_is_full(service: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weather_svc.hour_cache._MAX_BLOCKS", 1)
    hour_cache = HourCache()
    ell, arcen = (Span(StationKey(Network.AWS, number), HourSpan(SIX, SIX + 1)) for number in (377, 391))
    await record(service, publication(27, 8, published_at=days_after(1)))
    assert (await figures(service, hour_cache, ell)).tenths_mm == (27, 8)
    assert (await figures(service, hour_cache, arcen)).tenths_mm == (None, None)
    assert (await figures(service, hour_cache, ell, arcen)).tenths_mm == (27, 8)


async def test_cached_figures_are_those_of_a_database_that_was_restored_meanwhile(service: Harness) -> None:
    """What a backup did not have yet is gone, and its ids are given again to what is recorded afterwards."""
    hour_cache, span = HourCache(), Span(ELL, HourSpan(SIX, SIX + 3))
    await record(service, publication(26, 8, published_at=days_after(1)))
    assert (await figures(service, hour_cache, span)).tenths_mm == (26, 8, None, None)
    await service.pool.execute(
        """
        TRUNCATE raw_reply, publication, statement, counting_block CASCADE;
        ALTER TABLE publication ALTER COLUMN publication_id RESTART WITH 1
        """
    )
    later(service, timedelta(microseconds=1))
    await record(service, publication(7, 7, first_hour=SIX + 1, published_at=days_after(1)))
    assert (await figures(service, hour_cache, span)).tenths_mm == (None, 7, 7, None)


async def figures(service: Harness, hour_cache: HourCache, *spans: Span) -> Figures:
    """Return the figures of the first span once all are loaded."""
    async with service.pool.acquire() as connection:
        await hour_cache.refresh(connection, spans=spans)
    return hour_cache.figures_of(spans[0])
