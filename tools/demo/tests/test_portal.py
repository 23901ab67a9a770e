"""The demo at the portal: forms are filled in without a browser, what was received is shown, pictures become a film."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from demo.portal.browsers import HttpBrowser, forms_of
from demo.portal.film import make_film
from demo.portal.received import Received, Somebody, serving
from demo.steps import StepError
from demo.tokens import PORTAL

ORIGIN = "http://127.0.0.1:1"
FORM = (
    '<form method="post" action="/nl/report"><input type="hidden" name="csrf" value="c">'
    '<input type="radio" name="policy" value="a"><input type="radio" name="policy" value="b" checked>'
    '<input name="note" value="old"><textarea name="more"></textarea><button>Send</button></form>'
)
MAIL = (
    f"To: a@example.org\nSubject: =?utf-8?q?Beslissing_=E2=82=AC?=\nContent-Type: text/html; charset=utf-8\n\n"
    f'<p>Hallo <a href="{PORTAL}/claims">hier</a></p>'
)


def portal(asked: list[httpx.Request]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.method == "POST":
            return httpx.Response(
                303, headers={"location": "/nl/report/when", "set-cookie": "__Host-x=1; Path=/; Secure"}
            )
        return httpx.Response(404 if request.url.path == "/nl/gone" else 200, text=FORM)

    return httpx.MockTransport(answer)


@pytest.fixture
def asked() -> list[httpx.Request]:
    return []


@pytest.fixture
async def browser(asked: list[httpx.Request], tmp_path: Path) -> AsyncIterator[HttpBrowser]:
    async with httpx.AsyncClient(base_url=ORIGIN, transport=portal(asked)) as client:
        yield HttpBrowser(client, ORIGIN, tmp_path)


async def test_a_form_is_sent_with_what_it_holds_and_what_was_filled_in(
    browser: HttpBrowser, asked: list[httpx.Request]
) -> None:
    await browser.go("/nl/report")
    await browser.send("/report", {"note": "new"})
    assert asked[1].content == b"csrf=c&policy=b&note=new&more="
    assert asked[1].headers["origin"] == ORIGIN
    assert (browser.path, asked[2].headers["cookie"]) == ("/nl/report/when", "__Host-x=1")


async def test_a_page_or_form_that_is_not_there_is_a_step_that_failed(browser: HttpBrowser) -> None:
    with pytest.raises(StepError, match="404"):
        await browser.go("/nl/gone")
    with pytest.raises(StepError, match="no form to /elsewhere"):
        await browser.send("/elsewhere", {})


async def test_what_belongs_to_the_portal_is_sent_to_no_other_host(
    browser: HttpBrowser, asked: list[httpx.Request]
) -> None:
    browser.cookies["__Host-session"] = "secret"
    await browser.go("http://127.0.0.1:2/mail/1.eml")
    assert "cookie" not in asked[0].headers


async def test_without_a_browser_the_page_itself_is_kept(browser: HttpBrowser, tmp_path: Path) -> None:
    await browser.go("/nl/report")
    await browser.keep_picture("01-report")
    assert forms_of((tmp_path / "01-report.html").read_text())[0].action == "/nl/report"


def test_what_was_received_is_shown_to_people_with_links_to_the_portal_that_runs(tmp_path: Path) -> None:
    (tmp_path / "mailbox").mkdir()
    (tmp_path / "mailbox" / "0001.eml").write_text(MAIL)
    (tmp_path / "sms.jsonl").write_text(json.dumps({"destination": "31612340042", "text": "123456 <b>"}) + "\n")
    people = [Somebody(name="An operator", email="o@example.org", number="staff", password="p", code=lambda: "654321")]
    with serving(Received(tmp_path, ORIGIN, people)) as url:
        page = httpx.get(url, trust_env=False).text
        mail = httpx.get(f"{url}/mail/0001.eml", trust_env=False).text
        missing = httpx.get(f"{url}/mail/..%2F..%2Fsms.jsonl", trust_env=False)
    assert "123456 &lt;b&gt;" in page
    assert "654321" in page
    assert "Beslissing €" in page
    assert f'href="{ORIGIN}/claims"' in mail
    assert missing.status_code == 404


def test_pictures_become_a_film_in_their_order(tmp_path: Path) -> None:
    pictures = tmp_path / "portal"
    pictures.mkdir()
    for name, colour in (("02-b", "blue"), ("01-a", "red")):
        Image.new("RGB", (780, 1688), colour).save(pictures / f"{name}.png")
    assert make_film(pictures, tmp_path / "portal.webp")
    with Image.open(tmp_path / "portal.webp") as film:
        assert (film.size, getattr(film, "n_frames", 1)) == ((390, 844), 2)
        assert film.convert("RGB").getpixel((5, 5))[0] > 200  # type: ignore[index]
    assert not make_film(tmp_path / "nothing", tmp_path / "none.webp")
