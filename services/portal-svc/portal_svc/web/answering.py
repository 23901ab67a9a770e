"""Answers every request for a page: whether it may be seen, whether a form is ours, and what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from chassis.errors import is_order_to_end, is_transient, places_of
from chassis.http.door import Door
from chassis.http.languages import preferred
from chassis.http.problems import Problem
from chassis.http.transfer import Transfer
from contracts.language import Language
from portal_svc.clients.services import ServiceAwayError, ServiceRefusedError
from portal_svc.domain.audience import admits
from portal_svc.web import cookies
from portal_svc.web.assets import assets
from portal_svc.web.forms import (
    CSRF_FIELD,
    EMPTY,
    MOST_UPLOAD_BYTES,
    UPLOAD_SECONDS,
    UnusableFormError,
    form_of,
    read_form,
)
from portal_svc.web.headers import KEPT_A_YEAR, PAGE_HEADERS
from portal_svc.web.parts import Parts
from portal_svc.web.room import Page
from portal_svc.web.sessions import SessionEndedError, Sessions
from portal_svc.web.visit import NotFoundError, Visit

log = structlog.get_logger(__name__)

ERROR: Final = "error.html.j2"
ASSET_PATH: Final = "/assets/{version}/{name}"
_SOON: Final = {"Retry-After": "5"}


class ForeignFormError(Exception):
    """The form was not sent by a page of ours that this browser was shown."""


class NotForThemError(Exception):
    """Who is logged in may not see this page."""


class Answerer:
    """Answers for one page."""

    def __init__(self, page: Page, parts: Parts, door: Door, sessions: Sessions) -> None:
        self._page = page
        self._parts = parts
        self._door = door
        self._sessions = sessions

    async def __call__(self, request: Request) -> Response:
        """Answer whatever happens."""
        request.state.route = self._page.template
        visit = Visit(
            request=request,
            parts=self._parts,
            work=self._door.work,
            sessions=self._sessions,
            language=_language_of(request),
            session=None,
        )
        try:
            return await self._answer(visit)
        except BaseException as error:  # a panic of Rust code is no Exception, and ends this request only
            if is_order_to_end(error):
                raise
            return _told(visit, error)

    async def _answer(self, visit: Visit) -> Response:
        if not self._page.any_language and visit.request.path_params["language"] not in set(Language):
            raise NotFoundError
        if visit.request.method not in {"GET", "HEAD"}:
            _refuse_other_sites(visit.request, portal_url=self._parts.settings.portal_url)
            data = await read_form(visit.request)
            try:
                visit.form = form_of(data)
                with self._door.places.take():
                    return await self._admitted(visit)
            finally:
                await data.close()
        with self._door.places.take():
            return await self._admitted(visit)

    async def _admitted(self, visit: Visit) -> Response:
        page = self._page
        visit.session = await self._sessions.find(visit.request.cookies.get(cookies.SESSION))
        if visit.form is not EMPTY and not self._is_own_form(visit):
            raise ForeignFormError
        role = visit.session.tokens.role if visit.session and page.also_ended else visit.role
        if not admits(page.audience, role):
            raise NotForThemError if visit.is_logged_in else SessionEndedError
        return await page.answer(visit)

    def _is_own_form(self, visit: Visit) -> bool:
        return self._parts.keys.is_token_for_forms(visit.form.get(CSRF_FIELD), visit.browser_secret)


def pages_app(pages: Sequence[Page], parts: Parts, door: Door) -> ASGIApp:
    """Return what answers for all pages and assets, and for whatever else is asked for."""
    sessions = Sessions(keys=parts.keys, oauth=parts.oauth, work=door.work)
    nowhere = Page(method="GET", path="/{path:path}", audience=None, answer=_find_nothing, any_language=True)
    routes = [Route(ASSET_PATH, _send_asset)]
    routes += [
        Route(page.template, Answerer(page, parts, door, sessions).__call__, methods=[page.method])
        for page in sorted(pages, key=lambda page: page.template.count("{"))
    ]
    everything_else = Answerer(nowhere, parts, door, sessions)

    async def find_nothing(request: Request) -> Response:
        return await everything_else(request)

    routes.append(Route(nowhere.path, find_nothing, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]))
    return Router(routes, redirect_slashes=False)


def larger_pages(pages: Iterable[Page]) -> Sequence[tuple[str, str, Transfer]]:
    """Return the limits of pages that take files."""
    limits = Transfer(seconds=UPLOAD_SECONDS, most_bytes=MOST_UPLOAD_BYTES, media_types=("multipart/form-data",))
    return [(page.method, page.template, limits) for page in pages if page.uploads]


async def _find_nothing(_: Visit) -> Response:
    raise NotFoundError


async def _send_asset(request: Request) -> Response:
    request.state.route = ASSET_PATH
    found = assets().get(request.path_params["name"])
    if found is None or found.version != request.path_params["version"]:
        return PlainTextResponse("not found", HTTPStatus.NOT_FOUND)
    return Response(found.contents, media_type=found.media_type, headers=KEPT_A_YEAR)


def _language_of(request: Request) -> Language:
    first = request.scope["path"].split("/", 2)[1]
    if first in set(Language):
        return Language(first)
    return preferred(request.headers.get("accept-language"))


def _refuse_other_sites(request: Request, *, portal_url: str) -> None:
    """Refuse a form that another site has the browser send. Without either header it is no browser of these years."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if (origin is not None and origin != portal_url) or (site is not None and site not in {"same-origin", "none"}):
        raise ForeignFormError


