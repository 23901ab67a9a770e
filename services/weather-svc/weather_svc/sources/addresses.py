"""The sources for which the settings have an address. Without one nobody is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.rain_stations import StationPeriod
from weather_svc.settings import Settings
from weather_svc.sources.bulk import BULK_BUDGET, BulkFile, file_names
from weather_svc.sources.edr import EDR_BUDGET, EdrCollection, HourLabel, hourly_collection
from weather_svc.sources.exchange import Exchange
from weather_svc.sources.script import SCRIPT_BUDGET, Script
from weather_svc.sources.ten_minute import ten_minute_collection


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Who can be asked."""

    edr: EdrCollection | None = None
    ten_minute: EdrCollection | None = None
    script: Script | None = None
    bulk: Sequence[BulkFile] = ()

    @property
    def hourly(self) -> Sequence[EdrCollection | Script]:
        """Who publishes hours as they come, in the order in which they are asked."""
        return [source for source in (self.edr, self.script) if source is not None]


def sources_of(
    settings: Settings, *, exchange: Callable[[str], Exchange], periods: Sequence[StationPeriod], now: datetime
) -> Sources:
    """Return the sources; `exchange` gives the one of a budget, `periods` are the register's."""
    edr = ten_minute = script = None
    url, key = settings.knmi_edr_url, settings.knmi_edr_key
    if url is not None and key is not None:
        at_edr = exchange(EDR_BUDGET)
        edr = hourly_collection(exchange=at_edr, url=url, key=key, label=HourLabel(settings.knmi_hour_label))
        if settings.knmi_ten_minute:
            ten_minute = ten_minute_collection(exchange=at_edr, url=url, key=key)
    if settings.knmi_script_url is not None:
        script = Script(
            exchange=exchange(SCRIPT_BUDGET), url=settings.knmi_script_url, format=settings.knmi_script_format
        )
    folder = settings.knmi_bulk_url
    bulk = () if folder is None else _bulk(folder, exchange(BULK_BUDGET), periods=periods, now=now)
    return Sources(edr=edr, ten_minute=ten_minute, script=script, bulk=bulk)


def _bulk(folder: str, exchange: Exchange, *, periods: Sequence[StationPeriod], now: datetime) -> Sequence[BulkFile]:
    rain_stations = frozenset(period.station.number for period in periods if period.measures_rain)
    return [
        BulkFile(exchange=exchange, url=folder, name=name, rain_stations=rain_stations)
        for name in file_names(periods, now=now)
    ]
