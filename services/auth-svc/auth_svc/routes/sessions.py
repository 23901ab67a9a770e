"""Sessions: one's own ends with its cookie, and those of an account are listed and ended."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from auth_svc.domain.parameters import SESSION_IDLE
from auth_svc.flows import sessions as flow
from auth_svc.parts import Parts
from auth_svc.repository import accounts, sessions
from auth_svc.routes.browsers import OTHER_SITE, clear_session_cookie, refuse_other_sites
from auth_svc.routes.origin import SESSION_COOKIE, RequestOrigin
from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.handler import Reading
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import END_OWN_SESSION, END_SESSIONS, READ_ACCOUNT

_EXAMPLE = "0198c5f5-7d1a-7c43-9a51-6f2f3b1c7d10"


class SessionView(ExactModel):
    """One session of an account."""

    session_id: UUID = Field(examples=[_EXAMPLE])
    device_name: str | None = Field(
        description="What the browser or app calls itself; null when the device was forgotten since",
        examples=["Firefox on Linux"],
    )
    methods: list[str] = Field(description="How somebody logged in", examples=[["password", "sms"]])
    began_at: Moment
    last_used_at: Moment = Field(description=f"Not used for {SESSION_IDLE.seconds // 60} minutes, it is over")


class SessionsView(ExactModel):
    """The sessions of an account that are not over."""

    sessions: list[SessionView]


class SessionRoutes:
    """Lists and ends sessions."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.post(
            "/session/end",
            operation=END_OWN_SESSION,
            once_by="a session that is over stays over",
            problems=(OTHER_SITE,),
        )(self.log_out)
        path = "/accounts/{relation_number}/sessions"
        api.get(path, operation=READ_ACCOUNT)(self.list_sessions)
        api.delete(path, operation=END_SESSIONS)(self.end_sessions)
        api.delete(path + "/{session_id}", operation=END_SESSIONS)(self.end_session)

    async def log_out(
        self, request: Request, response: Response, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> None:
        """End the session that the cookie names, and let the browser forget it.

        Without a session nothing happens, and the answer is the same.
        """
        refuse_other_sites(request, portal_url=self._parts.settings.portal_url)
        await flow.log_out(work, secret=request.cookies.get(SESSION_COOKIE, ""), origin=origin, trace=trace)
        clear_session_cookie(response)

    async def list_sessions(self, relation_number: RelationNumber, reading: Reading) -> SessionsView:
        """List the sessions of an account, the last used first."""
        account = await accounts.of_relation(reading.connection, relation_number=relation_number)
        if account is None:
            raise Problem(NOT_FOUND)
        listed = await sessions.of_account(reading.connection, account_id=account.account_id, now=await reading.now())
        return SessionsView(sessions=[SessionView(**asdict(session)) for session in listed])

    async def end_sessions(
        self, relation_number: RelationNumber, caller: Caller, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> None:
        """End all sessions of an account, everywhere at once.

        What was handed out for them ends with them; access tokens within five minutes.
        """
        if not await flow.end_sessions(
            work, relation_number=relation_number, actor=caller.subject, origin=origin, trace=trace
        ):
            raise Problem(NOT_FOUND)

    async def end_session(
        self,
        relation_number: RelationNumber,
        session_id: Annotated[UUID, Path(examples=[_EXAMPLE])],
        caller: Caller,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> None:
        """End one session of an account."""
        if not await flow.end_session(
            work,
            relation_number=relation_number,
            session_id=session_id,
            actor=caller.subject,
            origin=origin,
            trace=trace,
        ):
            raise Problem(NOT_FOUND)
