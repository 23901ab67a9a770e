"""Every forgery of an otherwise sound proof is found, also when hash, answer and decision were made anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from domain.loss_cases import RAIN_CAME_IN, RAIN_FELL_IN, REGIONAL_FLOOD, YES, case
from domain.proof_cases import FORTY_IN_A_DAY, Contents, answer_to, answering_anew, forge, prove, put, rain_case
from msgspec import structs
from msgspec.structs import replace

from claims_svc.domain.basis import EventUse
from claims_svc.domain.proof_check import differences
from contracts.codec import to_json
from contracts.coverage import Outcome
from contracts.loss_reports import LossFacts
from contracts.rain_stations import measuring_periods
from contracts.vocabulary import LossInterval, PerilFamily

HOUR = timedelta(hours=1)
LOSS_HOUR = datetime(2021, 7, 15, 2, tzinfo=UTC)
DRY: dict[datetime, int | None] = {}
ONE_HOUR_SHORT = {LOSS_HOUR - HOUR * back: 16 for back in range(25)}
"""24 hours hold 38.4 mm at most, 25 hours 40.0 mm."""
RAIN_LATER = {LOSS_HOUR + HOUR * (later + 1): 40 for later in range(10)}
"""Nothing by the end of the hour of loss, 40.0 mm in the ten hours after it."""
CLOUDBURST_LATER = FORTY_IN_A_DAY | {LOSS_HOUR + HOUR * 9: 251}
GROUNDWATER = LossFacts(groundwater_entered=YES, came_through_cellar_wall=YES)

Change = Callable[[Contents], object]


def found_in(forged: bytes) -> str:
    return "\n".join(differences(forged))


@pytest.mark.parametrize(
    ("facts", "hours"),
    [
        (RAIN_CAME_IN, FORTY_IN_A_DAY),
        (RAIN_CAME_IN, DRY),
        (RAIN_CAME_IN, ONE_HOUR_SHORT),
        (RAIN_CAME_IN, RAIN_LATER),
        (RAIN_CAME_IN, CLOUDBURST_LATER),
        (RAIN_CAME_IN, {LOSS_HOUR + HOUR: None}),
        (RAIN_FELL_IN, FORTY_IN_A_DAY),
        (GROUNDWATER, FORTY_IN_A_DAY),
        (REGIONAL_FLOOD, DRY),
    ],
)
def test_a_sound_proof_holds(facts: LossFacts, hours: dict[datetime, int | None]) -> None:
    assert differences(prove(rain_case(hours, facts=facts)).canonical) == []


def test_a_sound_proof_without_rain_or_policy_holds() -> None:
    assert differences(prove(case(rain=None, question=None)).canonical) == []
    assert differences(prove(case(policy=None, rain=None, question=None)).canonical) == []


def cut_off(count: int) -> Change:
    """Leave out the last hours."""

    def change(contents: Contents) -> None:
        series = contents["basis"]["rain"]["stations"][0]["hours"]["tenths_mm"]
        del series[len(series) - count :]

    return change


def test_hours_after_the_loss_that_were_cut_off_are_found() -> None:
    """Without them the 48 hours around the loss say no, and nothing in the rest contradicts that."""
    covered = prove(rain_case(RAIN_LATER | FORTY_IN_A_DAY))
    found = found_in(forge(covered, answering_anew(cut_off(70))))

    assert "are asked, but there are those from 2021-07-" in found


def test_a_final_no_in_spite_of_missing_hours_is_found() -> None:
    waiting = prove(rain_case({LOSS_HOUR + HOUR: None}))

    def deny(contents: Contents) -> None:
        rain = contents["basis"]["rain"]
        rain["final"] = True
        for verdict in (rain["readings"][0], rain["stations"][0]["readings"][0]):
            verdict["establishment"] = "not_established"
            verdict["undetermined_reason"] = None
        rain["readings"][0]["final"] = True
        for window in rain["stations"][0]["readings"][0]["windows"]:
            window["establishment"] = "not_established"

    forged = forge(waiting, deny)

    assert b'"outcome":"denied"' in forged
    found = found_in(forged)
    assert "the answer: readings: surface_water: establishment is not_established, but must be undetermined" in found
    assert "the answer: final is True, but must be False" in found


@pytest.mark.parametrize("by_hours", [-200, 60])
def test_a_window_that_does_not_lie_around_the_loss_is_found(by_hours: int) -> None:
    denied = prove(rain_case({at + HOUR * by_hours: rain for at, rain in FORTY_IN_A_DAY.items()}))

    def establish(contents: Contents) -> None:
        rain = contents["basis"]["rain"]
        station = rain["stations"][0]["readings"][0]
        for verdict in (rain["readings"][0], station, station["windows"][0]):
            verdict["establishment"] = "established"
        rain["readings"][0] |= {"undetermined_reason": None, "final": True}
        station["undetermined_reason"] = None
        ends_at = LOSS_HOUR + HOUR * (by_hours + 3)
        station["windows"][0] |= {
            "best_sum_tenths_mm": 400,
            "ends_at": ends_at.isoformat().replace("+00:00", "Z"),
            "starts_at": (ends_at - HOUR * 24).isoformat().replace("+00:00", "Z"),
        }

    forged = forge(denied, establish)

    assert b'"outcome":"covered"' in forged
    assert "24 hours: establishment is established, but must be" in found_in(forged)


def test_a_cloudburst_away_from_the_loss_is_found() -> None:
    covered = prove(rain_case(CLOUDBURST_LATER, facts=RAIN_FELL_IN))

    def burst(contents: Contents) -> None:
        rain = contents["basis"]["rain"]
        rain["cloudburst"] = rain["stations"][0]["cloudburst"] = "true"
        rain["stations"][0]["cloudburst_tenths_mm"] = 251

    found = found_in(forge(covered, burst))

    assert "the answer: cloudburst is true, but must be false" in found
    assert "377: cloudburst_tenths_mm is 251, but must be 40" in found


@pytest.mark.parametrize("hours", [ONE_HOUR_SHORT, RAIN_LATER], ids=["between whole hours", "rain after the loss"])
def test_a_doubt_rewritten_as_a_no_is_found(hours: dict[datetime, int | None]) -> None:
    referred = prove(rain_case(hours))

    def deny(contents: Contents) -> None:
        rain = contents["basis"]["rain"]
        for verdict in (rain["readings"][0], rain["stations"][0]["readings"][0]):
            verdict["establishment"] = "not_established"
            verdict["undetermined_reason"] = None

    forged = forge(referred, deny)

    assert b'"outcome":"denied"' in forged
    assert "establishment is not_established, but must be undetermined" in found_in(forged)


def test_rain_of_the_wrong_hours_is_found() -> None:
    covered = prove(rain_case(FORTY_IN_A_DAY))
    earlier = put("basis.rain.stations.0.readings.0.windows.0.rain_by_loss_tenths_mm", 400)

    assert "24 hours: rain_by_loss_tenths_mm is 400, but must be 280" in found_in(forge(covered, earlier))


def move_home(contents: Contents) -> None:
    """Move the home to Maastricht in everything but its station."""
    for home in (contents["basis"]["question"]["home"], contents["basis"]["insurance"]["terms"]["location"]):
        home |= {"latitude_microdegrees": 50_850_000, "longitude_microdegrees": 5_690_000}


def test_a_home_that_was_moved_without_its_station_is_found() -> None:
    found = found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), answering_anew(move_home)))

    assert "station 377 lies 38879 m from the home, not 2045 m" in found
    assert "the nearest station is 380" in found


def test_a_home_that_was_moved_in_the_question_only_is_found() -> None:
    home = put("basis.question.home.latitude_microdegrees", 51_200_000)

    assert "the question about rain has another home than the claim" in found_in(
        forge(prove(rain_case(FORTY_IN_A_DAY)), answering_anew(home))
    )


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("basis.rain.stations.0.station.number", 999, "station 999 did not measure rain then, by the register"),
        ("basis.rain.stations.0.station.network", "gauge", "station 377 did not measure rain then"),
        (
            "basis.rain.stations.0.station.latitude_microdegrees",
            51_190_000,
            "station 377 has another name or place in the register",
        ),
        ("basis.rain.stations.0.station.name", "Elst", "station 377 has another name or place in the register"),
        ("basis.rain.stations.0.distance_metres", 2_000, "station 377 lies 2045 m from the home, not 2000 m"),
        ("sources.rain_register_sha256", "0" * 64, f"the register of stations {'0' * 64} is not that of the answer"),
        ("sources.rain_register_sha256", None, "there must be a register of stations exactly when"),
    ],
)
def test_a_station_that_is_not_the_registers_is_found(path: str, value: object, found: str) -> None:
    assert found in found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), answering_anew(put(path, value))))


def test_another_station_than_the_nearest_is_found() -> None:
    """Arcen is in the register and its distance is right: only it is not the nearest."""
    arcen = next(period.station for period in measuring_periods() if period.station.number == 391)

    def answer_of_arcen(contents: Contents) -> None:
        station = contents["basis"]["rain"]["stations"][0]
        station["station"] = json.loads(to_json(arcen))
        station["distance_metres"] = 48_017

    found = found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), answering_anew(answer_of_arcen)))

    assert "the nearest station is 377" in found
    assert "station 391 cannot be the nearest" in found


def test_a_second_station_that_could_be_the_nearest_must_answer_too() -> None:
    far_off = put("basis.question.home.accuracy_metres", 100_000)

    def somewhere_around(contents: Contents) -> None:
        far_off(contents)
        contents["basis"]["insurance"]["terms"]["location"]["accuracy_metres"] = 100_000

    found = found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), answering_anew(somewhere_around)))

    assert "station 391 could be the nearest as well, within 100000 m, and is left out" in found


def test_an_answer_by_a_register_that_is_not_held_here_is_found() -> None:
    def by_another(contents: Contents) -> None:
        contents["sources"]["rain_register_sha256"] = contents["basis"]["rain"]["register_sha256"] = "0" * 64

    found = found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), answering_anew(by_another)))

    assert f"the answer rests on a register this installation does not hold: {'0' * 64}" in found


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("0.reason", "not_measuring", "station 380 was passed over as not_measuring, but the reason is farther"),
        ("0.distance_metres", 31_000, "station 380, which was passed over, lies 31704 m from the home"),
        ("0.halfway_metres", 12_000, "the line halfway to station 380, which was passed over, lies 15456 m"),
        ("0.halfway_metres", None, "the line halfway to station 380, which was passed over, lies 15456 m"),
        ("1.station.name", "Acht", "station 370, which was passed over, has another name or place"),
        ("0.station.number", 377, "station 377 decides and is passed over"),
        ("1.distance_metres", 20_000, "the stations that were passed over are not in the order of their distance"),
    ],
)
def test_what_is_told_of_a_station_that_was_passed_over_is_true(path: str, value: object, found: str) -> None:
    change = put(f"basis.rain.passed_over.{path}", value)

    assert found in found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), answering_anew(change)))


def test_a_runner_up_that_is_not_named_is_found() -> None:
    def without_maastricht(contents: Contents) -> None:
        del contents["basis"]["rain"]["passed_over"][0]

    found = found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), answering_anew(without_maastricht)))

    assert "station 380 lies 31704 m from the home, and nothing says why it was passed over" in found
    assert "3 stations that were passed over must be named" in found


def test_a_station_that_answers_twice_is_found() -> None:
    def twice(contents: Contents) -> None:
        contents["basis"]["rain"]["stations"] *= 2

    assert "a station answers twice" in found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), answering_anew(twice)))


def test_an_answer_from_no_station_is_found() -> None:
    def none(contents: Contents) -> None:
        contents["basis"]["rain"]["stations"] = []

    assert "the nearest station is 377" in found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), answering_anew(none)))


@pytest.mark.parametrize("cents", [1, 30_000, 12_345])
def test_a_deductible_that_cannot_be_chosen_is_found(cents: int) -> None:
    forged = forge(prove(rain_case(FORTY_IN_A_DAY)), put("basis.insurance.terms.deductible_cents", cents))

    assert f"a deductible of {cents} cents cannot be chosen" in found_in(forged)


def test_amounts_that_cannot_be_are_found() -> None:
    change = put("basis.insurance.terms.deductible_cents", -1)
    forged = forge(prove(rain_case(FORTY_IN_A_DAY)), change, deciding_anew=False)

    assert "it cannot be decided: Input should be greater than or equal to 0" in found_in(forged)


def test_sums_beyond_what_is_ever_decided_are_found() -> None:
    use = {"family": "rain", "covered_cents": 10**11, "heavy_cents": 0, "estimated_cents": 0, "borne_cents": 0}
    change = put("basis.event_uses", [use | {"proofs": ["0" * 64], "either_cents": 0}])
    forged = forge(prove(rain_case(FORTY_IN_A_DAY)), change, deciding_anew=False)

    assert "it cannot be decided: event_covered_cents must be at most a billion euros" in found_in(forged)


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("basis.rain.claim_id", "0198c5f2-0000-7c43-9a51-6f2f3b1c7d10", "the answer: claim_id is"),
        ("basis.question.claim_id", "0198c5f2-0000-7c43-9a51-6f2f3b1c7d10", "has another claim_id than the claim"),
        ("basis.rain.request_version", 2, "the answer: request_version is 2, but must be 1"),
        ("basis.question", None, "there is an answer about rain, but no question"),
    ],
)
def test_an_answer_about_rain_for_another_claim_or_question_is_found(path: str, value: object, found: str) -> None:
    assert found in found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), put(path, value)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("network", "gauge"),
        ("interval_in_favour_hours", 0),
        ("most_in_an_hour_tenths_mm", 1),
        ("thresholds", [{"within_hours": 24, "at_least_tenths_mm": 300}]),
        ("cloudburst", {"within_hours": 24, "at_least_tenths_mm": 250}),
        ("recent_rain", {"within_hours": 72, "at_least_tenths_mm": 10}),
        (
            "readings",
            [
                {
                    "reading": "surface_water",
                    "may_lag_hours": 240,
                    "may_lag_at_most_hours": 720,
                    "rain_before_loss_tenths_mm": 0,
                }
            ],
        ),
        (
            "loss",
            {"from_at": "2021-07-14T21:30:00Z", "until_at": "2021-07-14T21:30:00Z"},
        ),
    ],
)
def test_a_question_that_the_product_does_not_ask_is_found(name: str, value: object) -> None:
    forged = forge(prove(rain_case(FORTY_IN_A_DAY)), put(f"basis.question.{name}", value))

    assert f"the question about rain has another {name} than the claim" in found_in(forged)


def test_groundwater_must_be_asked_about_where_it_is_reported_and_nowhere_else() -> None:
    ground = rain_case(FORTY_IN_A_DAY, facts=GROUNDWATER)
    assert ground.question is not None
    surface_only = structs.replace(ground.question, readings=ground.question.readings[:1])
    forged = replace(ground, question=surface_only, rain=answer_to(surface_only, FORTY_IN_A_DAY))

    assert "the question about rain has another readings than the claim" in found_in(prove(forged).canonical)


def test_a_decision_before_its_report_is_found() -> None:
    early = put("decided_at", "2021-07-15T06:14:59Z")

    assert "it was decided before it was reported, at 2021-07-15T06:30:00+00:00" in found_in(
        forge(prove(rain_case(FORTY_IN_A_DAY)), early)
    )


def test_a_loss_after_its_report_is_found() -> None:
    later = put("basis.reported_at", "2021-07-15T01:14:59Z")

    assert "it was reported before the loss happened" in found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), later))


@pytest.mark.parametrize(
    "where",
    [
        "",
        "basis.",
        "basis.damage.1.",
        "basis.facts.precipitation_left_its_course.",
        "basis.insurance.terms.location.",
        "basis.question.thresholds.3.",
        "basis.rain.stations.1.readings.1.windows.2.",
        "verdict.findings.1.grounds.1.",
        "sources.",
    ],
)
def test_keys_that_do_not_belong_are_found_at_any_depth(where: str) -> None:
    places = [int(key) - 1 if key.isdigit() else key for key in where.split(".") if key]
    path = ".".join(map(str, [*places, "remark"]))
    forged = forge(prove(rain_case(FORTY_IN_A_DAY)), put(path, "paid already"), deciding_anew=False)

    assert differences(forged) == [f"{where}remark does not belong into a proof"]


@pytest.mark.parametrize(
    "value", [b"NaN", b"-Infinity", b"1e400", b"1" + b"0" * 40, b'{"a":1,"a":2}', b"[" * 150 + b"]" * 150]
)
def test_whatever_a_key_that_does_not_belong_holds_it_is_named(value: bytes) -> None:
    forged = prove(rain_case(FORTY_IN_A_DAY)).canonical.replace(b'"form":', b'"extra":' + value + b',"form":')

    assert differences(forged) == ["extra does not belong into a proof"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"claim_version":1', b'"claim_version":1.0'),
        (b'{"basis":', b'{ "basis":'),
        (b'"form":', b'"form":"water-claim-proof.v1","form":'),
    ],
    ids=["number", "space", "key twice"],
)
def test_another_spelling_of_the_same_contents_is_found(old: bytes, new: bytes) -> None:
    canonical = prove(rain_case(FORTY_IN_A_DAY)).canonical
    assert old in canonical

    assert differences(canonical.replace(old, new)) == ["the proof is not in canonical form"]


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        (
            "basis.product.weather_deductible_minimum_cents",
            0,
            "the parameters are not those of product",
        ),
        (
            "basis.insurance.terms.effective_on",
            "2021-07-16",
            "the loss began on 2021-07-15, a day outside",
        ),
        ("basis.insurance.state", "not_insured", "there must be terms of the insurance exactly when"),
        ("basis.policy_version", None, "without a version of the policy nothing can be known of the insurance"),
        ("basis.decided_before_cents", 10_000, "nothing can have been decided before the first version"),
    ],
)
def test_an_insurance_that_contradicts_itself_is_found(path: str, value: object, found: str) -> None:
    assert found in found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), put(path, value)))


def test_what_others_had_of_an_event_must_name_their_proofs() -> None:
    others = EventUse(
        family=PerilFamily.RAIN,
        covered_cents=100_000,
        heavy_cents=100_000,
        estimated_cents=100_000,
        borne_cents=50_000,
        either_cents=10_000,
        proofs=("0" * 64,),
    )
    sound = prove(replace(rain_case(FORTY_IN_A_DAY), event_uses=(others,)))
    assert differences(sound.canonical) == []

    assert "what others had of the event names no proof of theirs (rain)" in found_in(
        forge(sound, put("basis.event_uses.0.proofs", []))
    )
    assert "others bore more of the deductible than their damage (rain)" in found_in(
        forge(sound, put("basis.event_uses.0.borne_cents", 110_001))
    )
    assert "others have more damage by heavy weather than damage in all (rain)" in found_in(
        forge(sound, put("basis.event_uses.0.heavy_cents", 100_001))
    )


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("verdict.money.payable_cents", 184_000, "deciding again gives another money"),
        ("verdict.outcome", "denied", "deciding again gives another outcome"),
    ],
)
def test_a_decision_that_does_not_follow_is_found(path: str, value: object, found: str) -> None:
    assert found in found_in(forge(prove(rain_case(FORTY_IN_A_DAY)), put(path, value), deciding_anew=False))


def test_an_interval_of_loss_is_read_again_too() -> None:
    july = LossInterval(from_at=datetime(2021, 7, 1, tzinfo=UTC), until_at=datetime(2021, 7, 31, tzinfo=UTC))
    referred = rain_case(FORTY_IN_A_DAY, loss=july)
    assert differences(prove(referred).canonical) == []

    def establish(contents: Contents) -> None:
        rain = contents["basis"]["rain"]
        for verdict in (rain["readings"][0], rain["stations"][0]["readings"][0]):
            verdict |= {"establishment": "established", "undetermined_reason": None}

    forged = forge(prove(referred), establish)

    assert f'"outcome":"{Outcome.COVERED}"'.encode() in forged
    assert "establishment is established, but must be undetermined" in found_in(forged)
