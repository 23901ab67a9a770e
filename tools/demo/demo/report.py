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
    from contracts.claims import DecisionMade, Money
    from demo.report_artefacts import ClaimRecord, Proof
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
        .render(claims=claims, dead_letters=run.dead_letters, malformed_problems=run.malformed_problems, wrong=wrong)
    )
    path = directory / REPORT_FILE
    path.write_text(page)
    return path


def _view(number: int, record: ClaimRecord) -> ClaimView:
    decision = record.decision
    return ClaimView(
        anchor=decision.claim_reference if decision else f"story-{number}",
        record=record,
        rain=_rain(decision, record.proof) if decision and record.proof else None,
        trace=waterfall(record.spans),
        money=money_rows(decision.money) if decision else (),
    )


def _rain(decision: DecisionMade, proof: Proof) -> RainChart | None:
    """Return the chart of the station that the decision rests on."""
    evidence = decision.rain
    if evidence is None or proof.rain is None:
        return None
    place = (evidence.station_network, evidence.station_number)
    for measured in proof.rain.stations:
        if (measured.station.network, measured.station.number) == place:
            return rain_chart(measured.hours, evidence=evidence, loss=decision.loss)
    return None


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
    """Return dead-lettered bytes so that a person can read them."""
    return base64.b64decode(text_base64).decode("utf-8", errors="backslashreplace") if text_base64 else ""


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("demo"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "words": report_words.words,
        "millimetres": report_words.millimetres,
        "euros": report_words.euros,
        "kilometres": report_words.kilometres,
        "home_moment": report_words.home_moment,
        "utc_moment": report_words.utc_moment,
        "shown_bytes": _shown_bytes,
    }
    environment.globals["WEIGHT_WORDS"] = report_words.WEIGHT_WORDS
    environment.globals["UNDETERMINED_WORDS"] = report_words.UNDETERMINED_WORDS
    return environment


def main() -> None:
    """Write the page again from what lies in a directory."""
    parser = argparse.ArgumentParser(prog="python -m demo.report", description=__doc__)
    parser.add_argument("directory", type=Path, nargs="?", default=Path("build/demo"))
    print(write_report(parser.parse_args().directory))


if __name__ == "__main__":
    main()
