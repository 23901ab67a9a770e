"""Letters by post: planned when an e-mail reached nobody, printed, and marked as posted."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from decisions import ADDRESS, EMAIL, INSURER, NAME, contact, paid
from letters_operator import Operator
from mail_server import DROP_AFTER_DATA, MailServer
from message_keys import KEPT_TEXT_KEY
from msgspec.structs import replace
from notify_desk import Desk
from pause import Pause
from printed import read
from sms_centre import SmsCentre
from uuid_utils.compat import uuid7

from chassis.vault import Vault
from contracts.notify import Settlement
from contracts.vocabulary import Channel
from notify_svc.paper.press import Press
from notify_svc.repository import kept_texts
from notify_svc.texts.letter import Letter

ON_PAPER = contact(email=None)


@pytest.fixture
def operator(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(desk, capsys)


async def posts(desk: Desk) -> Sequence[tuple[Settlement, int]]:
    """Return how letters were settled since the last call, with the claim's version."""
    settled = await desk.settled()
    return [(event.settlement, event.claim_version) for event in settled if event.channel is Channel.POST]


def files_in(directory: Path) -> dict[str, int]:
    """Return the names of files, and who may read them."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}


async def to_be_posted(desk: Desk) -> None:
    """Bring a letter that is to be posted into the ledger."""
    await desk.know(ON_PAPER)
    await desk.decide(paid())
    await desk.send_until(Channel.EMAIL, "no_address")


async def test_a_customer_without_an_email_address_gets_a_letter_and_an_sms_that_says_so(
    desk: Desk, centre: SmsCentre, operator: Operator
) -> None:
    await to_be_posted(desk)
    await desk.send_until(Channel.SMS, "sent")

    settled = {event.channel: event.settlement for event in await desk.settled()}
    assert settled == {
        Channel.EMAIL: Settlement.NO_ADDRESS,
        Channel.POST: Settlement.TO_BE_POSTED,
        Channel.SMS: Settlement.SENT,
    }
    assert "U krijgt een brief met uitleg." in centre.texts[0]
    (letter,) = await operator.lists()
    assert set(letter) == {"message_id", "claim_id", "claim_version", "to_be_posted_at"}
    assert not any(personal in json.dumps(letter) for personal in (NAME, ADDRESS.postcode))


async def test_a_customer_with_an_email_address_gets_no_letter(desk: Desk, operator: Operator) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.EMAIL, "sent")

    assert await operator.lists() == []
    assert await desk.states(Channel.POST) == []


@pytest.mark.parametrize("email", ["somebody@-no-domain-.example", "josé@example.org"])
async def test_an_email_address_that_reaches_nobody_is_followed_by_a_letter(desk: Desk, email: str) -> None:
    await desk.know(replace(contact(email="x@example.org"), email=email))
    await desk.decide(paid())

    async with desk.sending(Channel.EMAIL):
        await desk.until(Channel.POST, "to_be_posted")


async def test_a_refused_mail_is_followed_by_a_letter(desk: Desk, mail: MailServer) -> None:
    mail.answers = ["550 no such user"]
    await desk.know(contact())
    await desk.decide(paid())

    await desk.send_until(Channel.EMAIL, "refused")

    assert await desk.states(Channel.POST) == ["to_be_posted"]


async def test_a_mail_that_may_have_arrived_is_not_followed_by_a_letter(desk: Desk, mail: MailServer) -> None:
    mail.answers = [DROP_AFTER_DATA]
    await desk.know(contact())
    await desk.decide(paid())

    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
        await desk.know(contact(version=2, email=None))
        desk.later(minutes=1)
        await desk.until(Channel.EMAIL, "in_doubt")

    assert await desk.states(Channel.POST) == []


async def test_a_customer_without_any_address_is_told_by_which_number_to_call(desk: Desk, centre: SmsCentre) -> None:
    await desk.know(contact(email=None, postal_address=None))
    await desk.decide(paid())
    await desk.send_until(Channel.EMAIL, "no_address")
    await desk.send_until(Channel.SMS, "sent")

    assert await desk.states(Channel.POST) == ["no_address"]
    assert f"Bel voor uitleg {INSURER.phone}. Niet eens? {INSURER.portal_url}/" in centre.texts[0]


async def test_a_letter_is_printed_for_the_address_of_now_and_open_to_its_owner_only(
    desk: Desk, operator: Operator, tmp_path: Path
) -> None:
    await to_be_posted(desk)
    moved = replace(ADDRESS, postcode="5911AA", house_number="7")
    await desk.know(contact(version=2, email=None, postal_address=moved))
    file = tmp_path / "letter.pdf"

    assert await operator.runs("print", await operator.only_letter(), "--to", file) == 0

    document = read(file.read_bytes())
    assert "5911 AA" in document
    assert "Huisnummer 7" in document
    assert NAME in document
    assert INSURER.address in document
    assert "e-mail" not in document
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await desk.states(Channel.POST) == ["to_be_posted"]


async def test_all_letters_are_exported_to_a_directory(desk: Desk, operator: Operator, tmp_path: Path) -> None:
    await desk.know(ON_PAPER)
    await desk.decide(paid(), paid())
    await desk.send_until(Channel.EMAIL, "no_address", "no_address")
    directory = tmp_path / "letters"

    assert await operator.runs("export", "--to", directory) == 0

    assert operator.capsys.readouterr().out == "2 written\n"
    written = {path.name for path in directory.iterdir()}
    assert written == {f"{letter['message_id']}.pdf" for letter in await operator.lists()}


async def test_a_letter_that_lacks_a_value_is_named_and_the_others_are_written(
    desk: Desk, operator: Operator, tmp_path: Path
) -> None:
    incomplete = paid()
    assert incomplete.rain is not None
    (station,) = incomplete.rain.stations
    (reading,) = station.readings
    windows = tuple(replace(window, rain_by_loss_tenths_mm=None) for window in reading.windows)
    rain = replace(incomplete.rain, stations=(replace(station, readings=(replace(reading, windows=windows),)),))
    await desk.know(ON_PAPER)
    await desk.decide(replace(incomplete, rain=rain), paid())
    await desk.send_until(Channel.EMAIL, "no_address", "no_address")

    assert await operator.runs("export", "--to", tmp_path) == 1

    told = operator.capsys.readouterr()
    assert told.out == "1 written\n"
    assert told.err.endswith(" cannot be written: rain needs by_loss, which is missing\n")
    unwritable = told.err.split()[0]
    assert await operator.runs("print", unwritable, "--to", tmp_path / "one.html") == 1


async def test_a_letter_that_fails_is_named_and_the_others_are_written(
    desk: Desk, operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.know(ON_PAPER)
    await desk.decide(paid(), paid())
    await desk.send_until(Channel.EMAIL, "no_address", "no_address")
    failing = iter([KeyError(ON_PAPER.name)])
    print_soundly = Press.print

    def print_all_but_one(press: Press, letter: Letter, *, printed_at: datetime) -> bytes:
        for error in failing:
            raise error
        return print_soundly(press, letter, printed_at=printed_at)

    monkeypatch.setattr(Press, "print", print_all_but_one)

    assert await operator.runs("export", "--to", tmp_path) == 1

    told = operator.capsys.readouterr()
    assert told.out == "1 written\n"
    assert told.err.endswith("> KeyError\n")
    assert ON_PAPER.name not in told.err


async def test_a_letter_is_marked_as_posted_once(desk: Desk, operator: Operator) -> None:
    await to_be_posted(desk)
    letter = await operator.only_letter()
    assert await posts(desk) == [(Settlement.TO_BE_POSTED, 1)]

    assert await operator.runs("posted", letter) == 0
    assert operator.capsys.readouterr().out == "1 marked as posted\n"
    assert await operator.runs("posted", letter, letter) == 0
    assert "was marked as posted before" in operator.capsys.readouterr().err

    assert await posts(desk) == [(Settlement.POSTED, 1)]
    assert await operator.lists() == []


async def test_a_newer_version_supersedes_a_letter_that_was_not_posted(
    desk: Desk, operator: Operator, tmp_path: Path
) -> None:
    """The newer one goes by e-mail, because the customer has given an address meanwhile."""
    await desk.know(ON_PAPER)
    claim_id = uuid7()
    await desk.decide(paid(claim_id=claim_id))
    await desk.send_until(Channel.EMAIL, "no_address")
    letter = await operator.only_letter()

    await desk.know(contact(version=2, email=EMAIL))
    await desk.decide(paid(claim_id=claim_id, version=2))

    assert await posts(desk) == [(Settlement.TO_BE_POSTED, 1), (Settlement.SUPERSEDED, 1)]
    assert await operator.runs("posted", letter) == 1
    assert await operator.runs("print", letter, "--to", tmp_path / "letter.pdf") == 1
    assert "do not post it" in operator.capsys.readouterr().err
    assert await desk.states(Channel.POST) == ["superseded"]


async def test_a_posted_letter_is_not_superseded(desk: Desk, operator: Operator) -> None:
    await desk.know(ON_PAPER)
    claim_id = uuid7()
    await desk.decide(paid(claim_id=claim_id))
    await desk.send_until(Channel.EMAIL, "no_address")
    await operator.runs("posted", await operator.only_letter())

    await desk.decide(paid(claim_id=claim_id, version=2))
    await desk.send_until(Channel.EMAIL, "no_address", "no_address")

    assert await desk.states(Channel.POST) == ["posted", "to_be_posted"]


async def test_a_letter_about_a_version_that_was_overtaken_while_its_mail_was_tried_is_superseded_at_once(
    desk: Desk, mail: MailServer
) -> None:
    mail.answers = ["550 no such user"]
    mail.recipient_pauses.append(pause := Pause())
    await desk.know(contact())
    claim_id = uuid7()
    await desk.decide(paid(claim_id=claim_id))

    async with desk.sending(Channel.EMAIL):
        await pause.until_reached()
        await desk.decide(paid(claim_id=claim_id, version=2))
        pause.end()
        await desk.until(Channel.EMAIL, "refused", "sent")

    assert await desk.states(Channel.POST) == ["superseded"]


async def test_two_that_mark_at_once_publish_one_settlement(desk: Desk, operator: Operator) -> None:
    await to_be_posted(desk)
    letter = await operator.only_letter()

    codes = await asyncio.gather(operator.runs("posted", letter), operator.runs("posted", letter))

    assert sum(codes) == 0

    assert await posts(desk) == [(Settlement.TO_BE_POSTED, 1), (Settlement.POSTED, 1)]


@pytest.mark.parametrize(
    "erase", ["DELETE FROM contact", "UPDATE contact SET postcode = NULL, house_number = NULL"], ids=["row", "address"]
)
async def test_a_letter_whose_address_was_erased_ends_without_one(
    desk: Desk, operator: Operator, tmp_path: Path, erase: str
) -> None:
    await to_be_posted(desk)
    letter = await operator.only_letter()
    await desk.harness.pool.execute(erase)

    assert await operator.runs("print", letter, "--to", tmp_path / "letter.pdf") == 1

    assert "no postal address any more" in operator.capsys.readouterr().err
    assert not (tmp_path / "letter.pdf").exists()
    assert await posts(desk) == [(Settlement.TO_BE_POSTED, 1), (Settlement.NO_ADDRESS, 1)]


async def test_an_id_of_no_letter_is_named(desk: Desk, operator: Operator) -> None:
    await to_be_posted(desk)
    unknown = uuid7()
    sms = await desk.harness.pool.fetchval("SELECT message_id FROM message WHERE channel = 'sms'")

    assert await operator.runs("posted", unknown, sms) == 1

    error = operator.capsys.readouterr().err
    assert f"{unknown}: no letter has this id" in error
    assert f"{sms}: no letter has this id" in error


async def test_letters_are_also_exported_for_a_screen(desk: Desk, operator: Operator, tmp_path: Path) -> None:
    await to_be_posted(desk)
    letter = await operator.only_letter()

    assert await operator.runs("export", "--html", "--to", tmp_path) == 0

    written = files_in(tmp_path)
    assert set(written) == {f"{letter}.pdf", f"{letter}.html"}
    assert NAME in (tmp_path / f"{letter}.html").read_text()
    assert set(written.values()) == {0o600}


async def test_every_printing_is_kept_as_it_went_into_the_envelope(
    desk: Desk, operator: Operator, tmp_path: Path
) -> None:
    await to_be_posted(desk)
    letter = await operator.only_letter()
    first, second = tmp_path / "1.pdf", tmp_path / "2.pdf"
    await operator.runs("print", letter, "--to", first)
    await desk.know(contact(version=2, email=None, name="P. Verhuisd"))
    await operator.runs("print", letter, "--to", second)

    async with desk.harness.pool.acquire() as connection:
        kept = await kept_texts.of_message(connection, message_id=letter, vault=Vault(KEPT_TEXT_KEY))

    assert [(one.row["attempt"], one.row["result"], one.row["channel"]) for one in kept] == [
        (1, "printed", "post"),
        (2, "printed", "post"),
    ]
    assert [one.contents and one.contents.pdf for one in kept] == [first.read_bytes(), second.read_bytes()]
    assert kept[0].contents is not None
    assert NAME in kept[0].contents.recipient


async def test_a_file_that_others_may_read_is_not_written_into(desk: Desk, operator: Operator, tmp_path: Path) -> None:
    await to_be_posted(desk)
    elsewhere, file = tmp_path / "elsewhere", tmp_path / "letter.pdf"
    elsewhere.write_text("of somebody else")
    file.symlink_to(elsewhere)

    assert await operator.runs("print", await operator.only_letter(), "--to", file) == 0

    assert elsewhere.read_text() == "of somebody else"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes().startswith(b"%PDF")


async def test_what_is_printed_again_as_it_was_is_kept_once(desk: Desk, operator: Operator, tmp_path: Path) -> None:
    await to_be_posted(desk)
    for _ in range(3):
        assert await operator.runs("export", "--to", tmp_path) == 0

    assert await desk.harness.pool.fetchval("SELECT count(*) FROM kept_text WHERE channel = 'post'") == 1
    desk.later(days=1)
    assert await operator.runs("export", "--to", tmp_path) == 0
    assert await desk.harness.pool.fetchval("SELECT count(*) FROM kept_text WHERE channel = 'post'") == 2
