from __future__ import annotations

import pytest
from decisions import DECIDED_AT, INSURER, NAME
from letter_cases import CASES
from msgspec.structs import replace

from contracts.claims import DecisionMade
from contracts.vocabulary import Establishment, Language, WaterReading
from notify_svc.texts.languages import CATALOGUES
from notify_svc.texts.letter import write_letter
from notify_svc.texts.rain_account import RainAccount

DUTCH = CATALOGUES[Language.DUTCH].rain


def account(decision: DecisionMade) -> RainAccount | None:
    letter = write_letter(decision, name=NAME, language=Language.DUTCH, insurer=INSURER, written_at=DECIDED_AT)
    return letter.rain


def said_by(case: str) -> str:
    """Return everything about the rain in one text with plain spaces."""
    rain = account(CASES[case])
    assert rain is not None
    readings = [reading for station in rain.stations for reading in station.readings]
    parts = [
        rain.intro,
        *(station.recent or "" for station in rain.stations),
        *(reading.caption for reading in readings),
        *(f"{row.measured}|{row.needed}|{row.result}" for reading in readings for row in reading.rows),
        *(sentence for reading in readings for sentence in reading.sentences),
        *rain.conclusions,
    ]
    return "\n".join(parts).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("case", "sentences"),
    [
        ("notice-paid", ["Er viel 40,2 mm in 24 uur.", "(15 juli 2021 04:00) was daarvan 18,0 mm gevallen", "|genoeg"]),
        (
            "notice-denied",
            [
                "Het dichtst in de buurt kwam 39,1 mm in 24 uur, terwijl er 40,0 mm nodig is. Dat is 0,9 mm te weinig.",
                "41,2 mm|53,0 mm|11,8 mm te weinig",
            ],
        ),
        ("groundwater-covered", ["Deze periode eindigde 2 dagen voor de schade.", "door de grond komt"]),
        ("rain-after-loss", ["was daarvan nog maar 0,3 mm gevallen", "40,2 mm|40,0 mm|genoeg, maar te laat"]),
        ("rain-long-before-loss", ["eindigde 2 dagen en 18 uur voor de schade", "|genoeg, maar te vroeg"]),
        ("interval-too-long", ["Voor sommige momenten waarop de schade kan zijn ontstaan viel er genoeg regen"]),
        (
            "stations-disagree",
            ["Ell (2,0 km van uw woning) en Arcen (2,1 km van uw woning)", "niet tot dezelfde uitkomst"],
        ),
        ("between-whole-hours", ["in één uur meer wel", "39,9 mm|40,0 mm|niet te zeggen"]),
        ("hours-to-come", ["uren die nog niet zijn gemeten", "nog niet gemeten|67,0 mm|nog niet bekend"]),
        ("hours-given-up", ["Van een of meer uren is er geen meting.", "geen meting|67,0 mm|niet te zeggen"]),
        (
            "hours-lost",
            ["die komt ook niet meer", "Dan beoordeelt een medewerker dat.", "geen meting|67,0 mm|niet te zeggen"],
        ),
        ("suspect-figures", ["Een of meer metingen kloppen misschien niet.", "1,2 mm|40,0 mm|niet te zeggen"]),
        ("no-station", ["Er was toen geen KNMI-station dat de regen mat."]),
        ("before-register", ["De schade is van voor de tijd waarvan wij de KNMI-stations kennen."]),
        ("direct-rain-without-rain", ["Station Ell mat kort voor de schade 0,3 mm neerslag."]),
    ],
)
def test_the_account_of_the_rain_says_what_was_measured(case: str, sentences: list[str]) -> None:
    said = said_by(case)

    for sentence in sentences:
        assert sentence in said


def test_the_doubt_between_whole_hours_is_not_a_tenth_of_a_millimetre_too_little() -> None:
    assert "0,1 mm te weinig" not in said_by("between-whole-hours")


@pytest.mark.parametrize("case", ["direct-rain", "cloudburst", "direct-rain-without-rain", "pumping-denied"])
def test_rain_that_fell_in_missed_no_threshold(case: str) -> None:
    rain = account(CASES[case])

    assert rain is not None
    assert [station.readings for station in rain.stations] == [()]
    assert "te weinig" not in said_by(case)


def test_each_water_has_its_own_account_of_the_rain() -> None:
    over_the_ground, through_the_ground = account(CASES["notice-denied"]), account(CASES["groundwater-dry-soil"])

    assert over_the_ground is not None
    assert through_the_ground is not None
    assert [one.caption for one in over_the_ground.stations[0].readings] == [DUTCH.captions[WaterReading.SURFACE_WATER]]
    assert [one.caption for one in through_the_ground.stations[0].readings] == [
        DUTCH.captions[WaterReading.GROUNDWATER]
    ]


@pytest.mark.parametrize("case", ["not-insured", "possible-duplicate", "regional-defence", "rainfall-not-received"])
def test_a_decision_that_rests_on_no_rain_accounts_for_none(case: str) -> None:
    assert account(CASES[case]) is None


def test_only_a_denial_for_too_little_rain_speaks_of_corrections() -> None:
    def speaks(case: str) -> bool:
        letter = write_letter(CASES[case], name=NAME, language=Language.DUTCH, insurer=INSURER, written_at=DECIDED_AT)
        return any(DUTCH.corrections in section.paragraphs for section in letter.sections)

    assert speaks("notice-denied")
    assert speaks("groundwater-dry-soil")
    assert not speaks("sea-water")
    assert not speaks("notice-paid")
    assert not speaks("between-whole-hours")


def test_a_period_that_ended_too_early_is_told_so_beside_the_one_that_counts() -> None:
    decision = CASES["notice-paid"]
    assert decision.rain is not None
    (station,) = decision.rain.stations
    (reading,) = station.readings
    early = replace(
        reading.windows[0], establishment=Establishment.UNDETERMINED, lag_minutes=3_630, starts_at=None, ends_at=None
    )
    both = replace(reading, windows=(early, *reading.windows))
    rain = replace(decision.rain, stations=(replace(station, readings=(both,)),))

    told = account(replace(decision, rain=rain))

    assert told is not None
    assert [row.result for row in told.stations[0].readings[0].rows][:2] == [DUTCH.enough_too_early, DUTCH.enough]
