"""Everything on the report page can be read, by day and by night."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[1] / "demo" / "templates" / "report.css").read_text()
LIGHT, DARK = (
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
)
TEXT_ON = [
    *(
        (text, ground)
        for text in ("ink", "soft", "link")
        for ground in ("page", "card", "window", "bad-back", "good-back")
    ),
    *(("bad", "card"), ("good", "good-back"), ("bad", "bad-back"), ("refer", "refer-back")),
]
SHAPES = ("rain", "decides", "bad", "missing", "claims", "weather", "policy", "notify")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, LIGHT | DARK], ids=["light", "dark"])
def test_text_has_a_contrast_of_four_and_a_half_to_one(palette: dict[str, str]) -> None:
    ratios = {(text, ground): contrast(palette[text], palette[ground]) for text, ground in TEXT_ON}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("palette", [LIGHT, LIGHT | DARK], ids=["light", "dark"])
def test_bars_and_marks_have_a_contrast_of_three_to_one(palette: dict[str, str]) -> None:
    ratios = {shape: contrast(palette[shape], palette["card"]) for shape in SHAPES}
    assert {shape: round(ratio, 2) for shape, ratio in ratios.items() if ratio < 3} == {}
