"""Changes of who a customer is and how they are reached: what each means for them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from contracts.policy import ContactChanged
from contracts.topic import Part
from contracts.vocabulary import Channel


class ContactCaution(StrEnum):
    """What the customer should know before they confirm."""

    LOGIN_STAYS = "login_stays"
    """The e-mail address and the mobile number that somebody logs in with are changed in their account."""
    NO_MOBILE_PHONE = "no_mobile_phone"
    """Without one there is no new access online, and no text messages."""
    NO_EMAIL = "no_email"
    """What asks something of them or changes cover goes by letter; transfers and changed data are seen online only."""
    DECISIONS_BY_POST = "decisions_by_post"
    """Decisions about claims come by letter, later than by e-mail; all else comes as before."""
    WISH_NEEDS_ADDRESS = "wish_needs_address"
    """As long as no postal address is known, what is unwanted comes all the same: a mail alone may come back."""
    POLICIES_STAY = "policies_stay"
    """Another postal address changes no insured home."""


class ContactRefusal(StrEnum):
    """Why a change is not made."""

    NOTHING_CHANGES = "nothing_changes"
    UNREACHABLE = "unreachable"
    """Neither an e-mail nor a postal address would be left."""


class ContactOutcome(Part):
    """A customer's data before and after a change."""

    before: ContactChanged
    after: ContactChanged
    cautions: tuple[ContactCaution, ...]


def contact_outcome(before: ContactChanged, after: ContactChanged) -> ContactOutcome | ContactRefusal:
    """Return what a change means; `after` has the version of `before`."""
    if after == before:
        return ContactRefusal.NOTHING_CHANGES
    if after.email is None and after.postal_address is None:
        return ContactRefusal.UNREACHABLE
    return ContactOutcome(before=before, after=after, cautions=tuple(_cautions(before, after)))


def _cautions(before: ContactChanged, after: ContactChanged) -> Iterator[ContactCaution]:
    if (before.email, before.mobile_phone) != (after.email, after.mobile_phone):
        yield ContactCaution.LOGIN_STAYS
    if before.mobile_phone is not None and after.mobile_phone is None:
        yield ContactCaution.NO_MOBILE_PHONE
    if before.email is not None and after.email is None:
        yield ContactCaution.NO_EMAIL
    if after.email is not None and after.postal_address and Channel.EMAIL in _newly_unwanted(before, after):
        yield ContactCaution.DECISIONS_BY_POST
    if after.unwanted_channels and after.postal_address is None:
        yield ContactCaution.WISH_NEEDS_ADDRESS
    if before.postal_address != after.postal_address:
        yield ContactCaution.POLICIES_STAY


def _newly_unwanted(before: ContactChanged, after: ContactChanged) -> frozenset[Channel]:
    return frozenset(after.unwanted_channels) - frozenset(before.unwanted_channels)
