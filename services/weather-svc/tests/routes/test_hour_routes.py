"""Stations, their hours with versions and sources, and what is missing, by HTTP."""

from __future__ import annotations

from datetime import timedelta

from publications import publication, record
from rain_samples import at
from weather_http import NOW, PUBLISHED_AT, Weather, weather_answering

from contracts.access import Role
from contracts.rain_stations import register_sha256
from devstack.outside.issuer import Issuer
from weather_svc.domain.hours import border_at, last_border

DAY = {"from": "2021-07-14T16:00:00Z", "until": "2021-07-15T16:00:00Z"}
ELL_PATH = "/stations/aws/377"
HOUR = last_border(at("2021-08-14T06:00"))
"""Yesterday: KNMI still corrects it."""


async def test_the_register_says_where_stations_stand_and_since_when_they_measure(weather: Weather) -> None:
    register = (await weather.get("/stations")).json()

    assert (register["sha256"], register["attribution"]) == (register_sha256(), "KNMI")
    ell = next(station for station in register["stations"] if station["number"] == 377)
    assert ell == (await weather.get(ELL_PATH)).json()
    assert (ell["wigos_id"], ell["name"], ell["measures_rain"]) == ("0-20000-0-06377", "Ell", True)
    assert (ell["periods"][0]["latitude"], ell["periods"][0]["measures_until"]) == (51.196646, None)


async def test_a_station_that_nobody_knows_is_not_found(weather: Weather) -> None:
    for path in ("/stations/aws/999", "/stations/gauge/377/missing-hours"):
        assert (await weather.get(path)).status_code == 404, path
    assert (await weather.get("/stations/aws/999/hours", DAY)).status_code == 404


async def test_the_hours_of_a_period_end_after_its_start_and_not_after_its_end(weather: Weather) -> None:
    told = (await weather.get(f"{ELL_PATH}/hours", DAY)).json()

    hours = told["hours"]
    assert (len(hours), sum(hour["tenths_mm"] for hour in hours)) == (24, 402)
    assert (hours[0]["hour_ends_at"], hours[-1]["hour_ends_at"]) == ("2021-07-14T17:00:00Z", "2021-07-15T16:00:00Z")
    assert {hour["state"] for hour in hours} == {"validated"}
    assert {told["sources"][hour["source"]]["sha256"] for hour in hours} == {weather.sha256}
    source = told["sources"][0]
    assert (source["attribution"], source["published_by"]) == ("KNMI", "stated")


async def test_what_was_published_and_what_was_known_are_asked_for_apart(weather: Weather) -> None:
    first = publication(10, None, first_hour=HOUR, published_at=NOW - timedelta(hours=12))
    second = publication(12, 3, first_hour=HOUR, published_at=NOW - timedelta(hours=6))
    await record(weather.running, second)
    weather.clock.advance(timedelta(hours=1))
    await record(weather.running, first)
    period = {"from": border_at(HOUR - 1).isoformat(), "until": border_at(HOUR + 1).isoformat()}

    async def figures(**until: str) -> list[tuple[int | None, str]]:
        answer = await weather.get(f"{ELL_PATH}/hours", {**period, **until})
        return [(hour["tenths_mm"], hour["state"]) for hour in answer.json()["hours"]]

    assert await figures() == [(12, "provisional"), (3, "provisional")]
    before_second = (NOW - timedelta(hours=7)).isoformat()
    assert await figures(published_until=before_second) == [(10, "provisional"), (None, "open")]
    assert await figures(published_until=PUBLISHED_AT.isoformat()) == [(None, "unknown")] * 2
    assert await figures(known_until=(NOW + timedelta(minutes=1)).isoformat()) == [
        (12, "provisional"),
        (3, "provisional"),
    ]
    assert (
        await figures(known_until=(NOW + timedelta(minutes=1)).isoformat(), published_until=before_second)
        == [(None, "unknown")] * 2
    )


async def test_every_publication_about_an_hour_is_told_and_which_one_counts(weather: Weather) -> None:
    for figure, hours_ago in ((None, 9), (10, 8), (10, 6), (12, 7)):
        moment = NOW - timedelta(hours=hours_ago)
        await record(weather.running, publication(figure, first_hour=HOUR, published_at=moment))

    told = (await weather.get(f"{ELL_PATH}/hours/{border_at(HOUR):%Y-%m-%dT%H:%M:%SZ}/versions")).json()
    assert [(each["tenths_mm"], each["counts"]) for each in told["versions"]] == [
        (None, False),
        (10, False),
        (12, False),
        (10, True),
    ]
    published = [each["source"]["published_at"] for each in told["versions"]]
    assert published == sorted(published)


async def test_a_moment_within_an_hour_has_no_versions(weather: Weather) -> None:
    answer = await weather.get(f"{ELL_PATH}/hours/2021-07-15T06:30:00Z/versions")

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/not-a-whole-hour")


async def test_a_period_without_hours_and_one_too_long_are_refused(weather: Weather) -> None:
    for until, problem in (
        ("2021-07-14T16:59:00Z", "invalid"),
        ("2021-07-14T15:00:00Z", "invalid"),
        ("2021-08-14T16:00:01Z", "period-too-long"),
    ):
        for path in ("hours", "chart.svg"):
            answer = await weather.get(f"{ELL_PATH}/{path}", {"from": DAY["from"], "until": until})
            assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{problem}"), (path, until)


async def test_hours_without_a_figure_stand_in_the_ledger_with_what_would_settle_them(weather: Weather) -> None:
    lost = last_border(at("2021-07-20T06:00"))
    await record(weather.running, publication(None, None, 0, first_hour=lost, published_at=PUBLISHED_AT))
    await record(weather.running, publication(None, 0, first_hour=HOUR, published_at=NOW))

    ledger = (await weather.get(f"{ELL_PATH}/missing-hours")).json()["missing_hours"]
    assert [(gap["first_hour_ends_at"], gap["hours"], gap["state"], gap["settled_by"]) for gap in ledger] == [
        ("2021-07-20T06:00:00Z", 2, "lost", None),
        ("2021-08-14T06:00:00Z", 1, "open", "2021-08-23T06:00:00Z"),
    ]
    assert ledger[0]["what_would_settle_it"].startswith("Nothing: KNMI has given the hours up.")


async def test_a_source_is_told_to_everybody_and_its_bytes_to_who_may_check_them(weather: Weather) -> None:
    told = (await weather.get(f"/sources/{weather.sha256}")).json()
    assert [each["name"] for each in told["publications"]] == ["july_2021.txt"]
    assert (await weather.get(f"/sources/{'0' * 64}")).status_code == 404

    path = f"/sources/{weather.sha256}/reply"
    assert (await weather.get(path)).status_code == 401
    assert (await weather.get(path, role=Role.CUSTOMER)).status_code == 403
    reply = await weather.get(path, role=Role.OPERATOR)
    assert reply.headers["content-disposition"] == 'attachment; filename="july_2021.txt"'
    assert reply.content.startswith(b"#") or b"STN" in reply.content[:200]
    assert (await weather.get(f"/sources/{'0' * 64}/reply", role=Role.OPERATOR)).status_code == 404


async def test_one_address_reads_so_much_and_no_more(database: str, issuer: Issuer) -> None:
    async with weather_answering(database, issuer, reads_a_minute=2) as weather:
        paths = ("/stations", ELL_PATH, f"{ELL_PATH}/missing-hours", f"/sources/{weather.sha256}")

        assert [(await weather.get(path)).status_code for path in paths] == [200, 200, 429, 429]
