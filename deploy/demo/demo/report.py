"""`report.html`: one page that shows every claim from report to message; written from the artefacts alone."""

from __future__ import annotations

import argparse
import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from demo import report_words
from demo.report_artefacts import read_run
from demo.report_rain import rain_chart
from demo.report_trace import waterfall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.claims import Money
    from demo.report_artefacts import ClaimRecord
    from demo.report_rain import RainChart
    from demo.report_trace import Waterfall

REPORT_FILE = "report.html"


@dataclass(frozen=True)
class MoneyRow:
    """One step from damage to payment, with what is left after it; shares run from 0 to 1 of the damage."""

    text: str
    amount_cents: int
    left_cents: int
    from_share: float
    until_share: float


@dataclass(frozen=True)
class ClaimView:
    """One claim as the page shows it."""

    anchor: str
    record: ClaimRecord
    rain: RainChart | None
    trace: Waterfall | None
    money: tuple[MoneyRow, ...]


def write_report(directory: Path) -> Path:
    """Write the page beside the artefacts in `directory` and return its path."""
    run = read_run(directory)
    claims = [_view(number, record) for number, record in enumerate(run.claims, start=1)]
    wrong = sum(bool(record.story.problems) for record in run.claims) + bool(run.malformed_problems)
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(claims=claims, parked=run.parked, malformed_problems=run.malformed_problems, wrong=wrong)
    )
    path = directory / REPORT_FILE
    path.write_text(page)
    return path


def _view(number: int, record: ClaimRecord) -> ClaimView:
    decision, proof = record.decision, record.proof
    rain = None
    if decision and decision.rain and proof and proof.rain and proof.rain.stations:
        measured = _station_of(record)
        rain = rain_chart(measured, evidence=decision.rain, loss=decision.loss) if measured else None
    return ClaimView(
        anchor=decision.claim_reference if decision else f"story-{number}",
        record=record,
        rain=rain,
        trace=waterfall(record.spans),
        money=money_rows(decision.money) if decision else (),
    )


def _station_of(record: ClaimRecord) -> HourlySeries | None:
    """Return the hours of the station the decision rests on."""
    decision, proof = record.decision, record.proof
    if decision is None or decision.rain is None or proof is None or proof.rain is None:
        return None
    evidence = decision.rain
    return next(
        (
            assessed.hours
            for assessed in proof.rain.stations
            if (assessed.station.network, assessed.station.number)
            == (evidence.station_network, evidence.station_number)
        ),
        None,
    )


def money_rows(money: Money) -> tuple[MoneyRow, ...]:
    """Return the steps with what is left after each."""
    rows: list[MoneyRow] = []
    largest = max((abs(step.amount_cents) for step in money.steps), default=0) or 1
    left = 0
    for step in money.steps:
        before, left = left, left + step.amount_cents
        low, high = sorted((max(before, 0), max(left, 0)))
        rows.append(
            MoneyRow(report_words.STEP_WORDS[step.code], step.amount_cents, left, low / largest, high / largest)
        )
    return tuple(rows)


def _shown_bytes(text_base64: str | None) -> str:
    """Return parked bytes so that a person can read them."""
    return base64.b64decode(text_base64).decode("utf-8", errors="backslashreplace") if text_base64 else ""


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("demo"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    formats: Sequence[object] = (
        report_words.words,
        report_words.millimetres,
        report_words.signed_millimetres,
        report_words.euros,
        report_words.kilometres,
        report_words.home_moment,
        report_words.utc_moment,
        _shown_bytes,
    )
    environment.filters |= {function.__name__.lstrip("_"): function for function in formats}
    environment.globals["WEIGHT_WORDS"] = report_words.WEIGHT_WORDS
    return environment


def main() -> None:
    """Write the page again from what lies in a directory."""
    parser = argparse.ArgumentParser(prog="python -m demo.report", description=__doc__)
    parser.add_argument("directory", type=Path, nargs="?", default=Path("build/demo"))
    print(write_report(parser.parse_args().directory))


if __name__ == "__main__":
    main()
