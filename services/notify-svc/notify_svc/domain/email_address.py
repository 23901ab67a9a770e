"""Which e-mail addresses mail can be sent to and from."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address


class BadAddressError(ValueError):
    """An e-mail address that no mail server could deliver to. The text does not repeat it: it is personal data."""


def parse_address(text: str) -> Address:
    """Return the address in `text`, its domain in the ASCII form that DNS knows; raise `BadAddressError`.

    A local part outside ASCII is refused: it needs SMTPUTF8 on every server up to the mailbox.
    """
    try:
        address = Address(addr_spec=text)
        domain = address.domain.encode("idna").decode("ascii")
    except (MessageError, ValueError, IndexError):  # the standard library's parser raises any of these on bad texts
        raise BadAddressError("the address cannot be read") from None
    if not text.isprintable() or not address.username or not domain:
        raise BadAddressError("the address cannot be read")
    return Address(username=address.username, domain=domain)