def _told(visit: Visit, error: BaseException) -> Response:  # noqa: PLR0911 - one case for each kind
    """Return the page that tells what went wrong and what to do now."""
    match error:
        case NotFoundError() | ServiceRefusedError(status=HTTPStatus.NOT_FOUND):
            return _error(visit, HTTPStatus.NOT_FOUND, "not-found")
        case SessionEndedError() | ServiceRefusedError(status=HTTPStatus.UNAUTHORIZED):
            return _to_login(visit)
        case NotForThemError() | ServiceRefusedError(status=HTTPStatus.FORBIDDEN):
            return _error(visit, HTTPStatus.FORBIDDEN, "not-for-you")
        case ForeignFormError():
            return _error(visit, HTTPStatus.FORBIDDEN, "foreign-form")
        case UnusableFormError() | ClientDisconnect():
            return _error(visit, HTTPStatus.BAD_REQUEST, "unusable-form")
        case ServiceRefusedError(status=HTTPStatus.TOO_MANY_REQUESTS):
            return _error(visit, HTTPStatus.TOO_MANY_REQUESTS, "too-many")
        case ServiceRefusedError():
            log.info("page.refused", service=error.service.value, problem=error.problem, status=error.status)
            return _error(visit, HTTPStatus.CONFLICT, "refused")
        case ServiceAwayError():
            log.warning("page.service_away", service=error.service.value)
            return _error(visit, HTTPStatus.SERVICE_UNAVAILABLE, "away")
        case Problem():
            return _error(visit, error.status_code, "away" if error.status_code >= 500 else "unusable-form")  # noqa: PLR2004
        case _:
            return _failed(visit, error)


def _failed(visit: Visit, error: BaseException) -> Response:
    passes_by_itself = is_transient(error)
    log.log(
        logging.WARNING if passes_by_itself else logging.ERROR,
        "page.failed",
        route=visit.request.state.route,
        error=type(error).__qualname__,
        places=places_of(error),
    )
    return _error(
        visit, HTTPStatus.SERVICE_UNAVAILABLE if passes_by_itself else HTTPStatus.INTERNAL_SERVER_ERROR, "away"
    )


def _error(visit: Visit, status: int, kind: str) -> Response:
    response = visit.page(ERROR, status=status, kind=kind)
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        response.headers.update(_SOON)
    return response


def _to_login(visit: Visit) -> Response:
    """Let them log in, and come back to the page; what a form held is told to be gone, unless the page kept it."""
    request = visit.request
    if request.method not in {"GET", "HEAD"}:
        return _error(visit, HTTPStatus.FORBIDDEN, "session-ended")
    back = visit.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(
        f"/{visit.language.value}/enter?return={quote(back, safe='')}", HTTPStatus.SEE_OTHER, headers=PAGE_HEADERS
    )
