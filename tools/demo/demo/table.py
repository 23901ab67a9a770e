"""The table at the end of a run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from rich.table import Table

from contracts.claims import DecisionMade, RainEvidence
from contracts.coverage import Outcome
from contracts.notify import Settlement
from contracts.vocabulary import Channel
from contracts.weather import ReadingAssessment
from demo.outcome import RefusalOutcome, StoryOutcome, reading_of

_MARK = {
    Settlement.SENT: "sent",
    Settlement.NO_ADDRESS: "no address",
    Settlement.TO_BE_POSTED: "to be posted",
    None: "–",
}
_COLUMNS = (
    *("report", "home", "station, km", "24/48/72 h mm", "deciding ground", "payable", "e-mail", "SMS", "letter", ""),
)
_ESSENTIAL = {"report", "deciding ground", "payable", ""}
_WIDE = 130
"""Characters in a line from which on all columns are readable beside each other."""


def result_table(outcomes: Sequence[StoryOutcome], refusals: Sequence[RefusalOutcome], *, width: int) -> Table:
    """Return one row a story, in their order; fewer columns where `width` characters are few."""
    table = Table(title="Every story and its outcome", show_lines=False, pad_edge=False)
    shown = [name in _ESSENTIAL or width >= _WIDE for name in _COLUMNS]
    for name in compress(_COLUMNS, shown):
        right = name in {"payable", "24/48/72 h mm"}
        table.add_column(name, justify="right" if right else "left", overflow="fold", no_wrap=name == "payable")
    for row in (*map(_row, outcomes), *map(_row_of_refusal, refusals)):
        table.add_row(*compress(row, shown))
    return table


def millimetres(tenths: int | None) -> str:
    """Return tenths of a millimetre as people write them."""
    return "?" if tenths is None else f"{tenths // 10}.{tenths % 10}"


def euros(cents: int | None) -> str:
    """Return cents as euros, with a dash where nothing has been settled yet."""
    return "–" if cents is None else f"€ {cents // 100:,}.{cents % 100:02}"


def _row(one: StoryOutcome) -> tuple[str, ...]:
    decision = one.decision
    if decision is None:
        return _almost_empty_row(one.story.title, "–", one.problems)
    reading = reading_of(decision, one.story.expected)
    return (
        one.story.title,
        decision.postcode_area or "–",
        _station(decision.rain),
        "/".join(millimetres(window.best_sum_tenths_mm) for window in reading.windows) if reading else "–",
        _ground(decision, reading),
        euros(decision.money.payable_cents),
        *(_message(one, channel) for channel in (Channel.EMAIL, Channel.SMS, Channel.POST)),
        _verdict(one.problems),
    )


def _row_of_refusal(one: RefusalOutcome) -> tuple[str, ...]:
    letter = one.dead_letter
    return _almost_empty_row(one.refusal.title, f"dead-lettered: {letter.reason_code}" if letter else "–", one.problems)


def _almost_empty_row(title: str, outcome: str, problems: tuple[str, ...]) -> tuple[str, ...]:
    return (title, "–", "–", "–", outcome, "–", "–", "–", "–", _verdict(problems))


def _station(rain: RainEvidence | None) -> str:
    if rain is None or not rain.stations:
        return "–"
    nearest = rain.stations[0]
    return f"{nearest.station.name} {nearest.distance_metres / 1000:.1f}"


def _ground(decision: DecisionMade, reading: ReadingAssessment | None) -> str:
    text = f"{decision.outcome}: {decision.deciding_ground.replace('_', ' ')}"
    window = reading.deciding_window if reading else None
    if window and decision.outcome is Outcome.COVERED:
        text = f"{text} ({window.within_hours} h)"
    return f"{text}, version {decision.claim_version}" if decision.claim_version > 1 else text


def _message(one: StoryOutcome, channel: Channel) -> str:
    message = one.messages.get(channel)
    settlement = message.settlement if message else None
    return _MARK.get(settlement, str(settlement))


def _verdict(problems: tuple[str, ...]) -> str:
    return "[green]ok[/]" if not problems else f"[red]{'; '.join(problems)}[/]"
