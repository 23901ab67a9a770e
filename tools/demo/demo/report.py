"""`report.html`: one page that shows every claim from report to message; written from the artefacts alone.

The page is written once in every language; each links the others.
"""

from __future__ import annotations

import argparse
import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from contracts.claims import DecisionMade
from contracts.money import Money
from contracts.weather import ReadingAssessment, StationRain
from demo.report_artefacts import ClaimRecord, Proof, RunRecord, read_run
from demo.report_language import LANGUAGES, Language, utc_moment
from demo.report_rain import RainChart, rain_chart
from demo.report_rain_check import rain_check_in
from demo.report_trace import Waterfall, waterfall

REPORT_FILE = "report.html"
_LISTED_FILES = {
    "decisions.jsonl": "file_decisions",
    "stories.json": "file_stories",
    "proofs/": "file_proofs",
    "mailbox/": "file_mailbox",
    "letters/": "file_letters",
    "mail.jsonl": "file_mail",
    "sms.jsonl": "file_sms",
    "rain-check.en.json": "file_rain_check",
    "traces.jsonl": "file_traces",
}
"""What a run leaves behind, with the key of the sentence that explains it."""


@dataclass(frozen=True)
class MoneyRow:
    """One step from damage to payment, with what is left after it; shares run from 0 to 1 of the damage."""

    text: str
    amount_cents: int
    left_cents: int
    from_share: float
    until_share: float


@dataclass(frozen=True)
class StationView:
    """What one station measured, with the reading that is shown large and its chart."""

    anchor: str
    rain: StationRain
    reading: ReadingAssessment
    chart: RainChart


@dataclass(frozen=True)
class ClaimView:
    """One claim as the page shows it. `outcome` is that of the decision, or `no_decision`."""

    anchor: str
    outcome: str
    record: ClaimRecord
    stations: tuple[StationView, ...]
    trace: Waterfall | None
    money: tuple[MoneyRow, ...]

    @property
    def nearest(self) -> StationView | None:
        """The station that is the nearest one, or the likeliest to be."""
        return self.stations[0] if self.stations else None


@dataclass(frozen=True)
class ListedFile:
    """A file or directory that the page links."""

    path: str
    sentence: str


def write_report(directory: Path) -> Path:
    """Write the page beside the artefacts in `directory`, in every language; return the path of the first one."""
    run = read_run(directory)
    languages = [Language.load(code) for code in LANGUAGES]
    for language in languages:
        page = _page(run, directory=directory, language=language, languages=languages)
        (directory / report_file(language)).write_text(page, encoding="utf-8")
    return directory / REPORT_FILE


def report_file(language: Language) -> str:
    """Return the name of the page in `language`: `report.html` in the first one, `report.nl.html`."""
    return REPORT_FILE if language.code == LANGUAGES[0] else f"report.{language.code}.html"


def _page(run: RunRecord, *, directory: Path, language: Language, languages: Sequence[Language]) -> str:
    claims = [_view(number, record, language) for number, record in enumerate(run.claims, start=1)]
    wrong = [
        *((claim.anchor, claim.record.story.title) for claim in claims if claim.record.story.problems),
        *((refusal.anchor, refusal.title) for refusal in run.refusals if refusal.problems),
    ]
    return (
        _environment(language)
        .get_template("report.html.j2")
        .render(
            claims=claims,
            refusals=run.refusals,
            unexpected=run.unexpected_dead_letters,
            wrong=wrong,
            rain_check=rain_check_in(directory, language=language.code),
            languages=[(other, report_file(other)) for other in languages],
            files=[
                ListedFile(path, language.sentence(key))
                for path, key in _LISTED_FILES.items()
                if (directory / path).exists()
            ],
            logs=sorted(path.relative_to(directory).as_posix() for path in directory.glob("logs/*.log")),
        )
    )


def _view(number: int, record: ClaimRecord, language: Language) -> ClaimView:
    decision = record.decision
    anchor = decision.claim_reference if decision else f"story-{number}"
    return ClaimView(
        anchor=anchor,
        outcome=decision.outcome if decision else "no_decision",
        record=record,
        stations=tuple(_stations(anchor, decision, record.proof, language)) if decision and record.proof else (),
        trace=waterfall(record.spans, language=language),
        money=money_rows(decision.money, language=language) if decision else (),
    )


def _stations(anchor: str, decision: DecisionMade, proof: Proof, language: Language) -> Iterator[StationView]:
    """Yield every station that the decision rests on; the hours themselves stand in the proof."""
    if decision.rain is None or proof.rain is None:
        return
    hours = {station.station: station.hours for station in proof.rain.stations}
    for rain in decision.rain.stations:
        # Groundwater is only asked, after surface water, when it is what came in.
        reading = rain.readings[-1]
        chart = rain_chart(hours[rain.station], reading=reading, loss=decision.loss, language=language)
        yield StationView(f"{anchor}-{rain.station.number}", rain, reading, chart)


def money_rows(money: Money, *, language: Language) -> tuple[MoneyRow, ...]:
    """Return the steps with what is left after each."""
    rows: list[MoneyRow] = []
    largest = max((abs(step.amount_cents) for step in money.steps), default=0) or 1
    left = 0
    for step in money.steps:
        before, left = left, left + step.amount_cents
        low, high = sorted((max(before, 0), max(left, 0)))
        text = language.word("money", step.code)
        rows.append(MoneyRow(text, step.amount_cents, left, low / largest, high / largest))
    return tuple(rows)


def _shown_bytes(text_base64: str | None) -> str:
    """Return dead-lettered bytes so that a person can read them."""
    return base64.b64decode(text_base64).decode("utf-8", errors="backslashreplace") if text_base64 else ""


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("demo"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"language": language, "t": language.sentence, "word": language.word}
    environment.filters |= {
        "millimetres": language.millimetres,
        "euros": language.euros,
        "kilometres": language.kilometres,
        "home_moment": language.home_moment,
        "utc_moment": utc_moment,
        "shown_bytes": _shown_bytes,
    }
    return environment


def main() -> None:
    """Write the page again from what lies in a directory."""
    parser = argparse.ArgumentParser(prog="python -m demo.report", description=__doc__)
    parser.add_argument("directory", type=Path, nargs="?", default=Path("build/demo"))
    print(write_report(parser.parse_args().directory))


if __name__ == "__main__":
    main()
