"""What browsers do by themselves: they send cookies along, whoever made them send a request."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from auth_svc.routes.origin import SESSION_COOKIE
from chassis.http.problems import Problem, ProblemType

OTHER_SITE = ProblemType(
    name="other-site",
    status=403,
    title="Another site made your browser send this",
    remedy="Go to the portal by its own address, and do it there.",
)
_BY_ITSELF: Final = frozenset({"same-origin", "none"})


def refuse_other_sites(request: Request, *, portal_url: str) -> None:
    """Refuse what a page of neither this service nor the portal sends. What is no browser says nothing and may pass.

    Raises:
        Problem: OTHER_SITE (403).
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None and origin == _origin_of(portal_url):
        return
    if (site is None and origin is not None) or (site is not None and site not in _BY_ITSELF):
        raise Problem(OTHER_SITE)


def refuse_all_but_pages(request: Request) -> None:
    """Refuse what a script, a frame or a picture fetches: only a page that somebody goes to may use the cookie.

    Raises:
        Problem: OTHER_SITE (403).
    """
    mode, destination = request.headers.get("sec-fetch-mode"), request.headers.get("sec-fetch-dest")
    if mode not in {None, "navigate"} or destination not in {None, "document"}:
        raise Problem(OTHER_SITE)


def clear_session_cookie(response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
