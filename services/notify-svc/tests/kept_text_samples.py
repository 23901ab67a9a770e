"""What messages say, as it is kept: to train the dictionary that it is packed with, and to measure that.

`python tests/kept_text_samples.py FILE` writes a dictionary. One that a database was packed with is never replaced:
another one takes the next number.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from account_requests import LINK, MAIL_OCCASIONS
from backports import zstd
from decisions import DECIDED_AT, EMAIL, INSURER, MOBILE_PHONE, NAME
from letter_cases import CASES
from msgspec import msgpack

from contracts.vocabulary import Language
from notify_svc.repository.kept_texts import KeptContents
from notify_svc.texts.account import AboutPolicy, AccountMail, write_account_mail
from notify_svc.texts.letter import Letter, write_letter
from notify_svc.texts.rendering import render
from notify_svc.texts.sms import Explained, write_sms

_DICTIONARY_BYTES = 16_384


def samples() -> Iterator[bytes]:
    """Yield what is sealed of a mail and of an SMS about each case, and of mails about accounts."""
    for language in Language:
        for made in CASES.values():
            yield _mail(
                write_letter(made, name=NAME, language=language, insurer=INSURER, written_at=DECIDED_AT),
            )
            text = write_sms(made, language=language, explained=Explained.BY_EMAIL, insurer=INSURER)
            yield msgpack.encode(KeptContents(recipient=MOBILE_PHONE, text=text))
        for occasion in MAIL_OCCASIONS:
            yield _mail(
                write_account_mail(
                    occasion,
                    link=LINK,
                    name=NAME,
                    language=language,
                    insurer=INSURER,
                    occurred_at=DECIDED_AT,
                    relation_number="123456",
                    policy=AboutPolicy("123456-531-04", DECIDED_AT.date()),
                )
            )


def _mail(letter: Letter | AccountMail) -> bytes:
    words = render(letter)
    contents = KeptContents(recipient=EMAIL, subject=letter.subject, text=words.text, html=words.html)
    return msgpack.encode(contents)


if __name__ == "__main__":
    trained = zstd.train_dict(list(samples()), _DICTIONARY_BYTES)
    Path(sys.argv[1]).write_bytes(trained.dict_content)
    sys.stdout.write(f"{len(trained.dict_content)} bytes, number {trained.dict_id}\n")
