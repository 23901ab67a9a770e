"""The e-mail itself: a letter rendered as text and as HTML, in one MIME message."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from notify_svc.letter import Letter

_templates = Environment(
    loader=PackageLoader("notify_svc"),
    autoescape=select_autoescape(("html.j2",)),  # the text part is not HTML
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_TEXT = _templates.get_template("decision.txt.j2")
_HTML = _templates.get_template("decision.html.j2")


class BadAddressError(ValueError):
    """An e-mail address that no mail server could take. The text does not repeat it."""


def parse_address(text: str) -> Address:
    """Return the address in `text`, its domain in the ASCII form that DNS knows; raise `BadAddressError`.

    A local part outside ASCII is refused: it needs SMTPUTF8 on every server up to the mailbox.
    """
    try:
        address = Address(addr_spec=text)
        domain = address.domain.encode("idna").decode("ascii")
    except (MessageError, ValueError, IndexError):  # the standard library's parser stumbles over some texts
        raise BadAddressError("the address cannot be read") from None
    if not text.isprintable() or not address.username or not domain:
        raise BadAddressError("the address cannot be read")
    return Address(username=address.username, domain=domain)


def message_id_header(message_id: UUID, *, sender: Address) -> str:
    """Return the Message-ID: the same at every attempt, so that a receiver can tell a double."""
    return f"<{message_id}@{sender.domain}>"


def render_mail(
    letter: Letter, *, message_id: UUID, sender: Address, recipient: Address, insurer: str, sent_at: datetime
) -> EmailMessage:
    """Return the e-mail that carries `letter`; the recipient's name stands in the letter only."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = letter.subject
    mail["From"] = Address(insurer, sender.username, sender.domain)
    mail["To"] = recipient
    mail["Date"] = sent_at
    mail["Message-ID"] = message_id_header(message_id, sender=sender)
    mail["Auto-Submitted"] = "auto-generated"
    content = {"letter": letter, "words": letter.wording, "insurer": insurer}
    mail.set_content(_TEXT.render(content))
    mail.add_alternative(_HTML.render(content), subtype="html")
    mail["Content-Language"] = letter.wording.language_tag  # set last: making parts drops headers about content
    return mail
