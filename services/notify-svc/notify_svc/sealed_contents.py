"""What was sealed for notify-svc with a request: opened where it is needed, and held no longer."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from chassis.sealing import CannotOpenError, Opener
from contracts.message_requests import CODE_OCCASIONS, LINK_OCCASIONS, Occasion, SealedContents
from contracts.validation import read_from_outside
from notify_svc.domain.requests import Request


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a request cannot be sent, ever. `code` is stable, `reason` tells the requester what to change."""

    code: str
    reason: str


UNDECRYPTABLE = Unusable(
    "undecryptable", "sealed cannot be opened; encrypt it to the public key of notify-svc, as JWE in the compact form"
)
_UNREADABLE = Unusable("unreadable-contents", "what is sealed is no JSON of SealedContents")
_OF_ANOTHER = Unusable("sealed-for-another", "sealed names another request or customer; seal it for this one")
_NO_CODE = Unusable("no-code", "this occasion is told with a code; seal one")
_NO_LINK = Unusable("no-link", "this occasion is told with a link; seal one")
_NO_OLD_ADDRESS = Unusable("no-old-address", "this occasion is told to the address before the change; seal it as email")


def open_contents(request: Request, opener: Opener) -> SealedContents | Unusable:
    """Return what was sealed with `request`; nothing in it when nothing was."""
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
    if request.occasion is Occasion.EMAIL_CHANGED and contents.email is None:
        return _NO_OLD_ADDRESS  # the one that is known may be the new one, which whoever changed it reads
    return None
