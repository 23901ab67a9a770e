"""What a run of the demo with one claim leaves behind."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from contracts.claims import DECISION_MADE
from contracts.dead_letters import dead_letter_topic
from contracts.loss_reports import LOSS_REPORTED
from contracts.weather import RAINFALL_ASSESSED, HourlySeries, RainfallAssessed

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
CLAIM = DECISION_MADE.examples[0].claim_reference


def span(span_id: str, parent: str, name: str, service: str, *, from_ms: int, until_ms: int) -> dict[str, object]:
    return {
        "trace_id": TRACE_ID,
        "span_id": span_id,
        "parent_span_id": parent,
        "name": name,
        "start_unix_nano": 1_626_300_000_000_000_000 + from_ms * 1_000_000,
        "end_unix_nano": 1_626_300_000_000_000_000 + until_ms * 1_000_000,
        "status": "UNSET",
        "resource": {"service.name": service},
    }


def write_lines(path: Path, *lines: object) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def rainfall() -> RainfallAssessed:
    """Return an answer with six days of hours, so that the window that decided is a small part of them."""
    assessed = RAINFALL_ASSESSED.examples[0]
    series = HourlySeries(
        first_hour_ends_at=datetime(2021, 7, 12, 0, tzinfo=UTC),
        tenths_mm=(None, *(hour % 7 * 10 for hour in range(143))),
    )
    station = assessed.stations[0].model_copy(update={"hours": series})
    return assessed.model_copy(update={"stations": (station,)})


def write_run(directory: Path) -> None:
    """Write what a run with one claim leaves behind."""
    decision = DECISION_MADE.examples[0]
    event = {"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01", "data": decision.model_dump(mode="json")}
    write_lines(directory / "decisions.jsonl", event)
    basis = {
        "facts": LOSS_REPORTED.examples[0].facts.model_dump(mode="json"),
        "damage": [item.model_dump(mode="json") for item in LOSS_REPORTED.examples[0].damage],
        "rain": rainfall().model_dump(mode="json"),
    }
    (directory / "proofs").mkdir()
    (directory / "proofs" / f"{CLAIM}-v1.json").write_text(json.dumps({"basis": basis}))
    letter = EmailMessage()
    letter["Subject"] = f"Uw waterschade {CLAIM}: wij betalen"
    letter["From"], letter["To"] = "schade@example.org", "j.voorbeeld@example.org"
    letter.set_content("Beste J. Voorbeeld, wij betalen € 1.590,00.")
    letter.add_alternative('<h1 onclick="x()">Wij betalen</h1>', subtype="html")
    (directory / "mailbox").mkdir()
    (directory / "mailbox" / "1.eml").write_bytes(letter.as_bytes())
    sms = {"destination": "31612345678", "reference": 7, "parts": 2}
    write_lines(
        directory / "sms.jsonl",
        {**sms, "part": 2, "text": "de uitleg staat in onze e-mail <script>."},
        {**sms, "part": 1, "text": f"Uw waterschade {CLAIM}: "},
    )
    write_lines(
        directory / "traces.jsonl",
        span("a1", "", "process claims.loss-reported.v1", "claims-svc", from_ms=0, until_ms=40),
        span("a2", "a1", "send email", "notify-svc", from_ms=9_000, until_ms=9_120),
    )
    (directory / "logs").mkdir()
    (directory / "logs" / "claims-svc.log").touch()
    write_story(directory)


def write_story(directory: Path, *, problems: tuple[str, ...] = (), report_id: str | None = None) -> None:
    """Write how the one story was judged."""
    story = {
        "title": "Covered by 24 h (Ell)",
        "report_id": report_id or str(DECISION_MADE.examples[0].report_id),
        "deliveries": 1,
        "problems": problems,
        "settlements": {"email": "sent", "sms": "no_address"},
    }
    dead_letter = dead_letter_topic("claims-svc").examples[0]
    dead_letters = [dead_letter.model_dump(mode="json")]
    (directory / "stories.json").write_text(
        json.dumps({"stories": [story], "malformed_problems": [], "dead_letters": dead_letters})
    )
