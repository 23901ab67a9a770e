"""What is requested goes by letter where its e-mail reaches nobody: at once, or when it comes back."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from account_requests import LINK, MAIL_OCCASIONS, asked, told
from claim_requests import CLAIM_PAGE, REFERENCE, about_claim
from decisions import ADDRESS, CUSTOMER, DECIDED_AT, INSURER, NAME, contact, paid
from letters_operator import Operator, files_in
from mail_server import MailServer
from message_keys import KEPT_TEXT_KEY
from notify_desk import Desk
from printed import read

from chassis.vault import Vault
from contracts.claim_messages import ClaimOccasion
from contracts.message_requests import CODE_OCCASIONS, LINK_OCCASIONS, Occasion
from contracts.notify import RequestSettlement
from contracts.vocabulary import Channel, Language
from notify_svc.commands.preview import messages
from notify_svc.domain.requests import LETTER_OCCASIONS, UNDONE_BY_LINK
from notify_svc.paper.press import Press
from notify_svc.repository import kept_texts
from notify_svc.texts.rendering import render_html

ON_PAPER = contact(email=None)


@pytest.fixture
def operator(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(desk, capsys)


async def test_a_customer_without_an_email_address_is_asked_a_question_by_letter(
    desk: Desk, operator: Operator, tmp_path: Path
) -> None:
    await desk.know(ON_PAPER)
    await desk.ask_about_claims(request := about_claim(ClaimOccasion.QUESTIONS_ASKED))
    await desk.send_requests_until("no_address")

    ended = [(one.channel, one.settlement, one.request_id) for one in await desk.claim_messages_settled()]
    assert ended == [
        (Channel.EMAIL, RequestSettlement.NO_ADDRESS, request.request_id),
        (Channel.POST, RequestSettlement.TO_BE_POSTED, request.request_id),
    ]
    (listed,) = await operator.lists()
    assert (listed["occasion"], listed["claim_id"]) == ("questions_asked", str(request.claim_id))
    assert NAME not in str(listed)
    assert await operator.runs("export", "--to", str(tmp_path)) == 0
    (printed,) = files_in(tmp_path)
    said = " ".join(read(printed.read_bytes()).split())
    assert all(word in said for word in (NAME, REFERENCE, "30 juli 2021", CLAIM_PAGE, INSURER.phone))
    assert await operator.runs("posted", listed["message_id"]) == 0
    assert await operator.runs("posted", listed["message_id"]) == 0
    assert [one.settlement for one in await desk.claim_messages_settled()] == [RequestSettlement.POSTED]
    assert await operator.lists() == []


async def test_a_letter_in_the_place_of_a_mail_is_kept_as_it_was_printed(
    desk: Desk, operator: Operator, tmp_path: Path
) -> None:
    await desk.know(ON_PAPER)
    await desk.ask(told(Occasion.POLICY_CHANGED))
    await desk.send_requests_until("no_address")
    letter_id = await operator.only_letter()

    assert await operator.runs("print", letter_id, "--to", str(tmp_path / "a.pdf")) == 0

    async with desk.harness.pool.acquire() as connection:
        (kept,) = await kept_texts.of_message(connection, message_id=letter_id, vault=Vault(KEPT_TEXT_KEY))
    assert kept.contents is not None
    assert kept.contents.pdf == (tmp_path / "a.pdf").read_bytes()
    assert ADDRESS.house_number in kept.contents.recipient
    assert (kept.row["occasion"], kept.row["owner_id"], kept.row["channel"]) == ("policy_changed", CUSTOMER, "post")


async def test_a_refused_mail_about_a_password_is_followed_by_a_letter(desk: Desk, mail: MailServer) -> None:
    mail.answers = ["550 no such user"]
    await desk.know(contact())
    await desk.ask(asked(Occasion.PASSWORD_CHANGED))
    await desk.send_requests_until("refused")

    assert [one.settlement for one in await desk.requests_settled()] == [
        RequestSettlement.REFUSED,
        RequestSettlement.TO_BE_POSTED,
    ]


@pytest.mark.parametrize(
    "occasion",
    [one for one in MAIL_OCCASIONS if one in LINK_OCCASIONS - UNDONE_BY_LINK or one is Occasion.LOGIN_BLOCKED],
)
async def test_no_letter_comes_when_all_is_over(desk: Desk, mail: MailServer, occasion: Occasion) -> None:
    mail.answers = ["550 no such user"]
    await desk.know(contact())
    await desk.ask(asked(occasion))
    await desk.send_requests_until("refused")

    assert [one.channel for one in await desk.requests_settled()] == [Channel.EMAIL]


async def test_a_code_goes_by_no_letter(desk: Desk) -> None:
    await desk.know(contact(mobile_phone=None))
    await desk.ask(asked(Occasion.LOGIN_CODE_REQUESTED))
    await desk.send_requests_until("no_address")

    assert [one.channel for one in await desk.requests_settled()] == [Channel.SMS]
    assert LETTER_OCCASIONS.isdisjoint(CODE_OCCASIONS)
    assert LETTER_OCCASIONS & LINK_OCCASIONS == UNDONE_BY_LINK


@pytest.mark.parametrize("occasion", sorted(UNDONE_BY_LINK))
async def test_who_was_not_reached_about_a_change_of_how_to_get_in_is_told_by_letter_whom_to_call(
    desk: Desk, mail: MailServer, operator: Operator, tmp_path: Path, occasion: Occasion
) -> None:
    mail.answers = ["550 no such user"]
    await desk.know(contact())
    await desk.ask(asked(occasion))
    await desk.send_requests_until("refused")

    assert await operator.runs("export", "--html", "--to", str(tmp_path)) == 0

    page, pdf = files_in(tmp_path)
    said = " ".join(read(pdf.read_bytes()).split())
    assert INSURER.phone in said.replace("\u00a0", " ")
    assert not any(word in text for text in (said, page.read_text()) for word in (LINK, "link", "https://undo"))
    assert LINK not in await desk.everything_stored()


async def test_what_expired_is_told_by_no_letter(desk: Desk) -> None:
    await desk.know(ON_PAPER)
    desk.later(days=8)
    await desk.ask_about_claims(about_claim(ClaimOccasion.REPAIR_OFFERED))

    assert [one.settlement for one in await desk.claim_messages_settled()] == [RequestSettlement.EXPIRED]


async def test_who_has_no_postal_address_gets_no_letter(desk: Desk, operator: Operator) -> None:
    await desk.know(contact(email=None, postal_address=None))
    await desk.ask_about_claims(about_claim(ClaimOccasion.REVIEW_OPENED))
    await desk.send_requests_until("no_address")

    assert [one.channel for one in await desk.claim_messages_settled()] == [Channel.EMAIL]
    assert await operator.lists() == []


async def test_a_letter_whose_reader_has_no_address_any_more_ends(
    desk: Desk, operator: Operator, tmp_path: Path
) -> None:
    await desk.know(ON_PAPER)
    await desk.ask_about_claims(about_claim(ClaimOccasion.REVIEW_OPENED))
    await desk.send_requests_until("no_address")
    await desk.claim_messages_settled()
    await desk.know(contact(version=2, email=None, postal_address=None))

    await operator.runs("export", "--to", str(tmp_path))

    assert [(one.channel, one.settlement) for one in await desk.claim_messages_settled()] == [
        (Channel.POST, RequestSettlement.NO_ADDRESS)
    ]
    assert files_in(tmp_path) == []


@pytest.mark.parametrize(
    "occasion", [ClaimOccasion.ANSWERS_AWAITED, ClaimOccasion.RAIN_AWAITED, ClaimOccasion.STILL_WAITING]
)
async def test_nobody_is_reminded_by_letter_of_what_is_over_before_that_comes(
    desk: Desk, occasion: ClaimOccasion
) -> None:
    await desk.know(ON_PAPER)
    await desk.ask_about_claims(about_claim(occasion))
    await desk.send_requests_until("no_address")

    assert [one.channel for one in await desk.claim_messages_settled()] == [Channel.EMAIL]


@pytest.mark.parametrize("occasion", [ClaimOccasion.QUESTIONS_ASKED, ClaimOccasion.REVIEW_OPENED])
async def test_a_letter_that_names_a_day_is_not_printed_after_it(
    desk: Desk, operator: Operator, tmp_path: Path, occasion: ClaimOccasion
) -> None:
    await desk.know(ON_PAPER)
    await desk.ask_about_claims(about_claim(occasion), about_claim(ClaimOccasion.REPAIR_OFFERED))
    await desk.send_requests_until("no_address", "no_address")
    await desk.claim_messages_settled()
    desk.later(days=14, hours=13)
    await operator.runs("export", "--to", str(tmp_path / "on the day"))
    assert len(files_in(tmp_path / "on the day")) == 2

    desk.later(hours=1)
    await operator.runs("export", "--to", str(tmp_path / "after"))

    assert len(files_in(tmp_path / "after")) == len(await operator.lists()) == 1
    assert [(one.channel, one.settlement, one.occasion) for one in await desk.claim_messages_settled()] == [
        (Channel.POST, RequestSettlement.EXPIRED, occasion)
    ]


async def test_a_letter_ends_with_the_day_that_it_names_though_nobody_prints_it(
    desk: Desk, operator: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    await desk.know(ON_PAPER)
    await desk.ask_about_claims(about_claim(ClaimOccasion.REVIEW_OPENED))
    await desk.send_requests_until("no_address")
    letter_id = await operator.only_letter()
    desk.later(days=15)

    async with desk.working("request-sender"):
        await desk.until_true("SELECT count(*) = 1 FROM requested_letter WHERE state = 'expired'")

    assert await operator.lists() == []
    assert await operator.runs("posted", letter_id) == 1
    assert f"{letter_id}: the day that it names has passed; do not post it" in capsys.readouterr().err


async def waiting_letter(desk: Desk, occasion: ClaimOccasion) -> UUID:
    """Let a letter about a claim wait to be posted; return the claim."""
    await desk.know(ON_PAPER)
    await desk.ask_about_claims(request := about_claim(occasion))
    await desk.send_requests_until("no_address")
    await desk.claim_messages_settled()
    return request.claim_id


@pytest.mark.parametrize(
    ("occasion", "later"),
    [
        (ClaimOccasion.QUESTIONS_ASKED, ClaimOccasion.QUESTIONS_ASKED),
        (ClaimOccasion.REVIEW_OPENED, ClaimOccasion.REVIEW_UPHELD),
        (ClaimOccasion.REVIEW_STILL_OPEN, ClaimOccasion.REVIEW_OVERTURNED),
        (ClaimOccasion.REPAIR_OFFERED, ClaimOccasion.REPAIR_ACCEPTED),
        (ClaimOccasion.REPAIR_NEEDS_CONSENT, ClaimOccasion.REPAIR_COMPLETED),
    ],
)
async def test_what_comes_later_about_the_claim_takes_the_place_of_a_letter(
    desk: Desk,
    operator: Operator,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    occasion: ClaimOccasion,
    later: ClaimOccasion,
) -> None:
    claim_id = await waiting_letter(desk, occasion)
    letter_id = await operator.only_letter()
    desk.later(days=1)
    await desk.ask_about_claims(about_claim(later, claim_id=claim_id, occurred_at=desk.clock.at))

    assert await operator.runs("print", letter_id, "--to", str(tmp_path / "a.pdf")) == 1

    assert "has taken its place" in capsys.readouterr().err
    assert files_in(tmp_path) == []
    assert [(one.channel, one.settlement, one.occasion) for one in await desk.claim_messages_settled()] == [
        (Channel.POST, RequestSettlement.SUPERSEDED, occasion)
    ]


async def test_a_decision_takes_the_place_of_a_letter_with_questions_and_of_no_other(
    desk: Desk, operator: Operator
) -> None:
    decision = paid()
    await desk.know(ON_PAPER)
    await desk.ask_about_claims(
        *(
            about_claim(occasion, claim_id=decision.claim_id)
            for occasion in (ClaimOccasion.QUESTIONS_ASKED, ClaimOccasion.REPAIR_OFFERED)
        ),
        about_claim(ClaimOccasion.QUESTIONS_ASKED),
    )
    await desk.send_requests_until("no_address", "no_address", "no_address")
    assert len(await operator.lists()) == 3
    desk.later(days=1)
    await desk.decide(decision)

    listed = [(row["occasion"], row["claim_id"] == str(decision.claim_id)) for row in await operator.lists()]

    assert sorted(listed) == [("questions_asked", False), ("repair_offered", True)]


@pytest.mark.parametrize(
    ("occasion", "later"),
    [
        (ClaimOccasion.REVIEW_UPHELD, ClaimOccasion.REVIEW_OPENED),
        (ClaimOccasion.REPAIR_COMPLETED, ClaimOccasion.REPAIR_OFFERED),
        (ClaimOccasion.QUESTIONS_ASKED, ClaimOccasion.ANSWERS_AWAITED),
    ],
)
async def test_what_still_holds_is_posted_whatever_comes_later(
    desk: Desk, operator: Operator, occasion: ClaimOccasion, later: ClaimOccasion
) -> None:
    claim_id = await waiting_letter(desk, occasion)
    desk.later(days=1)
    await desk.ask_about_claims(
        about_claim(later, claim_id=claim_id, occurred_at=desk.clock.at),
        about_claim(occasion, occurred_at=desk.clock.at),
        about_claim(occasion, claim_id=claim_id),
    )

    assert [row["claim_id"] for row in await operator.lists()] == [str(claim_id)]


async def test_letters_about_decisions_are_exported_beside_the_others(
    desk: Desk, operator: Operator, tmp_path: Path
) -> None:
    await desk.know(ON_PAPER)
    await desk.decide(paid())
    await desk.send_until(Channel.EMAIL, "no_address")
    await desk.ask_about_claims(about_claim(ClaimOccasion.REPAIR_OFFERED))
    await desk.send_requests_until("no_address")

    assert await operator.runs("export", "--html", "--to", str(tmp_path)) == 0

    listed = {str(row["message_id"]) for row in await operator.lists()}
    assert {path.stem for path in files_in(tmp_path)} == listed
    assert len(listed) == 2
    assert await operator.runs("posted", *sorted(listed)) == 0


async def test_letters_that_are_still_to_be_posted_are_not_forgotten_with_what_has_ended(
    desk: Desk, operator: Operator
) -> None:
    await desk.know(ON_PAPER)
    await desk.ask_about_claims(about_claim(ClaimOccasion.REVIEW_OPENED), about_claim(ClaimOccasion.REPAIR_OFFERED))
    await desk.send_requests_until("no_address", "no_address")
    first, second = (row["message_id"] for row in await operator.lists())
    await operator.runs("posted", first)
    desk.later(days=31)

    async with desk.working("request-sender"):
        await desk.until_true("SELECT count(*) = 1 FROM requested_letter")

    assert [row["message_id"] for row in await operator.lists()] == [second]


@pytest.mark.parametrize("language", Language)
def test_on_paper_nobody_is_told_to_answer_an_email(language: Language) -> None:
    press, seen = Press(), 0
    for write in messages(language):
        message = write()
        if message.on_paper is None or message.key.startswith("notices."):
            continue
        seen += 1
        page = render_html(message.on_paper)
        assert not any(told in page for told in ("deze e-mail", "this e-mail", LINK))
        assert ADDRESS.house_number in page
        printed = " ".join(read(press.print(message.on_paper, printed_at=DECIDED_AT)).split())
        assert message.on_paper.headline.replace("\u00a0", " ") in printed.replace("\u00a0", " ")
    assert seen == len(LETTER_OCCASIONS)
