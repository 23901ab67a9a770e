"""The hours of one station as a small picture (SVG), with the same in words for who does not see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from contracts.vocabulary import Language, Station
from weather_svc.domain.blocks import NO_FIGURE, TRACE
from weather_svc.domain.hours import HourSpan, border_at
from weather_svc.domain.wording import HOME_TIME, clock, day, day_and_clock, millimetres

_LEFT, _WIDTH, _TOP, _HEIGHT, _BELOW = 44, 640, 34, 150, 50
_LOWEST_SCALE_TENTHS_MM = 60
_GRID_STEPS_TENTHS_MM = (20, 50, 100, 200, 500)
_MOST_GRID_LINES = 5
_MOST_DAYS_NAMED = 8
_HOUR = timedelta(hours=1)
_INK, _GRID, _RAIN, _GAP = "#1f2933", "#d3dae2", "#0b5cad", "#6b3d00"
"""On white each but the grid has a contrast of more than 6 to 1. A gap is hatched too: colour alone says nothing."""

_WORDS: Final = {
    Language.ENGLISH: {
        "title": "Rain per hour at {name} ({number}), {from_at} to {until_at}",
        "sum": "In all {sum} fell in {hours} hours of which {known} have a figure.",
        "most": "Most in one hour: {sum}, {from_at} to {until_clock}.",
        "nothing": "No hour has a figure.",
        "day": "{day}: {sum}",
        "day_with_gaps": "{day}: {sum} in the hours with a figure, {missing} without",
        "day_of_gaps": "{day}: no figure",
        "missing": "Hours without a figure: {missing}.",
        "legend": "no figure",
        "source": "Source: KNMI. Dutch time.",
        "per_day": "Per day:",
    },
    Language.DUTCH: {
        "title": "Regen per uur op {name} ({number}), {from_at} tot {until_at}",
        "sum": "In totaal viel {sum} in {hours} uur, waarvan {known} met een meting.",
        "most": "De meeste in één uur: {sum}, {from_at} tot {until_clock}.",
        "nothing": "Geen enkel uur heeft een meting.",
        "day": "{day}: {sum}",
        "day_with_gaps": "{day}: {sum} in de uren met een meting, {missing} zonder",
        "day_of_gaps": "{day}: geen meting",
        "missing": "Uren zonder meting: {missing}.",
        "legend": "geen meting",
        "source": "Bron: KNMI. Nederlandse tijd.",
        "per_day": "Per dag:",
    },
}


class ChartedHours(NamedTuple):
    """Consecutive hours of a station; `figures` holds TRACE or tenths, and anything less is no figure."""

    station: Station
    first_hour: int
    figures: Sequence[int]

    @property
    def known(self) -> Sequence[tuple[int, int]]:
        """The hours with a figure, each with its tenths of a millimetre."""
        return [
            (hour, max(0, figure)) for hour, figure in enumerate(self.figures, start=self.first_hour) if figure >= TRACE
        ]

    @property
    def missing(self) -> int:
        return sum(figure <= NO_FIGURE for figure in self.figures)

    @property
    def hours(self) -> HourSpan:
        return HourSpan(self.first_hour, self.first_hour + len(self.figures) - 1)


def rain_chart(charted: ChartedHours, language: Language) -> str:
    """Return the picture; its `title` and `desc` say in words what it shows."""
    return "".join(
        (
            _opening(charted, language),
            _text(_LEFT, 18, title_of(charted, language), size=13),
            *_grid(charted),
            *_bars(charted),
            *_days(charted, language),
            *_legend(charted, language),
            "</svg>",
        )
    )


def _opening(charted: ChartedHours, language: Language) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 16} {_TOP + _HEIGHT + _BELOW}"'
        f' role="img" aria-labelledby="title desc" xml:lang="{language.value}" lang="{language.value}"'
        ' font-family="system-ui, sans-serif">'
        f'<title id="title">{escape(title_of(charted, language))}</title>'
        f'<desc id="desc">{escape(description_of(charted, language))}</desc>'
        '<defs><pattern id="gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="6" height="6" fill="#f6ead9"/><path d="M0 0V6" stroke="{_GAP}" stroke-width="2"/>'
        '</pattern></defs><rect width="100%" height="100%" fill="#ffffff"/>'
    )


def title_of(charted: ChartedHours, language: Language) -> str:
    """Say of which station and hours it is."""
    return _WORDS[language]["title"].format(
        name=charted.station.name,
        number=f"{charted.station.network.upper()} {charted.station.number}",
        from_at=day_and_clock(border_at(charted.hours.first - 1), language),
        until_at=day_and_clock(border_at(charted.hours.last), language),
    )


def description_of(charted: ChartedHours, language: Language) -> str:
    """Say what fell: in all, in the wettest hour, and day by day at the home."""
    words, known = _WORDS[language], charted.known
    sentences = []
    if known:
        # Of equals the first.
        wettest, most = max(known, key=lambda of_hour: of_hour[1])
        total = millimetres(sum(tenths for _, tenths in known), language)
        sentences += [
            words["sum"].format(sum=total, hours=len(charted.figures), known=len(known)),
            words["most"].format(
                sum=millimetres(most, language),
                from_at=day_and_clock(border_at(wettest - 1), language),
                until_clock=clock(border_at(wettest)),
            ),
        ]
    else:
        sentences.append(words["nothing"])
    if charted.missing:
        sentences.append(words["missing"].format(missing=charted.missing))
    if known:
        sentences.append(f"{words['per_day']} {'; '.join(_by_day(charted, language))}.")
    return " ".join((*sentences, words["source"]))


def _by_day(charted: ChartedHours, language: Language) -> Iterator[str]:
    days: dict[str, list[int]] = {}
    for hour, figure in enumerate(charted.figures, start=charted.first_hour):
        days.setdefault(day(border_at(hour - 1), language), []).append(figure)
    for name, figures in days.items():
        known = [max(0, figure) for figure in figures if figure >= TRACE]
        missing = len(figures) - len(known)
        key = ("day_with_gaps" if missing else "day") if known else "day_of_gaps"
        yield _WORDS[language][key].format(day=name, sum=millimetres(sum(known), language), missing=missing)


def _scale(charted: ChartedHours) -> int:
    return max(_LOWEST_SCALE_TENTHS_MM, *(tenths for _, tenths in charted.known), 0)


def _x(charted: ChartedHours, hour: int) -> float:
    """Where the end of `hour` stands."""
    return round(_LEFT + _WIDTH * (hour - charted.first_hour + 1) / len(charted.figures), 2)


def _grid(charted: ChartedHours) -> Iterator[str]:
    top = _scale(charted)
    steps = (step for step in _GRID_STEPS_TENTHS_MM if top / step <= _MOST_GRID_LINES)
    step = next(steps, _GRID_STEPS_TENTHS_MM[-1])
    for tenths in range(0, top + 1, step):
        y = round(_TOP + _HEIGHT * (1 - tenths / top), 1)
        yield f'<path d="M{_LEFT} {y}H{_LEFT + _WIDTH}" stroke="{_GRID}"/>'
        yield _text(_LEFT - 6, y + 4, f"{tenths // 10}" if tenths else "0 mm", anchor="end")


def _bars(charted: ChartedHours) -> Iterator[str]:
    top = _scale(charted)
    width = round(_WIDTH / len(charted.figures), 2)
    for hour, figure in enumerate(charted.figures, start=charted.first_hour):
        x = _x(charted, hour - 1)
        if figure <= NO_FIGURE:
            yield f'<rect x="{x}" y="{_TOP}" width="{width}" height="{_HEIGHT}" fill="url(#gap)"/>'
        elif figure > 0:
            height = round(_HEIGHT * figure / top, 1)
            y = round(_TOP + _HEIGHT - height, 1)
            yield f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{_RAIN}"/>'


def _days(charted: ChartedHours, language: Language) -> Iterator[str]:
    """Mark where the days of the home begin; of many days only some are named."""
    midnights = [
        hour
        for hour in range(charted.hours.first - 1, charted.hours.last + 1)
        if border_at(hour).astimezone(HOME_TIME).hour == 0
    ]
    every = 1 + len(midnights) // _MOST_DAYS_NAMED
    for number, hour in enumerate(midnights):
        x = _x(charted, hour)
        yield f'<path d="M{x} {_TOP + _HEIGHT}v5" stroke="{_INK}"/>'
        if number % every == 0 and x < _LEFT + _WIDTH - 24:
            yield _text(x, _TOP + _HEIGHT + 18, " ".join(day(border_at(hour), language).split()[:2]))


def _legend(charted: ChartedHours, language: Language) -> Iterator[str]:
    y = _TOP + _HEIGHT + _BELOW - 8
    yield _text(_LEFT, y, _WORDS[language]["source"], size=11)
    if charted.missing:
        x = _LEFT + _WIDTH - 120
        yield f'<rect x="{x}" y="{y - 11}" width="14" height="14" fill="url(#gap)"/>'
        yield _text(x + 20, y, f"{_WORDS[language]['legend']} ({charted.missing})", size=11)


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x}" y="{y}" fill="{_INK}" font-size="{size}" text-anchor="{anchor}">{escape(text)}</text>'
