"""The limits on logins of routes that hash a password, taken and committed before: no network waits for a hash."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from auth_svc.flows.limits import login_takes, take
from auth_svc.parts import Parts
from auth_svc.routes import problems
from auth_svc.routes.browsers import refuse_other_sites
from auth_svc.routes.origin import RequestOrigin
from chassis.http.declaration import Beforehand
from chassis.http.telemetry import RequestTrace
from chassis.unit_of_work import Work


def login_limit_of(parts: Parts) -> Beforehand:
    """Return what a route gives as its `beforehand`. It refuses other sites as well: they use up nobody's limit."""

    async def take_login(request: Request, work: Work, origin: RequestOrigin, trace: RequestTrace) -> Response | None:
        refuse_other_sites(request, portal_url=parts.settings.portal_url)
        refusal = await take(work, parts, login_takes(origin), origin=origin, trace=trace)
        return problems.answer(refusal) if refusal else None

    return take_login
