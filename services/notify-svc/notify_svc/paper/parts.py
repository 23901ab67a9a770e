"""A letter as the parts that a template prints one below the other: what its HTML says, in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from notify_svc.texts.account import AccountMail
from notify_svc.texts.letter import Letter
from notify_svc.texts.rain_account import RainAccount, RainRow
from notify_svc.texts.reasons import Reason

Part: TypeAlias = Mapping[str, object]


def parts_of(letter: Letter | AccountMail) -> Iterator[Part]:
    """Yield everything between the address and the foot of the last page."""
    yield from _told(letter) if isinstance(letter, Letter) else _told_besides(letter)
    insurer = letter.insurer
    yield {"kind": "closing", "lines": (letter.texts.closing, insurer.name, insurer.phone, insurer.address)}


def _told_besides(letter: AccountMail) -> Iterator[Part]:
    """Yield what is told that is no decision."""
    texts = letter.texts
    named = ((texts.date_label, letter.dated), (texts.reference_label, letter.reference))
    yield _heading(letter.headline, level=1)
    yield {"kind": "facts", "rows": [{"label": label, "value": value} for label, value in named if value]}
    yield from _paragraphs(letter.greeting)
    for paragraph in letter.before:
        if paragraph not in letter.questions:
            yield from _paragraphs(paragraph)
        elif paragraph == letter.questions[0]:
            yield {"kind": "items", "items": letter.questions}
    if letter.link and letter.link_label:
        yield {"kind": "lines", "lines": (letter.link_label,)}
        yield from _paragraphs(letter.link)
    yield from _paragraphs(*letter.after)


def _told(letter: Letter) -> Iterator[Part]:
    texts = letter.texts
    yield _heading(letter.headline, level=1)
    yield from _paragraphs(letter.greeting, letter.opening, *letter.earlier)
    yield {
        "kind": "facts",
        "rows": [
            {"label": texts.date_label, "value": letter.date},
            {"label": texts.reference_label, "value": letter.reference},
            {"label": texts.loss_label, "value": letter.loss},
        ],
    }
    yield _heading(texts.reasons.heading)
    yield from _explained(letter.reasons.items)
    if letter.reasons.causes:
        yield from _paragraphs(texts.reasons.each_cause)
        yield from _explained(letter.reasons.causes)
    if letter.rain is not None:
        yield from _rain(letter, letter.rain)
    if letter.money is not None:
        yield _heading(texts.money.heading)
        yield _table(
            texts.money.caption,
            columns=((texts.money.step, False), (texts.money.amount, True)),
            rows=[((row.step, row.amount), row.is_result) for row in letter.money.rows],
        )
        yield from _paragraphs(*letter.money.sentences)
    for section in letter.sections:
        yield _heading(section.heading)
        yield from _paragraphs(*section.paragraphs)


def _explained(reasons: Sequence[Reason]) -> Iterator[Part]:
    for reason in reasons:
        if reason.lines:
            yield {"kind": "lines", "lines": reason.lines}
        yield from _paragraphs(*reason.paragraphs)


def _rain(letter: Letter, rain: RainAccount) -> Iterator[Part]:
    texts = letter.texts.rain
    columns = ((texts.period, False), (texts.measured, True), (texts.needed, True), (texts.result, False))
    yield _heading(texts.heading)
    yield from _paragraphs(rain.intro)
    for station in rain.stations:
        if station.heading:
            yield _heading(station.heading, level=3)
        if station.recent:
            yield from _paragraphs(station.recent)
        for reading in station.readings:
            yield _table(
                reading.caption,
                columns=columns,
                rows=[((_period(row), row.measured, row.needed, row.result), False) for row in reading.rows],
            )
            yield from _paragraphs(*reading.sentences)
    yield from _paragraphs(*rain.conclusions)


def _period(row: RainRow) -> str:
    return f"{row.hours} ({row.between})" if row.between else row.hours


def _heading(text: str, *, level: int = 2) -> Part:
    return {"kind": "heading", "level": level, "text": text}


def _paragraphs(*texts: str) -> Iterator[Part]:
    yield from ({"kind": "paragraph", "text": text} for text in texts)


def _table(caption: str, *, columns: Sequence[tuple[str, bool]], rows: Sequence[tuple[Sequence[str], bool]]) -> Part:
    return {
        "kind": "table",
        "caption": caption,
        "columns": [{"name": name, "is_figure": is_figure} for name, is_figure in columns],
        "rows": [{"cells": cells, "is_result": is_result} for cells, is_result in rows],
    }
