"""What mailed links lead to. Their secret is behind a #, so that no server and no log on the way sees it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.responses import RedirectResponse, Response

from portal_svc.clients.services import ServiceRefusedError
from portal_svc.web.headers import PAGE_HEADERS
from portal_svc.web.visit import Visit

_WRONG: Final = {
    "link-over": ("link", "mailed.wrong.over"),
    "password-length": ("password", "mailed.wrong.length"),
    "password-common": ("password", "mailed.wrong.common"),
    "address-taken": ("link", "mailed.wrong.taken"),
    "invalid": ("link", "mailed.wrong.no-link"),
}


def keeping_the_fragment(visit: Visit, path: str) -> Response:
    """Go on to a page in the language of the browser, which keeps what is behind the #."""
    return RedirectResponse(f"/{visit.language.value}{path}", HTTPStatus.SEE_OTHER, headers=PAGE_HEADERS)


def secret_of(link: str) -> str:
    """Return what names the link: the page's script fills it in, and without scripts people paste the whole link."""
    return link.rpartition("#")[2].strip()[:200]


def told_of_password(visit: Visit, refused: ServiceRefusedError) -> dict[str, str]:
    """Return what to do beside the field that it is about. Raise what is no mistake of who follows the link."""
    if refused.status == HTTPStatus.TOO_MANY_REQUESTS:
        return {"link": visit.text("mailed.too-many")}
    if refused.problem not in _WRONG:
        raise refused
    field, key = _WRONG[refused.problem]
    return {field: visit.text(key)}
