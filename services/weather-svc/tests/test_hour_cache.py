from __future__ import annotations

from datetime import timedelta

import pytest
from rain_samples import ELL, NOW, SIX, record

from chassis.testing import Harness
from contracts.vocabulary import Network
from contracts.weather import Quality
from weather_svc.domain.assessment import Span, StationKey
from weather_svc.domain.hours import HourlyFigure, HourSpan
from weather_svc.hour_cache import HourCache
from weather_svc.repository import observations


async def test_cached_figures_follow_what_is_recorded_later(service: Harness) -> None:
    hour_cache, span = HourCache(), Span(ELL, HourSpan(SIX - 2, SIX + 3))
    async with service.pool.acquire() as connection:
        await record(connection, 26, 8, quality=Quality.VALIDATED)
        await hour_cache.refresh(connection, spans=[span])
        before = hour_cache.figures_of(span)
        await record(connection, 26, 9, 7, quality=Quality.VALIDATED)
        await record(connection, 26, 9, 7, 1)
        await hour_cache.refresh(connection, spans=[span])
    assert (before.tenths_mm, before.has_provisional) == ((None, None, 26, 8, None, None), False)
    after = hour_cache.figures_of(span)
    assert (after.tenths_mm, after.has_provisional) == ((None, None, 26, 9, 7, 1), True)


async def test_cached_figures_come_from_blocks_on_both_sides_of_a_border(service: Harness) -> None:
    border = SIX - SIX % 1_024
    span = Span(ELL, HourSpan(border - 3, border + 2))
    rows = [
        HourlyFigure(377, border + offset, tenths_mm, is_trace=False)
        for offset, tenths_mm in ((-3, 26), (-1, 8), (0, 15))
    ]
    hour_cache = HourCache()
    async with service.pool.acquire() as connection:
        await observations.record(connection, network=Network.AWS, figures=rows, quality=Quality.VALIDATED, now=NOW)
        await hour_cache.refresh(connection, spans=[span])
    assert hour_cache.figures_of(span).tenths_mm == (26, None, 8, 15, None, None)


async def test_the_cache_is_emptied_after_a_large_import_and_when_it_is_full(
    service: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weather_svc.hour_cache._MAX_NEW_ROWS", 1)
    monkeypatch.setattr("weather_svc.hour_cache._MAX_BLOCKS", 1)
    hour_cache = HourCache()
    ell, arcen = (Span(StationKey(Network.AWS, number), HourSpan(SIX, SIX + 1)) for number in (377, 391))
    async with service.pool.acquire() as connection:
        await record(connection, 26)
        await hour_cache.refresh(connection, spans=[ell])
        await record(connection, 27, 8)
        await hour_cache.refresh(connection, spans=[arcen])
        await hour_cache.refresh(connection, spans=[ell, arcen])
    assert hour_cache.figures_of(ell).tenths_mm == (27, 8)
    assert hour_cache.figures_of(arcen).tenths_mm == (None, None)


@pytest.mark.parametrize("hours_after", [1, 2, 3], ids=["fewer", "as-many", "more"])
async def test_cached_figures_are_those_of_a_database_that_was_restored_meanwhile(
    service: Harness, hours_after: int
) -> None:
    """What a backup did not have yet is gone, and its ids are given again to what is recorded afterwards."""
    hour_cache, span = HourCache(), Span(ELL, HourSpan(SIX, SIX + 3))
    async with service.pool.acquire() as connection:
        await record(connection, 26, 8)
        await hour_cache.refresh(connection, spans=[span])
        await connection.execute(
            "TRUNCATE observation; ALTER TABLE observation ALTER COLUMN observation_id RESTART WITH 1"
        )
        figures = [HourlyFigure(377, SIX + offset, 7, is_trace=False) for offset in range(1, 1 + hours_after)]
        await observations.record(
            connection,
            network=Network.AWS,
            figures=figures,
            quality=Quality.PROVISIONAL,
            now=NOW + timedelta(microseconds=1),
        )

        await hour_cache.refresh(connection, spans=[span])

    assert hour_cache.figures_of(span).tenths_mm == (None, *[7] * hours_after, *[None] * (3 - hours_after))
