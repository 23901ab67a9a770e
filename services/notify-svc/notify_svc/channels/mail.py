"""The e-mail itself: a letter as text and as HTML, in one MIME message."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from notify_svc.texts.letter import Letter
from notify_svc.texts.rendering import render_html, render_text


def message_id_header(message_id: UUID, *, sender: Address) -> str:
    """Return the Message-ID: the same at every attempt, so that a receiver can recognise a duplicate."""
    return f"<{message_id}@{sender.domain}>"


def compose_mail(
    letter: Letter, *, message_id: UUID, sender: Address, recipient: Address, sent_at: datetime
) -> EmailMessage:
    """Return the e-mail that carries `letter`; the recipient's name stands in the letter only."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = letter.subject
    mail["From"] = Address(letter.insurer.name, sender.username, sender.domain)
    mail["To"] = recipient
    mail["Date"] = sent_at
    mail["Message-ID"] = message_id_header(message_id, sender=sender)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(render_text(letter))
    mail.add_alternative(render_html(letter), subtype="html")
    mail["Content-Language"] = letter.texts.language_tag  # set last: making parts drops headers about content
    return mail
