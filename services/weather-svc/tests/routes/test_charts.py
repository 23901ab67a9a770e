"""The hours of a station as a picture."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from publications import publication, record
from rain_samples import at
from weather_http import NOW, Weather

from contracts.vocabulary import Language, Network, Station
from weather_svc.domain.hours import last_border
from weather_svc.domain.rain_chart import ChartedHours, rain_chart

DAY = {"from": "2021-07-14T16:00:00Z", "until": "2021-07-15T16:00:00Z"}
CHART = "/stations/aws/377/chart.svg"
SVG = "{http://www.w3.org/2000/svg}"


def part(svg: str, name: str) -> str:
    text = ET.fromstring(svg).findtext(f"{SVG}{name}")  # noqa: S314 - it is our own
    assert text is not None
    return text


def bars(svg: str, fill: str) -> int:
    return sum(bar.get("fill") == fill and bar.get("width") != "14" for bar in ET.fromstring(svg).iter(f"{SVG}rect"))  # noqa: S314 - it is our own


async def test_what_it_shows_is_said_in_words(weather: Weather) -> None:
    answer = await weather.client.get(CHART, params=DAY, headers={"Accept-Language": "en"})

    assert answer.headers["content-type"] == "image/svg+xml"
    assert part(answer.text, "title") == "Rain per hour at Ell (AWS 377), 14 July 2021 18:00 to 15 July 2021 18:00"
    said = part(answer.text, "desc")
    assert said.startswith("In all 40.2 mm fell in 24 hours of which 24 have a figure. Most in one hour: ")
    assert "Per day: 14 July 2021: " in said
    assert said.endswith("Source: KNMI. Dutch time.")
    root = ET.fromstring(answer.text)  # noqa: S314 - it is our own
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title desc")


async def test_it_speaks_dutch_to_who_says_nothing(weather: Weather) -> None:
    answer = await weather.client.get(CHART, params=DAY)

    assert part(answer.text, "title") == "Regen per uur op Ell (AWS 377), 14 juli 2021 18:00 tot 15 juli 2021 18:00"
    assert (answer.headers["content-language"], answer.headers["vary"]) == ("nl", "Accept-Language")


async def test_a_corrected_chart_is_kept_a_day_and_a_provisional_one_five_minutes(weather: Weather) -> None:
    corrected = await weather.client.get(CHART, params=DAY)
    assert corrected.headers["cache-control"] == "public, max-age=86400"
    again = await weather.client.get(CHART, params=DAY, headers={"If-None-Match": corrected.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    hour = last_border(at("2021-08-14T06:00"))
    await record(weather.running, publication(7, first_hour=hour, published_at=NOW))

    provisional = await weather.get(CHART, {"from": "2021-08-14T05:00:00Z", "until": "2021-08-14T06:00:00Z"})
    assert provisional.headers["cache-control"] == "public, max-age=300"


async def test_hours_without_a_figure_are_drawn_and_said_as_such(weather: Weather) -> None:
    answer = await weather.client.get(
        CHART,
        params={"from": "2021-07-19T22:00:00Z", "until": "2021-07-20T04:00:00Z"},
        headers={"Accept-Language": "en"},
    )

    assert "Hours without a figure: 4." in part(answer.text, "desc")
    assert bars(answer.text, "url(#gap)") == 4
    assert answer.headers["cache-control"] == "public, max-age=300"


def test_a_name_is_text_and_no_markup() -> None:
    station = Station(
        network=Network.AWS,
        number=377,
        name='</title><script>alert("Ell")</script>',
        latitude_microdegrees=51_196_646,
        longitude_microdegrees=5_762_634,
    )

    svg = rain_chart(ChartedHours(station, 450_000, [0, 3, -1, -2, 400]), Language.DUTCH)
    assert "<script" not in svg
    assert station.name in part(svg, "title")
    assert bars(svg, "#0b5cad") == 2


def test_without_any_figure_it_says_so() -> None:
    station = Station(
        network=Network.AWS, number=377, name="Ell", latitude_microdegrees=51_196_646, longitude_microdegrees=5_762_634
    )

    svg = rain_chart(ChartedHours(station, 450_000, [-3, -2]), Language.ENGLISH)
    assert part(svg, "desc") == "No hour has a figure. Hours without a figure: 2. Source: KNMI. Dutch time."
