"""The report page shows every claim from report to message, is whole, and needs nothing but what lies beside it."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace
from report_run import (
    CLAIM,
    DECISION,
    rainfall,
    write_decisions,
    write_proof,
    write_rain_check,
    write_run,
    write_story,
)
from typing_extensions import override

from contracts.coverage import DecidedItem, GroundCode, Outcome
from contracts.loss_reports import DamageKind
from contracts.vocabulary import FactSource, WaterRoute
from contracts.weather import CorrectedHour
from demo.report import money_rows, write_report
from demo.report_language import Language

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """What a browser would find on the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.links: list[str] = []
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
        if (target := named.get("href")) is not None:
            self.links.append(target)
            if target.startswith("#"):
                self.references.append(target[1:])
        if tag not in VOID:
            self.open.append(tag)

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [named for name, named in self.tags if name == tag]

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def run(tmp_path: Path) -> Path:
    write_run(tmp_path)
    return tmp_path


def test_a_claim_is_shown_with_its_rain_its_money_its_messages_and_its_trace(run: Path) -> None:
    html = write_report(run).read_text()
    for shown in (
        "2 of 2 have the outcome they should have.",
        "15 July 2021 03:30",
        "24 h: 40.2 of 40.0 mm, 18.0 by the loss",
        "Of that, 18.0 mm had fallen by the end of the hour of loss.",
        "Deductible, rain: chosen € 0.00, but at least € 250.00 for damage by heavy weather.",
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


def test_the_page_needs_no_network(run: Path) -> None:
    html = write_report(run).read_text()
    page = Page(html)
    assert {"link", "img"}.isdisjoint(tag for tag, _ in page.tags)
    assert [named for _, named in page.tags if "src" in named] == []
    assert "url(http" not in html
    assert not any(target.startswith(("http", "//")) for target in page.links)


@pytest.mark.parametrize("name", ["report.html", "report.nl.html"])
def test_every_file_that_is_named_is_linked_and_lies_beside_the_page(run: Path, name: str) -> None:
    write_report(run)
    links = [target for target in Page((run / name).read_text()).links if not target.startswith("#")]

    assert {target for target in links if not (run / target).exists()} == set()
    assert set(links) == {
        "report.html",
        "report.nl.html",
        f"proofs/{CLAIM}-v1.json",
        "mailbox/1.eml",
        "logs/claims-svc.log",
        "decisions.jsonl",
        "stories.json",
        "proofs/",
        "mailbox/",
        "letters/",
        "sms.jsonl",
        "traces.jsonl",
    }


def test_the_page_is_in_dutch_too_and_each_language_leads_to_the_other(run: Path) -> None:
    write_report(run)
    english, dutch = (Page((run / name).read_text()) for name in ("report.html", "report.nl.html"))

    assert (english.attributes("html"), dutch.attributes("html")) == ([{"lang": "en"}], [{"lang": "nl"}])
    assert [named for named in english.attributes("a") if "hreflang" in named] == [
        {"href": "report.html", "lang": "en", "hreflang": "en", "aria-current": "page"},
        {"href": "report.nl.html", "lang": "nl", "hreflang": "nl"},
    ]


def test_a_claim_is_shown_in_dutch(run: Path) -> None:
    write_report(run)
    html = (run / "report.nl.html").read_text()
    for shown in (
        "2 van de 2 liepen af zoals het hoort.",
        "15 juli 2021 03:30",
        "24 u: 40,2 van 40,0 mm, 18,0 bij de schade",
        "niet gemeten",
        "€ 1.590,00",
        "hevige plaatselijke neerslag",
        "Sms: geen adres",
        "wacht 8,96 s",
    ):
        assert shown in html


def test_reports_can_be_chosen_by_outcome_and_text_with_labels_and_the_keyboard(run: Path) -> None:
    page = Page(write_report(run).read_text())
    (form,) = [named for tag, named in page.tags if tag == "form"]
    inputs = page.attributes("input")

    assert form["role"] == "search"
    assert form["aria-label"] == "Choose reports"
    assert "hidden" in form  # only the script that filters shows it
    assert [named["value"] for named in inputs if named["type"] == "radio"] == ["", "covered", "dead_lettered"]
    assert [named["id"] for named in inputs if named["type"] == "search"] == ["filter-text"]
    assert {"for": "filter-text"} in page.attributes("label")
    assert [
        (named["data-report"], named["data-outcome"]) for named in page.attributes("tr") if "data-report" in named
    ] == [
        (CLAIM, "covered"),
        ("refused-1", "dead_lettered"),
    ]


def test_the_chart_names_the_window_to_look_at_first(run: Path) -> None:
    page = Page(write_report(run).read_text())
    (region,) = [named for named in page.attributes("div") if "data-focus" in named]
    (chart,) = [
        named for named in page.attributes("svg") if f"{CLAIM}-377-rain-title" in str(named.get("aria-labelledby"))
    ]
    from_x, until_x = map(float, str(region["data-focus"]).split())

    assert str(chart["viewbox"]).split()[2] == region["data-width"]
    assert 0 < from_x < until_x < float(str(region["data-width"]))


def test_an_e_mail_can_run_nothing_where_it_is_shown_and_has_its_pictures(run: Path) -> None:
    frames = [named for tag, named in Page(write_report(run).read_text()).tags if tag == "iframe"]
    picture = f"data:image/png;base64,{b64encode(b'a picture').decode()}"
    shown = f'<h1 onclick="x()">Wij betalen</h1><img src="{picture}" alt="12,3 mm">'
    assert [(frame["sandbox"], frame["srcdoc"]) for frame in frames] == [("", shown)]


def test_charts_say_in_words_what_they_show(run: Path) -> None:
    page = Page(write_report(run).read_text())
    drawings = [named for tag, named in page.tags if tag == "svg" and named.get("class") != "bar"]
    assert len(drawings) == 3
    assert all(named["role"] == "img" and named["aria-labelledby"] for named in drawings)


def test_a_story_that_ended_wrongly_is_seen_at_once(run: Path) -> None:
    write_story(run, problems=("payable is 95000 instead of 120000",))
    html = write_report(run).read_text()
    assert "<title>1 story has a wrong outcome" in html
    assert "1 of 2 have the outcome they should have." in html
    assert "payable is 95000 instead of 120000" in html
    assert f'<article id="{CLAIM}" aria-labelledby="{CLAIM}-title" class="wrong">' in html


def test_a_report_without_a_decision_has_its_place_too(run: Path) -> None:
    write_story(run, problems=("no decision",), report_id="5d9ea246-dc2a-510f-a015-4f04b6c5a362")
    page = Page(html := write_report(run).read_text())
    assert "No decision was read off Kafka." in html
    assert set(page.references) <= set(page.ids)


def test_a_record_that_was_dead_lettered_without_a_reason_to_is_seen_at_once(run: Path) -> None:
    write_story(run, unexpected_dead_letters=("policy.policy-changed.v1 partition 0 offset 3 was dead-lettered",))
    html = write_report(run).read_text()
    assert '<div class="verdict wrong">' in html
    assert "policy.policy-changed.v1 partition 0 offset 3 was dead-lettered" in html


def test_a_posted_letter_is_shown_with_its_file(run: Path) -> None:
    write_story(run, settlements={"email": "no_address", "sms": "sent", "post": "to_be_posted"})
    html = write_report(run).read_text()
    page = Page(html)
    assert "Letter: to be posted" in html
    assert "letters/0198c5f3.html" in page.links
    assert f"<h1>Waterschade {CLAIM}</h1><p>Postbus</p>" in [named["srcdoc"] for named in page.attributes("iframe")]


def test_a_claim_that_was_decided_again_shows_the_version_that_stands_and_what_was_before(run: Path) -> None:
    referred = {"claim_version": 2, "outcome": Outcome.REFERRED, "deciding_ground": GroundCode.STATEMENT_TURNED}
    again = replace(DECISION, **referred, turned_statements=("came_through_open_window_or_door",))
    write_decisions(run, again, DECISION)
    write_proof(run, version=2)
    html = write_report(run).read_text()
    assert "version 2" in html
    assert "Version 1 was: covered, heavy local precipitation, € 1,590.00." in html
    assert "The customer now says something else than before about: came through open window or door." in html


def test_what_is_undisputed_is_shown_beside_what_a_handler_decides(run: Path) -> None:
    (covered,) = DECISION.items
    doubted = DecidedItem(
        kind=DamageKind.CONTENTS,
        amount_cents=70_000,
        estimated_by=FactSource.CUSTOMER,
        route=WaterRoute.INDIRECT_PRECIPITATION,
        outcome=Outcome.REFERRED,
        ground=GroundCode.FACT_MISSING,
    )
    partly = {"outcome": Outcome.REFERRED, "items": (covered, doubted), "report_ids": (DECISION.report_id,) * 2}
    write_decisions(run, replace(DECISION, **partly))
    html = write_report(run).read_text()
    assert "of which this part is undisputed and paid at once" in html
    assert '<th scope="row">contents</th><td class="figure">€ 700.00</td>' in html
    assert "2 reports of the same loss" in html


def test_a_decision_without_its_proof_is_shown_as_wrong(run: Path) -> None:
    (run / "proofs" / f"{CLAIM}-v1.json").unlink()
    assert "There is no proof for this decision." in write_report(run).read_text()


def test_money_goes_down_step_by_step() -> None:
    rows = money_rows(DECISION.money, language=Language.load("en"))
    assert [(row.text, row.amount_cents, row.left_cents) for row in rows] == [
        ("Damage", 184_000, 184_000),
        ("Deductible", -25_000, 159_000),
    ]
    assert rows[1].from_share == pytest.approx(159 / 184)
    assert rows[1].until_share == 1


def test_a_rain_check_is_shown_with_its_chart_and_the_refusal(run: Path) -> None:
    write_rain_check(run)
    html = write_report(run).read_text()
    assert "Yes: at Ell &lt;40.2 mm&gt;." in html
    assert "Ja: op Ell &lt;40,2 mm&gt;." in (run / "report.nl.html").read_text()
    (picture,) = Page(html).attributes("img")
    assert picture["src"] == "rain-check.en.svg"
    assert "Ell" in (picture["alt"] or "")
    assert "422 Latitude and longitude have changed places" in html
    assert "Maastricht, 34.1 km (farther away)" in html


@pytest.mark.parametrize("lost", ["rain-check.en.svg", "rain-check.en.json", "rain-check-refused.json"])
def test_a_rain_check_that_did_not_come_to_its_end_is_left_out(run: Path, lost: str) -> None:
    write_rain_check(run)
    (run / lost).unlink()
    assert 'id="rain-check"' not in write_report(run).read_text()


def test_a_decision_names_the_files_its_hours_come_from_the_stations_passed_over_and_corrected_hours(run: Path) -> None:
    answer = rainfall()
    hour = CorrectedHour(
        station=answer.stations[0].station,
        hour_ends_at=datetime(2021, 7, 15, 7, tzinfo=UTC),
        was_tenths_mm=28,
        is_tenths_mm=None,
    )
    write_proof(run, rain=replace(answer, corrected=(hour,)))
    html = write_report(run).read_text()
    (source,) = answer.stations[0].sources
    assert f"KNMI, <code>{source.name}</code>, for Ell, published 2021-08-02 09:00 UTC" in html
    assert source.sha256 in html
    assert "Eindhoven, 39.8 km (farther away)" in html
    assert "corrected the hour at Ell until 15 July 2021 09:00: it was 2.8 mm and is now ? mm." in html
