"""The picture of the rain: the figures of the table, for the eye and for who does not see it."""

from __future__ import annotations

from io import BytesIO

import pytest
from decisions import ADDRESS, DECIDED_AT, INSURER, NAME
from letter_cases import CASES
from PIL import Image

from contracts.vocabulary import Language
from notify_svc.texts.letter import Letter, write_letter
from notify_svc.texts.rain_chart import Bar, Chart, Picture, text_width
from notify_svc.texts.rendering import render_html

GROUND, REACHED, SHORT, NEEDED = (241, 245, 248), (11, 60, 93), (77, 127, 166), (179, 38, 30)


def letter(case: str, *, language: Language = Language.DUTCH, on_paper: bool = False) -> Letter:
    return write_letter(
        CASES[case],
        name=NAME,
        language=language,
        insurer=INSURER,
        written_at=DECIDED_AT,
        postal_address=ADDRESS if on_paper else None,
    )


def chart(case: str, *, language: Language = Language.DUTCH) -> Chart | None:
    rain = letter(case, language=language).rain
    assert rain is not None
    return rain.stations[0].readings[0].chart


def drawn(*bars: Bar) -> Picture:
    return Chart(bars=bars, legend="De streep is wat nodig is.", alternative="").picture


def columns(picture: Picture, colour: tuple[int, int, int], *, rows: range) -> list[int]:
    """Return in which columns of the picture a colour is, within some rows of it."""
    image = Image.open(BytesIO(picture.png)).convert("RGB")
    return [x for x in range(image.width) if any(image.getpixel((x, y)) == colour for y in rows)]


def test_a_bar_that_reaches_what_is_needed_touches_the_line_and_a_shorter_one_does_not() -> None:
    picture = drawn(Bar("24 uur", 400, 400), Bar("48 uur", 495, 530))
    first, second = range(46, 60), range(108, 122)

    line = columns(picture, NEEDED, rows=first)
    assert columns(picture, REACHED, rows=first)[-1] == line[0] - 1
    assert columns(picture, SHORT, rows=first) == []
    line = columns(picture, NEEDED, rows=second)
    assert columns(picture, SHORT, rows=second)[-1] < line[0] - 10
    assert columns(picture, REACHED, rows=second) == []


def test_bars_have_one_scale() -> None:
    picture = drawn(Bar("24 uur", 200, 400), Bar("48 uur", 400, 530))

    shorter, longer = (len(columns(picture, SHORT, rows=rows)) for rows in (range(46, 60), range(108, 122)))
    assert abs(longer - 2 * shorter) <= 1


def test_a_period_without_a_figure_has_no_bar() -> None:
    picture = drawn(Bar("24 uur", 0, 400), Bar("48 uur", None, 530))

    assert columns(picture, SHORT, rows=range(40, 122)) == []
    assert len(columns(picture, NEEDED, rows=range(108, 122))) == 4


@pytest.mark.parametrize(
    ("language", "alternative"),
    [
        (
            Language.DUTCH,
            (
                "Staafdiagram van de regen bij station Ell. In 24 uur: 39,1 mm gemeten, 40,0 mm nodig. In 48 uur: "
                "41,2 mm gemeten, 53,0 mm nodig. In 72 uur: 43,0 mm gemeten, 67,0 mm nodig."
            ),
        ),
        (
            Language.ENGLISH,
            (
                "Bar chart of the rain at station Ell. In 24 hours: 39.1 mm measured, 40.0 mm needed. In 48 hours: "
                "41.2 mm measured, 53.0 mm needed. In 72 hours: 43.0 mm measured, 67.0 mm needed."
            ),
        ),
    ],
)
def test_who_does_not_see_the_picture_is_told_the_same_figures(language: Language, alternative: str) -> None:
    shown = chart("notice-denied", language=language)

    assert shown is not None
    assert shown.alternative.replace("\u00a0", " ") == alternative
    assert f'alt="{shown.alternative}"' in render_html(letter("notice-denied", language=language))


def test_hours_that_are_not_measured_are_said_to_be_so() -> None:
    shown = chart("hours-to-come")

    assert shown is not None
    assert shown.alternative.endswith("In 72 uur: nog niet gemeten, 67,0\u00a0mm nodig.")
    assert shown.bars[2].label == "72 uur: nog niet gemeten (nodig: 67,0\u00a0mm)"
    assert shown.bars[2].measured is None


@pytest.mark.parametrize("case", ["no-station", "direct-rain", "rainfall-not-received", "notice-referred"])
def test_where_nothing_was_measured_against_a_threshold_nothing_is_drawn(case: str) -> None:
    assert letter(case).pictures == ()
    assert "<img" not in render_html(letter(case))


def test_each_station_has_its_own_picture() -> None:
    both = letter("stations-disagree")

    assert len(both.pictures) == 2
    assert [render_html(both).count(picture.content_id) for picture in both.pictures] == [1, 1]


def test_the_letter_by_post_has_the_picture_in_itself() -> None:
    on_paper = letter("notice-denied", on_paper=True)

    assert on_paper.pictures == ()
    assert '<img src="data:image/png;base64,iVBOR' in render_html(on_paper)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("case", CASES)
def test_no_label_is_wider_than_the_picture(case: str, language: Language) -> None:
    rain = letter(case, language=language).rain
    for station in () if rain is None else rain.stations:
        for reading in station.readings:
            if reading.chart is not None:
                labels = [*(bar.label for bar in reading.chart.bars), reading.chart.legend]
                assert max(map(text_width, labels)) < reading.chart.picture.width - 32


def test_the_same_figures_are_drawn_once_whoever_is_told() -> None:
    first, second = letter("notice-denied").pictures, letter("notice-denied").pictures

    assert first[0] is second[0]
    assert len(first[0].png) < 6_000
