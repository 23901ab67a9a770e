"""What was sealed for notify-svc with a request: opened where it is needed, and held no longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from pydantic import ValidationError

from chassis.sealing import CannotOpenError, Opener
from contracts.claim_messages import ClaimOccasion
from contracts.message_requests import CODE_OCCASIONS, LINK_OCCASIONS, Occasion, SealedContents
from contracts.validation import read_from_outside
from notify_svc.domain.requests import Request


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a request cannot be sent, ever. `code` is stable, `reason` tells the requester what to change."""

    code: str
    reason: str


NOTHING_SEALED = SealedContents(request_id=UUID(int=0), customer_id=UUID(int=0))
UNDECRYPTABLE = Unusable(
    "undecryptable", "sealed cannot be opened; encrypt it to the public key of notify-svc, as JWE in the compact form"
)
_UNREADABLE = Unusable("unreadable-contents", "what is sealed is no JSON of SealedContents")
_OF_ANOTHER = Unusable("sealed-for-another", "sealed names another request or customer; seal it for this one")
_NO_CODE = Unusable("no-code", "this occasion is told with a code; seal one")
_NO_LINK = Unusable("no-link", "this occasion is told with a link; seal one")
_NO_OLD_ADDRESS = Unusable("no-old-address", "this occasion is told to the address before the change; seal it as email")
_NO_NEW_ADDRESS = Unusable("no-new-address", "this occasion is told to the address to be confirmed; seal it as email")
_NO_OLD_NUMBER = Unusable(
    "no-old-number", "this occasion is told to the number before the change; seal it as mobile_phone"
)
_NO_NEW_NUMBER = Unusable("no-new-number", "this occasion is told to the number to be shown; seal it as mobile_phone")
_NEEDS_EMAIL: Mapping[Occasion | ClaimOccasion, Unusable] = {
    Occasion.EMAIL_CHANGED: _NO_OLD_ADDRESS,
    Occasion.EMAIL_CONFIRMATION_REQUESTED: _NO_NEW_ADDRESS,
}
"""The address that is known is another one: of whoever changed it, or not the one to be confirmed."""
_NEEDS_NUMBER: Mapping[Occasion | ClaimOccasion, Unusable] = {
    Occasion.PHONE_CODE_REQUESTED: _NO_NEW_NUMBER,
    Occasion.MOBILE_PHONE_LEFT: _NO_OLD_NUMBER,
}


def open_contents(request: Request, opener: Opener) -> SealedContents | Unusable:
    """Return what was sealed with `request`; nothing in it when nothing was."""
    if request.customer_id is None:  # about a claim, to a reporter: no such request has anything sealed
        return NOTHING_SEALED
    contents = SealedContents(request_id=request.request_id, customer_id=request.customer_id)
    try:
        if request.sealed is not None:
            contents = read_from_outside(SealedContents, opener.open(request.sealed))
    except CannotOpenError:
        return UNDECRYPTABLE
    except ValidationError:
        return _UNREADABLE
    return _fault_of(contents, request) or contents


def _fault_of(contents: SealedContents, request: Request) -> Unusable | None:
    if (contents.request_id, contents.customer_id) != (request.request_id, request.customer_id):
        return _OF_ANOTHER
    if request.occasion in CODE_OCCASIONS and contents.code is None:
        return _NO_CODE
    if request.occasion in LINK_OCCASIONS and contents.link is None:
        return _NO_LINK
    if contents.email is None and request.occasion in _NEEDS_EMAIL:
        return _NEEDS_EMAIL[request.occasion]
    if contents.mobile_phone is None and request.occasion in _NEEDS_NUMBER:
        return _NEEDS_NUMBER[request.occasion]
    return None
