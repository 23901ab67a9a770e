"""The table at the end of a run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from rich.table import Table

from contracts.claims import DecisionMade, RainEvidence
from contracts.notify import Settlement
from contracts.vocabulary import Channel
from demo.outcome import StoryOutcome

_MARK = {Settlement.SENT: "sent", Settlement.NO_ADDRESS: "no address", None: "–"}
_COLUMNS = ("report", "home", "station, km", "24/48/72 h mm", "deciding ground", "payable", "e-mail", "SMS", "")
_ESSENTIAL = {"report", "deciding ground", "payable", ""}
_WIDE = 130
"""Characters in a line from which on all columns are readable beside each other."""


def result_table(outcomes: Sequence[StoryOutcome], malformed_problems: tuple[str, ...], *, width: int) -> Table:
    """Return one row a report, in the order of the stories; fewer columns where `width` characters are few."""
    table = Table(title="Every report and its outcome", show_lines=False, pad_edge=False)
    shown = [name in _ESSENTIAL or width >= _WIDE for name in _COLUMNS]
    for name in compress(_COLUMNS, shown):
        right = name in {"payable", "24/48/72 h mm"}
        table.add_column(name, justify="right" if right else "left", overflow="fold", no_wrap=name == "payable")
    malformed = ("–", "–", "–", "dead-lettered: not-json", "–", "–", "–", _verdict(malformed_problems))
    for row in (*map(_row, outcomes), ("A malformed report", *malformed)):
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
        return (one.story.title, "–", "–", "–", "–", "–", "–", "–", _verdict(one.problems))
    return (
        one.story.title,
        decision.postcode_area or "–",
        _station(decision.rain),
        "/".join(millimetres(margin.best_sum_tenths_mm) for margin in decision.rain.margins) if decision.rain else "–",
        _ground(decision),
        euros(decision.money.payable_cents),
        _message(one, Channel.EMAIL),
        _message(one, Channel.SMS),
        _verdict(one.problems),
    )


def _station(rain: RainEvidence | None) -> str:
    return f"{rain.station_name} {rain.distance_metres / 1000:.1f}" if rain else "–"


def _ground(decision: DecisionMade) -> str:
    text = f"{decision.outcome}: {decision.deciding_ground.replace('_', ' ')}"
    hours = decision.rain.deciding_window_hours if decision.rain else None
    return f"{text} ({hours} h)" if hours else text


def _message(one: StoryOutcome, channel: Channel) -> str:
    message = one.messages.get(channel)
    settlement = message.settlement if message else None
    return _MARK.get(settlement, str(settlement))


def _verdict(problems: tuple[str, ...]) -> str:
    return "[green]ok[/]" if not problems else f"[red]{'; '.join(problems)}[/]"
