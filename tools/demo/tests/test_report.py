"""The report page shows every claim from report to message, is whole, and needs nothing but itself."""

from __future__ import annotations

import json
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typing_extensions import override

from contracts.claims import DECISION_MADE
from contracts.dead_letters import dead_letter_topic
from contracts.upstream import LOSS_REPORTED
from contracts.weather import RAINFALL_ASSESSED
from demo.report import money_rows, write_report

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
CLAIM = DECISION_MADE.examples[0].claim_reference
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """What a browser would find on the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        if (identifier := named.get("id")) is not None:
            self.ids.append(identifier)
        self.references += (named.get("aria-labelledby") or "").split()
        if (target := named.get("href")) is not None and target.startswith("#"):
            self.references.append(target[1:])
        if tag not in VOID:
            self.open.append(tag)

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


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


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """What a run with one claim leaves behind."""
    decision = DECISION_MADE.examples[0]
    event = {"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01", "data": decision.model_dump(mode="json")}
    write_lines(tmp_path / "decisions.jsonl", event)
    basis = {
        "facts": LOSS_REPORTED.examples[0].facts.model_dump(mode="json"),
        "damage": [item.model_dump(mode="json") for item in LOSS_REPORTED.examples[0].damage],
        "rain": RAINFALL_ASSESSED.examples[0].model_dump(mode="json"),
    }
    (tmp_path / "proofs").mkdir()
    (tmp_path / "proofs" / f"{CLAIM}-v1.json").write_text(json.dumps({"basis": basis}))
    letter = EmailMessage()
    letter["Subject"] = f"Uw waterschade {CLAIM}: wij betalen"
    letter["From"], letter["To"] = "schade@example.org", "j.voorbeeld@example.org"
    letter.set_content("Beste J. Voorbeeld, wij betalen € 1.590,00.")
    letter.add_alternative('<h1 onclick="x()">Wij betalen</h1>', subtype="html")
    (tmp_path / "mailbox").mkdir()
    (tmp_path / "mailbox" / "1.eml").write_bytes(letter.as_bytes())
    sms = {"destination": "31612345678", "reference": 7, "parts": 2}
    write_lines(
        tmp_path / "sms.jsonl",
        {**sms, "part": 2, "text": "de uitleg staat in onze e-mail <script>."},
        {**sms, "part": 1, "text": f"Uw waterschade {CLAIM}: "},
    )
    write_lines(
        tmp_path / "traces.jsonl",
        span("a1", "", "process claims.loss-reported.v1", "claims-svc", from_ms=0, until_ms=40),
        span("a2", "a1", "send email", "notify-svc", from_ms=9_000, until_ms=9_120),
    )
    tell(tmp_path)
    return tmp_path


def tell(directory: Path, *, problems: tuple[str, ...] = (), report_id: str | None = None) -> None:
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


def test_a_claim_is_shown_with_its_rain_its_money_its_messages_and_its_trace(run: Path) -> None:
    html = write_report(run).read_text()
    for shown in (
        "2 of 2 ended as they should",
        "15 July 2021 03:30",
        "24 h: 40.2 of 40.0 mm (+0.2)",
        "not measured",
        "€ 1,590.00",
        "Beste J. Voorbeeld, wij betalen € 1.590,00.",
        f"Uw waterschade {CLAIM}: de uitleg staat in onze e-mail",
        "SMS: no address",
        "process claims.loss-reported.v1",
        "waits 8.96 s",
        "{bad",
    ):
        assert shown in html


def test_the_page_is_whole_and_every_reference_on_it_leads_somewhere(run: Path) -> None:
    page = Page(write_report(run).read_text())
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert set(page.references) <= set(page.ids)


def test_the_page_needs_no_network_and_no_script(run: Path) -> None:
    html = write_report(run).read_text()
    page = Page(html)
    assert {"script", "link", "img"}.isdisjoint(tag for tag, _ in page.tags)
    assert [named for _, named in page.tags if "src" in named] == []
    assert "url(http" not in html


def test_an_e_mail_can_run_nothing_where_it_is_shown(run: Path) -> None:
    frames = [named for tag, named in Page(write_report(run).read_text()).tags if tag == "iframe"]
    assert [(frame["sandbox"], frame["srcdoc"]) for frame in frames] == [("", '<h1 onclick="x()">Wij betalen</h1>')]


def test_charts_say_in_words_what_they_show(run: Path) -> None:
    page = Page(write_report(run).read_text())
    drawings = [named for tag, named in page.tags if tag == "svg" and named.get("class") != "bar"]
    assert len(drawings) == 3
    assert all(named["role"] == "img" and named["aria-labelledby"] for named in drawings)


def test_a_story_that_ended_wrongly_is_seen_at_once(run: Path) -> None:
    tell(run, problems=("payable is 95000 instead of 120000",))
    html = write_report(run).read_text()
    assert "<title>1 story ended wrongly" in html
    assert "1 of 2 ended as they should" in html
    assert "payable is 95000 instead of 120000" in html
    assert f'<article id="{CLAIM}" aria-labelledby="{CLAIM}-title" class="wrong">' in html


def test_a_report_without_a_decision_has_its_place_too(run: Path) -> None:
    tell(run, problems=("no decision",), report_id="5d9ea246-dc2a-510f-a015-4f04b6c5a362")
    page = Page(html := write_report(run).read_text())
    assert "No decision was read off Kafka." in html
    assert set(page.references) <= set(page.ids)


def test_a_decision_without_its_proof_is_shown_as_wrong(run: Path) -> None:
    (run / "proofs" / f"{CLAIM}-v1.json").unlink()
    assert "There is no proof for this decision." in write_report(run).read_text()


def test_money_goes_down_step_by_step() -> None:
    rows = money_rows(DECISION_MADE.examples[0].money)
    assert [(row.text, row.amount_cents, row.left_cents) for row in rows] == [
        ("Damage", 184_000, 184_000),
        ("Deductible", -25_000, 159_000),
    ]
    assert rows[1].from_share == pytest.approx(159 / 184)
    assert rows[1].until_share == 1
