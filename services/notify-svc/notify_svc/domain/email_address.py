"""Which e-mail addresses mail can be sent to and from."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from functools import lru_cache

import idna

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_ORDINARY = re.compile(rf"(?P<local_part>{_ATOM}(\.{_ATOM})*)@(?P<domain>{_ATOM}(\.{_ATOM})*)", re.ASCII)
"""An address without quotes, comments and brackets (dot-atoms of RFC 5322): read without the library, which takes ten
times as long and finds the same in it."""


class BadAddressError(ValueError):
    """An e-mail address that no mail server could deliver to. The text does not repeat it: it is personal data."""


class BadDomainError(BadAddressError):
    """The domain is none that can be registered, so that the address is nobody's."""


def parse_address(text: str) -> Address:
    """Return the address in `text`, its domain in the ASCII form that DNS knows by IDNA 2008; raise `BadAddressError`.

    A local part outside ASCII is refused: it needs SMTPUTF8 on every server up to the mailbox.
    """
    if ordinary := _ORDINARY.fullmatch(text):
        return Address(username=ordinary["local_part"], domain=_ascii_domain(ordinary["domain"]))
    try:
        address = Address(addr_spec=text)
    # The standard library's parser raises any of these on bad texts; the last one where a bracket is left open.
    except (MessageError, ValueError, IndexError, AttributeError):
        raise BadAddressError("the address cannot be read") from None
    if not text.isprintable() or not address.username or not address.domain:
        raise BadAddressError("the address cannot be read")
    return Address(username=address.username, domain=_ascii_domain(address.domain))


@lru_cache(1_024)  # many customers, few domains
def _ascii_domain(domain: str) -> str:
    # Not by the standard library's codec: that is IDNA 2003, which makes strasse.de of straße.de, and others own that.
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise BadDomainError("the domain of the address cannot be registered") from None
