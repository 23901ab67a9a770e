"""The lines on an envelope, in one language."""

from __future__ import annotations

from contracts.vocabulary import PostalAddress
from notify_svc.texts.catalogue import TextCatalogue
from notify_svc.texts.figures import NO_BREAK_SPACE


def on_envelope(name: str, address: PostalAddress, *, texts: TextCatalogue) -> tuple[str, ...]:
    """Return what stands in the window for the reader called `name`."""
    postcode = f"{address.postcode[:4]}{NO_BREAK_SPACE}{address.postcode[4:]}"
    return tuple(
        line.format(name=name, postcode=postcode, house_number=address.house_number) for line in texts.postal_address
    )
