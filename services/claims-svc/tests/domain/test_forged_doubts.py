"""What an answer about rain says of hours in doubt is worked out again from them, and forgeries of it are found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from domain.proof_cases import Contents, answering_anew, forge, prove, put, rain_case
from msgspec.structs import replace

from claims_svc.domain.proof_check import differences
from claims_svc.domain.rainfall_reading import answer_from_hours
from contracts.vocabulary import Truth
from contracts.weather import DoubtKind, HoursInDoubt, RainfallAssessed, UndeterminedReason

HOUR = timedelta(hours=1)
LOSS_HOUR = datetime(2021, 7, 15, 2, tzinfo=UTC)
RAIN = "basis.rain.stations.0"
DOUBT = {"first_hour_ends_at": "2021-07-15T03:00:00Z", "last_hour_ends_at": "2021-07-15T04:00:00Z"}


def found_in(forged: bytes) -> str:
    return "\n".join(differences(forged))


def answered(hours: dict[datetime, int | None], *doubts: HoursInDoubt) -> RainfallAssessed:
    """Return what Ell answers when it measured `hours`, some of them in doubt."""
    claim = rain_case(hours)
    assert claim.question is not None
    assert claim.rain is not None
    (ell,) = claim.rain.stations
    series = replace(ell.hours, in_doubt=doubts)
    return answer_from_hours(replace(claim.rain, stations=(replace(ell, hours=series),)), question=claim.question)


def doubt(kind: DoubtKind, *hours: int) -> HoursInDoubt:
    """Doubt hours, counted from that of the loss."""
    return HoursInDoubt(
        kind=kind, first_hour_ends_at=LOSS_HOUR + HOUR * hours[0], last_hour_ends_at=LOSS_HOUR + HOUR * hours[-1]
    )


def reason(answer: RainfallAssessed) -> UndeterminedReason | None:
    return answer.readings[0].undetermined_reason


def test_an_open_hour_is_waited_for_until_knmi_has_corrected_it() -> None:
    answer = answered({LOSS_HOUR + HOUR: None, LOSS_HOUR - HOUR * 3: None})
    assert (reason(answer), answer.final) == (UndeterminedReason.MISSING_HOURS, False)
    assert answer.settled_by == LOSS_HOUR + HOUR + timedelta(days=9)


def test_a_lost_hour_is_final_at_once() -> None:
    answer = answered({LOSS_HOUR + HOUR: None}, doubt(DoubtKind.LOST, 1))
    assert (reason(answer), answer.final, answer.settled_by) == (UndeterminedReason.LOST_HOURS, True, None)
    assert answer.recent_rain is Truth.FALSE


def test_recent_rain_that_only_a_lost_hour_could_hold_stays_unknown() -> None:
    answer = answered({LOSS_HOUR: None}, doubt(DoubtKind.LOST, 0))
    assert (answer.recent_rain, answer.cloudburst, answer.final) == (Truth.UNKNOWN, Truth.UNKNOWN, True)


def test_a_suspect_hour_denies_nothing_and_costs_nothing() -> None:
    dry = answered({}, doubt(DoubtKind.CLOGGED, 0))
    assert (reason(dry), dry.final, dry.recent_rain) == (UndeterminedReason.SUSPECT_FIGURES, True, Truth.UNKNOWN)
    wet = answered({LOSS_HOUR: 400}, doubt(DoubtKind.RAIN_WITHOUT_DURATION, 0))
    assert (reason(wet), wet.recent_rain, wet.cloudburst) == (None, Truth.TRUE, Truth.UNKNOWN)
    assert wet.stations[0].cloudburst_tenths_mm == 400


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({f"{RAIN}.hours.in_doubt": [DOUBT | {"kind": "lost"}]}, "04:00:00+00:00 cannot be lost"),
        ({f"{RAIN}.hours.in_doubt": [DOUBT | {"kind": "dripping"}]}, "03:00:00+00:00 cannot be dripping"),
        (
            {f"{RAIN}.hours.in_doubt": [DOUBT | {"kind": "lost", "last_hour_ends_at": "2021-09-15T04:00:00Z"}]},
            "is in doubt, but is not there",
        ),
        ({f"{RAIN}.quality": None}, "there must be a quality exactly when an hour has a figure"),
        ({"sources.hour_files_sha256": []}, "the files of hours are not those that the answer about rain names"),
        ({f"{RAIN}.sources": []}, "the files of hours are not those that the answer about rain names"),
    ],
)
def test_what_is_told_of_hours_and_files_must_hold_together(changes: dict[str, object], found: str) -> None:
    def change(contents: Contents) -> None:
        for path, value in changes.items():
            put(path, value)(contents)

    assert found in found_in(forge(prove(rain_case({LOSS_HOUR + HOUR: None})), answering_anew(change)))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (put("basis.rain.settled_by", "2021-07-16T03:00:00Z"), "the answer: settled_by is 2021-07-16 03:00:00+00:00"),
        (put("basis.rain.final", value=True), "the answer: final is True, but must be False"),
        (
            put("basis.rain.readings.0.undetermined_reason", "lost_hours"),
            "undetermined_reason is lost_hours, but must be missing_hours",
        ),
    ],
)
def test_an_open_hour_that_is_told_otherwise_is_found(change: Callable[[Contents], object], found: str) -> None:
    assert found in found_in(forge(prove(rain_case({LOSS_HOUR + HOUR: None})), change))
