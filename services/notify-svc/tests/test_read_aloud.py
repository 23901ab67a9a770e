"""What a screen reader says of an e-mail, and that none is wider than a phone: asked of a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from chromium import CHROMIUM, Page, empty_page

from contracts.vocabulary import Language
from notify_svc.commands.preview import Message, messages, page_by_itself

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: nobody has looked at the e-mails"),
]
PHONE = 360


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with empty_page(tmp_path) as opened:
        yield opened


def written(key: str, language: Language) -> Message:
    return next(message for message in (write() for write in messages(language)) if message.key == key)


def plain(told: Sequence[tuple[str, str]], *roles: str) -> list[str]:
    return [name.replace("\u00a0", " ") for role, name in told if role in roles]


async def test_a_denial_is_read_aloud_as_what_it_is(page: Page) -> None:
    mail = written("notices.denied", Language.DUTCH).mail
    assert mail is not None
    await page.show(page_by_itself(mail), width=PHONE, is_dark=True)

    told = await page.read_aloud()

    assert plain(told, "article") == ["Uw waterschade W7XK2M9QD4T: niet verzekerd"]
    assert plain(told, "heading") == [
        "Deze schade is niet verzekerd",
        "Waarom",
        "Wat er is gemeten",
        "Wat er nu gebeurt",
        "Hoe wij uw melding hebben beoordeeld",
        "Bent u het er niet mee eens?",
        "Zelf controleren",
    ]
    (picture,) = plain(told, "image")
    assert picture == (
        "Staafdiagram van de regen bij station Ell. In 24 uur: 39,1 mm gemeten, 40,0 mm nodig. "
        "In 48 uur: 41,2 mm gemeten, 53,0 mm nodig. In 72 uur: 43,0 mm gemeten, 67,0 mm nodig."
    )
    # Two tables of figures and not one for the layout.
    assert plain(told, "table") == [
        "",
        "De meeste regen per periode, voor water dat over de grond of door het riool komt",
    ]
    assert plain(told, "columnheader") == ["Periode", "Gemeten", "Nodig", "Uitkomst"]
    assert plain(told, "rowheader")[:4] == [
        "Datum",
        "Kenmerk",
        "Moment van de schade",
        "24 uur 14 juli 2021 18:00 tot 15 juli 2021 18:00",
    ]
    assert plain(told, "link") == ["https://portal.example/claims/W7XK2M9QD4T/review", "www.kifid.nl", "www.knmi.nl"]
    said = plain(told, "StaticText")
    assert said[1] == "Beste J. Voorbeeld,"
    assert "Wij hebben uw melding beoordeeld. De schade is niet verzekerd." in said[2]


async def test_questions_are_read_aloud_as_a_list(page: Page) -> None:
    mail = written("claim.mails.questions_asked", Language.ENGLISH).mail
    assert mail is not None
    await page.show(page_by_itself(mail), width=PHONE, is_dark=False)

    told = await page.read_aloud()

    assert len(plain(told, "list")) == 1
    assert len(plain(told, "listitem")) == 3
    assert plain(told, "link") == ["Answer the questions"]


@pytest.mark.parametrize("language", Language)
async def test_no_page_is_wider_than_a_phone(page: Page, language: Language) -> None:
    seen = set()
    for message in (write() for write in messages(language)):
        if message.mail is None:
            continue
        seen.add(message.key)
        assert await page.show(page_by_itself(message.mail), width=PHONE, is_dark=False) <= PHONE, message.key
    assert len(seen) > 30
