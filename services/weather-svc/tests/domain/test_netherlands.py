from __future__ import annotations

import csv

import pytest
from knmi_files import SHARED, needs_shared

from contracts.rain_stations import measuring_periods
from weather_svc.domain.netherlands import are_swapped, is_in_the_netherlands

GAUGES = SHARED / "stations_rain_gauges.csv"
AT_THE_BORDER = {
    "Vaals": (50_754_700, 6_020_800),
    "Eijsden": (50_757_000, 5_700_000),
    "Sint Anna ter Muiden": (51_310_000, 3_360_000),
    "Westkapelle": (51_530_000, 3_440_000),
    "Sas van Gent": (51_205_000, 3_800_000),
    "Baarle-Nassau": (51_440_000, 4_930_000),
    "Vlieland": (53_250_000, 4_860_000),
    "Rottumeroog": (53_541_000, 6_580_000),
    "Bad Nieuweschans": (53_184_000, 7_227_500),
    "Ter Apel": (52_860_000, 7_070_000),
    "Losser": (52_260_000, 7_010_000),
    "Dinxperlo": (51_864_000, 6_490_000),
    "Spijk": (51_850_000, 6_155_000),
    "Kerkrade": (50_865_000, 6_085_000),
}
ABROAD = {
    "Brussels": (50_850_000, 4_350_000),
    "Antwerp": (51_220_000, 4_400_000),
    "Bruges": (51_210_000, 3_220_000),
    "Turnhout": (51_320_000, 4_940_000),
    "Genk": (50_965_000, 5_500_000),
    "Aachen": (50_776_000, 6_084_000),
    "Cologne": (50_940_000, 6_960_000),
    "Kleve": (51_790_000, 6_140_000),
    "Bocholt": (51_840_000, 6_620_000),
    "Nordhorn": (52_430_000, 7_070_000),
    "Emden": (53_370_000, 7_210_000),
    "Borkum": (53_590_000, 6_700_000),
    "nowhere": (0, 0),
}


def is_in(place: tuple[int, int]) -> bool:
    return is_in_the_netherlands(latitude_microdegrees=place[0], longitude_microdegrees=place[1])


@pytest.mark.parametrize("name", AT_THE_BORDER)
def test_who_lives_at_the_border_lives_in_the_netherlands(name: str) -> None:
    assert is_in(AT_THE_BORDER[name])


@pytest.mark.parametrize("name", ABROAD)
def test_a_town_abroad_does_not_lie_in_the_netherlands(name: str) -> None:
    assert not is_in(ABROAD[name])


def test_every_station_of_the_register_lies_in_the_netherlands() -> None:
    stations = {period.station for period in measuring_periods()}
    outside = [
        station.name
        for station in stations
        if not is_in((station.latitude_microdegrees, station.longitude_microdegrees))
    ]

    assert outside == []


@needs_shared
def test_every_manual_gauge_that_ever_was_lies_in_the_netherlands() -> None:
    with GAUGES.open(newline="") as lines:
        places = {
            row["name"]: (round(float(row["latitude"]) * 1e6), round(float(row["longitude"]) * 1e6))
            for row in csv.DictReader(lines)
        }

    assert [name for name, place in places.items() if not is_in(place)] == []


def test_numbers_that_changed_places_are_told_from_a_place_abroad() -> None:
    assert are_swapped(latitude_microdegrees=5_790_000, longitude_microdegrees=51_190_000)
    assert not are_swapped(latitude_microdegrees=51_190_000, longitude_microdegrees=5_790_000)
    assert not are_swapped(latitude_microdegrees=50_850_000, longitude_microdegrees=4_350_000)
