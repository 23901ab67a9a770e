"""What a run of the demo with one claim leaves behind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from msgspec.structs import replace

from contracts.claims import DECISION_MADE, DecisionMade
from contracts.codec import to_json
from contracts.dead_letters import dead_letter_topic
from contracts.loss_reports import LOSS_REPORTED
from contracts.weather import RAINFALL_ASSESSED, HourlySeries, RainfallAssessed

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
(DECISION,) = DECISION_MADE.examples
CLAIM = DECISION.claim_reference


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
    (assessed,) = RAINFALL_ASSESSED.examples
    series = HourlySeries(
        first_hour_ends_at=datetime(2021, 7, 12, 0, tzinfo=UTC),
        tenths_mm=(*(hour % 7 * 10 for hour in range(100)), None, *(hour % 7 * 10 for hour in range(43))),
    )
    station = replace(assessed.stations[0], hours=series)
    return replace(assessed, stations=(station,))


def write_decisions(directory: Path, *decisions: DecisionMade) -> None:
    """Write `decisions` as they were read off Kafka."""
    traceparent = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
    lines = [{"traceparent": traceparent, "data": json.loads(to_json(decision))} for decision in decisions]
    write_lines(directory / "decisions.jsonl", *lines)


def write_proof(directory: Path, *, version: int = 1, rain: RainfallAssessed | None = None) -> None:
    """Write the proof of one version of the decision, as far as the page reads it."""
    (report,) = LOSS_REPORTED.examples
    basis = {
        "facts": json.loads(to_json(report.facts)),
        "damage": [json.loads(to_json(item)) for item in report.damage],
        "rain": json.loads(to_json(rain or rainfall())),
    }
    (directory / "proofs").mkdir(exist_ok=True)
    (directory / "proofs" / f"{CLAIM}-v{version}.json").write_text(json.dumps({"basis": basis}))


def write_run(directory: Path) -> None:
    """Write what a run with one claim leaves behind."""
    write_decisions(directory, DECISION)
    write_proof(directory)
    letter = EmailMessage()
    letter["Subject"] = f"Uw waterschade {CLAIM}: wij betalen"
    letter["From"], letter["To"] = "schade@example.org", "j.voorbeeld@example.org"
    letter.set_content("Beste J. Voorbeeld, wij betalen € 1.590,00.")
    letter.add_alternative('<h1 onclick="x()">Wij betalen</h1><img src="cid:rain" alt="12,3 mm">', subtype="html")
    _, page = letter.iter_parts()
    page.add_related(b"a picture", "image", "png", cid="<rain>")
    (directory / "mailbox").mkdir()
    (directory / "mailbox" / "1.eml").write_bytes(letter.as_bytes())
    sms = {"destination": "31612345678", "reference": 7, "parts": 2}
    write_lines(
        directory / "sms.jsonl",
        {**sms, "part": 2, "text": "de uitleg staat in onze e-mail <script>."},
        {**sms, "part": 1, "text": f"Uw waterschade {CLAIM}: "},
    )
    (directory / "letters").mkdir()
    (directory / "letters" / "0198c5f3.html").write_text(f"<h1>Waterschade {CLAIM}</h1><p>Postbus</p>")
    write_lines(
        directory / "traces.jsonl",
        span("a1", "", "process claims.loss-reported.v1", "claims-svc", from_ms=0, until_ms=40),
        span("a2", "a1", "send email", "notify-svc", from_ms=9_000, until_ms=9_120),
    )
    (directory / "logs").mkdir()
    (directory / "logs" / "claims-svc.log").touch()
    write_story(directory)


def write_story(
    directory: Path,
    *,
    problems: tuple[str, ...] = (),
    report_id: str | None = None,
    settlements: Mapping[str, str] | None = None,
    unexpected_dead_letters: tuple[str, ...] = (),
) -> None:
    """Write how the one story and the one refusal were judged."""
    story = {
        "title": "Covered by 24 h (Ell)",
        "report_ids": [report_id or str(DECISION.report_id)],
        "deliveries": 1,
        "problems": problems,
        "settlements": settlements or {"email": "sent", "sms": "no_address"},
    }
    (dead_letter,) = dead_letter_topic("claims-svc").examples
    refusal = {
        "title": "A malformed report",
        "reason_code": "not-json",
        "dead_letter": json.loads(to_json(dead_letter)),
        "problems": [],
    }
    kept = {"stories": [story], "refusals": [refusal], "unexpected_dead_letters": unexpected_dead_letters}
    (directory / "stories.json").write_text(json.dumps(kept))


def write_rain_check(directory: Path) -> None:
    """Write what a rain check in both languages leaves behind."""
    (station,) = rainfall().stations
    window = {"reading": "surface_water", "within_hours": 24, "at_least_tenths_mm": 400, "sum_tenths_mm": 402}
    used = {
        "station": {"name": station.station.name, "number": station.station.number},
        "distance_metres": station.distance_metres,
        "windows": [{**window, "establishment": "established"}, {**window, "reading": "groundwater"}],
    }
    passed_over = {"station": {"name": "Maastricht"}, "distance_metres": 34_100, "reason": "farther"}
    question = {"from_at": "2021-07-15T03:30:00+02:00"}
    for language, summary in (("en", "Yes: at Ell <40.2 mm>."), ("nl", "Ja: op Ell <40,2 mm>.")):
        answer = {
            "summary": summary,
            "verdicts": [{"reading": "surface_water"}],
            "stations": [used],
            "passed_over": [passed_over],
        }
        (directory / f"rain-check.{language}.json").write_text(json.dumps({"question": question, "answer": answer}))
        (directory / f"rain-check.{language}.svg").write_text("<svg/>")
    problem = {
        "status": 422,
        "title": "Latitude and longitude have changed places",
        "detail": "Send them the other way.",
    }
    (directory / "rain-check-refused.json").write_text(json.dumps({"question": question, "answer": problem}))
