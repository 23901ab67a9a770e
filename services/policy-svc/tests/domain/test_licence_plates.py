"""Dutch plates: every series, what is never issued, and what is no car."""

from __future__ import annotations

import pytest

from policy_svc.domain.licence_plates import LicencePlateError, PlateFault, parse

ONE_OF_EACH = [
    "ND-00-01",
    "00-01-AD",
    "00-AD-01",
    "DB-01-BB",
    "DB-BB-01",
    "01-DB-BB",
    "01-GBB-1",
    "1-KBB-01",
    "GB-001-B",
    "G-001-BB",
    "GBB-01-B",
    "G-01-BBB",
    "1-GB-001",
    "001-GB-1",
]


def test_all_fourteen_series_are_known_and_hyphenated_as_on_the_car() -> None:
    for series, plate in enumerate(ONE_OF_EACH, start=1):
        for typed in (plate, plate.replace("-", ""), f" {plate.replace('-', ' ').lower()} "):
            parsed = parse(typed)
            assert (parsed.series, parsed.text, parsed.formatted()) == (series, plate.replace("-", ""), plate)


def fault_of(plate: str) -> PlateFault | None:
    try:
        parse(plate)
    except LicencePlateError as refused:
        return refused.fault
    return None


def faults(*plates: str) -> list[PlateFault | None]:
    return [fault_of(plate) for plate in plates]


def test_what_has_no_plates_pattern_is_refused() -> None:
    plates = [
        "",
        "G-001-B",
        "G-001-BBB",
        "123456",
        "GBBBBB",
        "G--001-BB",
        "-G001BB",
        "G_001_BB",
        "GBB-BB-1",
        "Ġ-001-BB",
    ]
    assert set(faults(*plates, "Ġ-001-BB")) == {PlateFault.NOT_A_PLATE}


def test_letters_that_a_series_does_not_know_are_refused() -> None:
    assert set(faults("C1-00-01", "NC-00-01", "00-01-QD")) == {PlateFault.NOT_A_PLATE, PlateFault.LETTER_NOT_ISSUED}
    assert set(faults("GA-01-BB", "GB-EB-01", "01-GBI-1", "G-001-OB", "GC-01-BB", "G-001-BY")) == {
        PlateFault.LETTER_NOT_ISSUED
    }
    assert faults("AE-12-34", "12-YA-34", "GY-01-BB") == [None, None, None]


def test_combinations_that_are_never_issued_are_refused_within_a_group_only() -> None:
    assert set(faults("SS-01-01", "01-SD-01", "01-KKK-1", "1-NSB-01", "GVD-01-B", "G-01-SSB", "TBS-01-G")) == {
        PlateFault.COMBINATION_NOT_ISSUED
    }
    assert faults("GS-SD-01") == [PlateFault.COMBINATION_NOT_ISSUED]
    assert faults("GS-SB-01", "GS-01-SB") == [None, None]


def test_names_of_parties_are_left_out_since_the_eleventh_series() -> None:
    assert faults("01-PVV-1", "PVV-01-B", "G-01-VVD") == [
        None,
        PlateFault.COMBINATION_NOT_ISSUED,
        PlateFault.COMBINATION_NOT_ISSUED,
    ]


@pytest.mark.parametrize(
    ("plates", "fault"),
    [
        (["MB-01-BB", "01-WB-BB", "OB-01-BB", "1-BBB-01", "F-001-BB", "D-001-BB"], PlateFault.NOT_A_CAR),
        (["AA-86", "AA-12-34", "CD-12-34", "CDJ-123", "KL-12-34", "KM-12-34"], PlateFault.STATE_VEHICLE),
        (["ZZ-12-34", "12-34-ZZ"], PlateFault.EXEMPTED_VEHICLE),
        (["GV-12-34", "GN-12-34", "BN-12-34", "V-001-BB", "DB-BB-01"], None),
    ],
    ids=["other vehicles", "the state's", "exemptions", "cars, vans and foreigners' cars"],
)
def test_plates_that_are_not_of_a_private_persons_car_say_so(plates: list[str], fault: PlateFault | None) -> None:
    assert set(faults(*plates)) == {fault}


def test_a_refusal_says_why_in_both_languages() -> None:
    for plate in ("123456", "GA-01-BB", "SS-01-01", "MB-01-BB", "AA-86", "ZZ-12-34"):
        with pytest.raises(LicencePlateError) as refused:
            parse(plate)
        assert refused.value.says.nl
        assert str(refused.value) == refused.value.says.en
