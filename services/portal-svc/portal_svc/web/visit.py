"""One request for a page: who asks, in which language, what was entered, and how it is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from httpx import Response as Answer
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.http.limits import address_of
from chassis.unit_of_work import WorkFactory
from contracts.access import Role
from contracts.language import Language
from portal_svc.clients.services import Asking, ServiceName
from portal_svc.domain.audience import admits
from portal_svc.keys import is_secret, new_secret, owner_of
from portal_svc.repository import drafts
from portal_svc.web import cookies, rendering
from portal_svc.web.forms import EMPTY, Form
from portal_svc.web.headers import PAGE_HEADERS
from portal_svc.web.parts import Parts
from portal_svc.web.sessions import Session, SessionEndedError, Sessions
from portal_svc.web.texts import Texts, texts_in


class NotFoundError(Exception):
    """There is no such page, or not for who asks."""


@dataclass(slots=True, kw_only=True)
class Visit:
    """One request for a page."""

    request: Request
    parts: Parts
    work: WorkFactory
    sessions: Sessions
    language: Language
    session: Session | None
    form: Form = EMPTY
    _new_visit_secret: str | None = field(default=None, repr=False)

    @property
    def text(self) -> Texts:
        """The sentences in the language of the page."""
        return texts_in(self.language)

    @property
    def is_logged_in(self) -> bool:
        """Whether somebody is, and may still be shown something."""
        return self.session is not None and not self.session.is_over

    @property
    def role(self) -> Role | None:
        """As what they are logged in."""
        return self.session.tokens.role if self.session and not self.session.is_over else None

    @property
    def relation_number(self) -> str:
        """Whose data are shown. Raise `SessionEndedError` where no customer is logged in."""
        if self.session is None or self.session.is_over or self.session.tokens.relation_number is None:
            raise SessionEndedError
        return self.session.tokens.relation_number

    def part(self, name: str) -> str:
        """Return a part of the path, which may hold whatever somebody typed there."""
        return quote(str(self.request.path_params[name]), safe="")

    def asked(self, name: str) -> str:
        """Return what the address says behind the question mark, "" without it."""
        return self.request.query_params.get(name, "").strip()

    async def now(self) -> datetime:
        """The present moment by the service's clock."""
        async with self.work.connection() as connection:
            return await self.work.clock.now(connection)

    def at(self, service: ServiceName) -> Asking:
        """Return what asks `service` for who is logged in; without a token where nobody is."""
        session = self.session

        async def token() -> str:
            assert session is not None  # noqa: S101 - as the next statement sees to
            return await self.sessions.access_token(session)

        return Asking(
            service=service,
            client=self.parts.services.client(service),
            language=self.language,
            address=address_of(self.request.scope),
            token=token if session is not None else None,
        )

    # What is half filled in

    async def draft(self, kind: str) -> Mapping[str, Any]:
        """Return what is half filled in of this kind; nothing without it. Raise `SessionEndedError` after the end."""
        if not self.is_logged_in:
            raise SessionEndedError
        owner = self._owner()
        async with self.work.connection() as connection:
            sealed = await drafts.find(connection, owner=owner, kind=kind)
        return self._opened(sealed, owner, kind)

    async def add_to_draft(self, kind: str, **values: object) -> None:
        """Keep `values` with what is half filled in already. It may be done after the session has ended."""
        owner = self._owner()
        async with self.work.transaction() as work:
            kept = self._opened(await drafts.find_locked(work.connection, owner=owner, kind=kind), owner, kind)
            sealed = self.parts.keys.seal_draft(json.dumps({**kept, **values}).encode(), bound_to=_place(owner, kind))
            await drafts.save(work.connection, owner=owner, kind=kind, sealed=sealed, now=work.now)

    async def drop_draft(self, kind: str) -> None:
        """Forget it."""
        owner = self._owner()
        async with self.work.transaction() as work:
            await drafts.delete(work.connection, owner=owner, kind=kind)

    def _owner(self) -> bytes:
        if self.session is None:
            raise SessionEndedError
        return owner_of(self.session.tokens.subject)

    def _opened(self, sealed: bytes | None, owner: bytes, kind: str) -> Mapping[str, Any]:
        if sealed is None:
            return {}
        found: Mapping[str, Any] = json.loads(self.parts.keys.open_draft(sealed, bound_to=_place(owner, kind)))
        return found

    # Answers

    def page(self, template: str, *, status: int = HTTPStatus.OK, **values: object) -> Response:
        """Show a page. `HTTPStatus.UNPROCESSABLE_ENTITY` (422) is for a form that is shown again."""
        markup = rendering.render(template, self.language, {**self._usual(), **values})
        response = HTMLResponse(
            markup, status, headers={**PAGE_HEADERS, "Content-Language": self.language.value, "Vary": "Cookie"}
        )
        if self._new_visit_secret is not None:
            cookies.keep(response, cookies.VISIT, self._new_visit_secret)
        return response

    def redirect(self, path: str) -> Response:
        """Go to another page in the same language: `path` is behind the language. It is fetched by GET."""
        return RedirectResponse(f"/{self.language.value}{path}", HTTPStatus.SEE_OTHER, headers=PAGE_HEADERS)

    def download(self, answer: Answer, *, name: str, inline: bool = False) -> Response:
        """Hand on a file of a service under a name of ours."""
        kind = "inline" if inline else "attachment"
        return Response(
            answer.content,
            media_type=answer.headers.get("content-type", "application/octet-stream"),
            headers={
                "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(name, safe='')}",
                "Cache-Control": "no-store",
                "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            },
        )

    # Forms

    @property
    def browser_secret(self) -> str:
        """What binds forms to this browser: its session, or a cookie that it is given with the form."""
        if self.session is not None:
            return self.session.secret
        known = self.request.cookies.get(cookies.VISIT)
        if known is not None and is_secret(known):
            return known
        self._new_visit_secret = self._new_visit_secret or new_secret()
        return self._new_visit_secret

    @property
    def path(self) -> str:
        """The path behind the language."""
        return self.request.scope["path"].removeprefix(f"/{self.language.value}")

    def _usual(self) -> dict[str, object]:
        return {
            "t": self.text,
            "language": self.language.value,
            "other_language": next(one.value for one in Language if one is not self.language),
            "path": self.path,
            "query": self.request.url.query if self.request.method == "GET" else "",
            "is_logged_in": self.is_logged_in,
            "role": self.role,
            "menu": [entry for entry in self.parts.menu if admits(entry.audience, self.role)],
            "phone": self.parts.settings.insurer_phone,
            "csrf": lambda: self.parts.keys.token_for_forms(self.browser_secret),
            "once": lambda: str(uuid4()),
        }


def _place(owner: bytes, kind: str) -> bytes:
    return owner + kind.encode()
