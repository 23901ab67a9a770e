"""Was it enough at my home? Asked by HTTP without login."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from publications import publication, record
from rain_samples import ELL, at
from structlog.testing import capture_logs
from weather_http import NEAR_ELL, NOW, WHEN, Weather, weather_answering

from contracts.rain_terms import CURRENT_VERSION, RAIN_QUESTIONS
from contracts.vocabulary import Language
from contracts.weather import UndeterminedReason
from devstack.outside.issuer import Issuer
from weather_svc.domain.hours import last_border
from weather_svc.domain.rain_check_words import REASONS

ASKED = {**NEAR_ELL, **WHEN}
IN_EINDHOVEN = {"latitude": 51.45, "longitude": 5.38}


def problem_of(answer: Any) -> str:  # noqa: ANN401 - httpx's
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("/problems/")


async def test_a_day_that_no_day_of_knmi_shows_is_established(weather: Weather) -> None:
    answer = await weather.check(ASKED, **{"Accept-Language": "en"})

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["verdicts"][0] == {
        "reading": "surface_water",
        "establishment": "established",
        "undetermined_reason": None,
        "final": True,
    }
    nearest = told["stations"][0]
    assert (nearest["station"]["number"], nearest["station"]["name"]) == (377, "Ell")
    assert nearest["windows"][0] | {"missing_hours": 0} == {
        "reading": "surface_water",
        "within_hours": 24,
        "at_least_tenths_mm": 400,
        "sum_tenths_mm": 402,
        "margin_tenths_mm": 2,
        "starts_at": "2021-07-14T16:00:00Z",
        "ends_at": "2021-07-15T16:00:00Z",
        "missing_hours": 0,
        "establishment": "established",
    }
    assert nearest["sources"][0]["sha256"] == weather.sha256
    assert (told["attribution"], nearest["sources"][0]["attribution"]) == ("KNMI", "KNMI")
    assert told["product_version"] == CURRENT_VERSION


async def test_how_sure_it_is_is_told_in_parts(weather: Weather) -> None:
    told = (await weather.check(ASKED)).json()

    confidence = told["confidence"]
    assert (confidence["margin_tenths_mm"], confidence["margin_within_hours"]) == (2, 24)
    first_farther = next(other for other in told["passed_over"] if other["reason"] == "farther")
    assert confidence["halfway_metres"] == first_farther["halfway_metres"]
    assert confidence["halfway_metres"] > 10_000
    assert (confidence["lost_hours"], confidence["suspect_hours"], confidence["quality"]) == (0, 0, "validated")


async def test_who_was_passed_over_is_named_with_the_reason(weather: Weather) -> None:
    told = (await weather.check(ASKED)).json()

    assert len(told["passed_over"]) >= 3
    distances = [other["distance_metres"] for other in told["passed_over"]]
    assert distances == sorted(distances)
    assert told["stations"][0]["distance_metres"] < distances[0]


async def test_it_is_said_in_the_language_of_who_asks(weather: Weather) -> None:
    for asked, language, begins, ends in (
        ("en", "en", "Yes: at Ell, 2.", "Source: KNMI, Dutch time. This decides no claim."),
        ("nl", "nl", "Ja: op Ell, 2,", "Bron: KNMI, Nederlandse tijd. Dit is geen besluit over een schade."),
        ("en;q=0.3, nl-NL;q=0.8", "nl", "Ja: op Ell", ""),
        ("de, en;q=0.1", "en", "Yes: at Ell", ""),
        ("de, *;q=0.5", "nl", "Ja: op Ell", ""),
        ("nl;q=0, en;q=high", "nl", "Ja: op Ell", ""),
    ):
        answer = await weather.check(ASKED, **{"Accept-Language": asked})

        assert answer.json()["summary"].startswith(begins), asked
        assert answer.json()["summary"].endswith(ends), asked
        assert (answer.headers["content-language"], answer.headers["vary"]) == (language, "Accept-Language"), asked


def test_every_reason_has_words_in_both_languages() -> None:
    assert all(set(REASONS[language]) == set(UndeterminedReason) for language in Language)


async def test_too_little_rain_is_no_and_says_how_much_was_lacking(weather: Weather) -> None:
    answer = await weather.check({**IN_EINDHOVEN, "from_at": "2021-07-14T12:00:00Z"}, **{"Accept-Language": "en"})

    told = answer.json()
    assert told["verdicts"][0]["establishment"] == "not_established"
    assert told["summary"].startswith("No: at Eindhoven, 0.2 km away, the most was 27.5 mm in 24 hours; 40.0 mm would")
    assert (told["confidence"]["margin_tenths_mm"], told["confidence"]["margin_within_hours"]) == (-125, 24)


async def test_hours_that_may_still_come_are_waited_for_and_it_says_until_when(weather: Weather) -> None:
    yesterday = NOW - timedelta(days=1)
    told = (await weather.check({**NEAR_ELL, "from_at": yesterday.isoformat()}, **{"Accept-Language": "en"})).json()

    assert (told["verdicts"][0]["undetermined_reason"], told["final"]) == ("missing_hours", False)
    assert told["settled_by"] is not None
    assert told["would_settle_it"] == "KNMI publishes the missing hours, or gives them up."
    assert "hours are missing that KNMI may still publish" in told["summary"]
    assert told["confidence"]["missing_hours"] > 0


async def test_the_chart_that_it_names_is_drawn(weather: Weather) -> None:
    told = (await weather.check(ASKED)).json()
    drawn = await weather.client.get(told["stations"][0]["chart"])

    assert drawn.status_code == 200
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert "51.19" not in told["stations"][0]["chart"]


async def test_an_interval_is_judged_as_a_claim_would_be(weather: Weather) -> None:
    told = (
        await weather.check({**NEAR_ELL, "from_at": "2021-07-12T00:00:00Z", "until_at": "2021-07-15T00:00:00Z"})
    ).json()

    assert told["verdicts"][0]["establishment"] == "established"


MISTAKES: Mapping[str, Mapping[str, Any]] = {
    "latitude-and-longitude-swapped": {"latitude": 5.79, "longitude": 51.19},
    "place-outside-the-netherlands": {"latitude": 50.85, "longitude": 4.35},
    "moment-in-the-future": {"from_at": (NOW + timedelta(minutes=1)).isoformat()},
    "before-the-register": {"from_at": "1998-09-14T12:00:00Z"},
    "period-too-long": {"from_at": "2021-06-01T00:00:00Z", "until_at": "2021-07-02T00:00:01Z"},
}


@pytest.mark.parametrize("name", MISTAKES)
async def test_what_cannot_be_answered_says_what_to_change(weather: Weather, name: str) -> None:
    answer = await weather.check({**ASKED, **MISTAKES[name]})

    assert (answer.status_code, problem_of(answer)) == (422, name)
    assert answer.json()["detail"].startswith(("Send ", "Ask "))


async def test_an_interval_that_ends_in_the_future_is_refused(weather: Weather) -> None:
    until_at = (NOW + timedelta(hours=1)).isoformat()

    answer = await weather.check({**NEAR_ELL, "from_at": "2021-08-14T00:00:00Z", "until_at": until_at})

    assert problem_of(answer) == "moment-in-the-future"


async def test_a_field_that_is_not_exact_is_named(weather: Weather) -> None:
    for mistake, field in (
        ({"latitude": "51.19"}, "/latitude"),
        ({"latitude": True}, "/latitude"),
        ({"latitude": 51.1900001}, "/latitude"),
        ({"longitude": 180.5}, "/longitude"),
        ({"accuracy_metres": 10_001}, "/accuracy_metres"),
        ({"from_at": "2021-07-15T08:30:00"}, "/from_at"),
        ({"from_at": "2021-07-15T08:30:00Z", "until_at": "2021-07-15T08:29:00Z"}, "/until_at"),
        ({"postcode": "6011AB"}, "/postcode"),
    ):
        answer = await weather.check({**ASKED, **mistake})

        assert problem_of(answer) == "invalid", mistake
        assert [error["field"] for error in answer.json()["errors"]] == [field], mistake


async def test_nothing_of_a_question_is_stored_or_logged(weather: Weather, caplog: pytest.LogCaptureFixture) -> None:
    before = await everything(weather)
    with capture_logs() as logs:
        assert (await weather.check({**NEAR_ELL, **WHEN, "latitude": 51.190123})).status_code == 200
        assert (await weather.check({**NEAR_ELL, **WHEN, "latitude": 5.790123})).status_code == 422
        # What is missing is not asked for because of it: the time of the next poll stands in a table, too.
        yesterday = (NOW - timedelta(days=1)).isoformat()
        assert (await weather.check({**NEAR_ELL, "from_at": yesterday})).json()["final"] is False

    assert await everything(weather) == before
    said = f"{logs} {caplog.text} {before}"
    assert not [text for text in ("51.19", "51190", "5790123", "5.790123", "08:30", "06:30") if text in said]
    assert await weather.running.published() == []


async def everything(weather: Weather) -> str:
    """Return all rows of all tables, but for the figures themselves."""
    async with weather.running.pool.acquire() as connection:
        tables = await connection.fetch(
            """
            SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
               AND tablename NOT IN ('raw_reply', 'statement', 'counting_block', 'station_register', 'station_period')
            """
        )
        return str([(table["name"], await connection.fetch(f"TABLE {table['name']}")) for table in tables])


async def test_one_address_asks_so_often_and_no_more_and_is_told_when_it_may_again(
    database: str, issuer: Issuer
) -> None:
    async with weather_answering(database, issuer, rain_checks_a_minute=3) as weather:
        answers = [await weather.check(ASKED) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert problem_of(answers[3]) == "limit-reached"
        assert 1 <= int(answers[3].headers["retry-after"]) <= 20
        assert (await weather.get("/stations")).status_code == 200, "what else is asked has a limit of its own"


async def test_wrong_questions_use_up_the_allowance_too(database: str, issuer: Issuer) -> None:
    async with weather_answering(database, issuer, rain_checks_a_minute=1) as weather:
        assert (
            problem_of(await weather.check({**ASKED, **MISTAKES["place-outside-the-netherlands"]})) != "limit-reached"
        )
        assert problem_of(await weather.check(ASKED)) == "limit-reached"


async def test_a_corrected_figure_is_in_the_next_answer(weather: Weather) -> None:
    assert (await weather.check(ASKED)).json()["verdicts"][0]["establishment"] == "established"
    last = last_border(at("2021-07-15T06:00"))
    lower = publication(0, first_hour=last, station=ELL, published_at=NOW, is_forced=True)
    await record(weather.running, lower)

    told = (await weather.check(ASKED)).json()
    assert told["verdicts"][0]["establishment"] == "not_established"


def test_the_question_is_the_product_s() -> None:
    rain = RAIN_QUESTIONS[CURRENT_VERSION]
    thresholds = [(each.within_hours, each.at_least_tenths_mm) for each in rain.thresholds]

    assert thresholds == [(24, 400), (48, 530), (72, 670)]
