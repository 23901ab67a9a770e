"""Whether an answer that was worked out again must be published again."""

from __future__ import annotations

from contracts.weather import HourlySeries, RainfallAssessed


def is_news(new: RainfallAssessed, *, previous: RainfallAssessed) -> bool:
    """Whether `new` must be published after `previous`, both answers to the same request.

    After an answer that is not final every difference is news. A final one holds whatever the hours that were missing
    turn out to be: only another verdict, a cloudburst or recent rain that becomes known, or a corrected figure is news.
    """
    if not previous.final:
        return new.stations != previous.stations
    return _conclusion(new) != _conclusion(previous) or any(
        _corrects(after.hours, before=before.hours)
        for after, before in zip(new.stations, previous.stations, strict=True)
    )


def _conclusion(assessed: RainfallAssessed) -> tuple[object, ...]:
    stations = [
        (
            station.station.network,
            station.station.number,
            station.cloudburst,
            station.recent_rain,
            [(reading.establishment, reading.undetermined_reason) for reading in station.readings],
        )
        for station in assessed.stations
    ]
    return assessed.readings, assessed.final, assessed.cloudburst, assessed.recent_rain, stations


def _corrects(after: HourlySeries, *, before: HourlySeries) -> bool:
    if after.first_hour_ends_at != before.first_hour_ends_at or len(after.tenths_mm) != len(before.tenths_mm):
        return True
    return any(new != old for new, old in zip(after.tenths_mm, before.tenths_mm, strict=True) if old is not None)
