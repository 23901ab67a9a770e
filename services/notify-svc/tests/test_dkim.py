"""Mails are signed so that a receiver knows them for the insurer's, and knows when they were changed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from decisions import DECIDED_AT, INSURER, NAME, contact, paid
from dkim_keys import DOMAIN, SELECTOR, der, pem, record
from dkim_receiver import is_signed
from letter_cases import CASES
from mail_server import MailServer
from notify_desk import Desk

from contracts.claims import DecisionMade
from contracts.vocabulary import Channel, Language
from notify_svc.channels.mail import compose_mail
from notify_svc.dkim import DkimKeyError, DkimSigner
from notify_svc.domain.email_address import parse_address
from notify_svc.settings import Settings
from notify_svc.texts.letter import write_letter
from notify_svc.texts.rendering import render

KINDS = ("rsa", "ed25519")


def composed(made: DecisionMade, *, language: Language = Language.DUTCH) -> bytes:
    letter = write_letter(made, name=NAME, language=language, insurer=INSURER, written_at=DECIDED_AT)
    return compose_mail(
        letter,
        render(letter),
        message_id=made.claim_id,
        sender=parse_address(f"schade@{DOMAIN}"),
        recipient=parse_address("j.voorbeeld@example.org"),
        sent_at=DECIDED_AT,
    )


def signer(kind: str) -> DkimSigner:
    return DkimSigner(pem(kind), selector=SELECTOR, domain=DOMAIN)


def is_known(mail: bytes, *, kind: str) -> bool:
    """Whether a receiver takes `mail` for what was signed."""
    return is_signed(mail, record=record(kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("case", ["two-families", "stations-disagree", "paid-after-referral"])
def test_a_receiver_knows_a_signed_mail_for_ours(kind: str, language: Language, case: str) -> None:
    signed = signer(kind).signed(composed(CASES[case], language=language))

    assert is_known(signed, kind=kind)
    assert max(map(len, signed.split(b"\r\n"))) <= 100


@pytest.mark.parametrize(
    "body", [b"", b"\r\n", b"\r\n\r\n", b"a  b\t\r\n \r\n\r\n", b"no end", b" \r\nx \t y\r\n"], ids=repr
)
@pytest.mark.parametrize("kind", KINDS)
def test_bodies_of_every_form_are_signed_as_the_standard_says(kind: str, body: bytes) -> None:
    mail = b"From: a@insurer.example\r\nSubject:  two\r\n\t lines  \r\n\r\n" + body

    assert is_known(signer(kind).signed(mail), kind=kind)


@pytest.mark.parametrize(
    "change",
    [
        lambda mail: mail.replace(b"Subject: ", b"Subject: Re: ", 1),
        lambda mail: mail.replace(b"To: j.", b"To: k.", 1),
        lambda mail: mail.replace(b"1.590,00", b"9.590,00"),
        lambda mail: mail.replace(b"\r\nFrom:", b"\r\nFrom: another@insurer.example\r\nFrom:", 1),
        lambda mail: mail.replace(b"\r\nFrom:", b"\r\nReply-To: thief@example.com\r\nFrom:", 1),
        lambda mail: mail + b"and one line more\r\n",
    ],
    ids=["subject", "recipient", "amount", "another sender", "where answers go", "longer"],
)
def test_a_receiver_knows_when_a_mail_was_changed(change: Callable[[bytes], bytes]) -> None:
    signed = signer("rsa").signed(composed(paid()))
    changed = change(signed)
    assert changed != signed

    assert not is_known(changed, kind="rsa")


def test_a_key_may_stand_on_one_line() -> None:
    mail = composed(paid())
    on_one_line = pem("rsa").replace("\n", "\\n")

    for text in (on_one_line, der("rsa")):
        assert is_known(DkimSigner(text, selector=SELECTOR, domain=DOMAIN).signed(mail), kind="rsa")


def unfit() -> list[str]:
    small, other = generate_private_key(65_537, 1_024), generate_ec_key(SECP256R1())  # noqa: S505 - to be refused
    return [
        "hunter2",
        "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
        *(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() for key in (small, other)),
    ]


@pytest.mark.parametrize("text", unfit(), ids=["no base64", "no key", "1024 bits", "another curve"])
def test_what_is_no_key_to_sign_with_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(DkimKeyError) as refused:
        DkimSigner(text, selector=SELECTOR, domain=DOMAIN)
    assert "hunter2" not in str(refused.value)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    values = settings.model_dump(mode="python") | {
        "dkim_private_key": pem("rsa"),
        "dkim_selector": SELECTOR,
        "dkim_domain": DOMAIN,
    }
    return Settings.model_validate(values)


async def test_every_mail_that_leaves_is_signed(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.EMAIL, "sent")

    (raw,) = mail.raw
    assert is_known(raw, kind="rsa")
    assert re.search(rb"^DKIM-Signature: .*d=insurer\.example; s=mail2026;", raw, re.DOTALL)
