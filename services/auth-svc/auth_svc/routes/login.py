"""Logging in by password and a second step."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from auth_svc.domain.phone_numbers import masked
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.flows import login as flow
from auth_svc.flows.finished_login import Finished, Purpose
from auth_svc.flows.login import Begun, NextStep
from auth_svc.parts import Parts
from auth_svc.routes import problems
from auth_svc.routes.browsers import OTHER_SITE, refuse_other_sites
from auth_svc.routes.cookies import begin_session, remember_device
from auth_svc.routes.fields import Code, Email
from auth_svc.routes.gate import BUSY, gate_of
from auth_svc.routes.login_limit import login_limit_of
from auth_svc.routes.origin import RequestOrigin
from chassis.http.api import Api
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel, Moment
from chassis.unit_of_work import Work
from contracts.access import LOG_IN

LoginSecret: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        repr=False,
        description="Names the login and is known to who began it alone",
        examples=["q3Jx0c2fT5mV8yB1nD4gH7kL9pR6sU0wZ2aC5eF8iJ0"],
    ),
]


class LoginBegins(ExactModel):
    """The first step."""

    email: Email
    password: str = Field(repr=False, examples=["vier woorden zonder verband"])
    purpose: Purpose = Field(default=Purpose.LOG_IN, examples=["log_in"])


class ChosenPhone(ExactModel):
    """Where the code of a first login goes."""

    login: LoginSecret
    mobile_phone: str | None = Field(
        max_length=30,
        repr=False,
        description="With or without its country; null is the number that we know",
        examples=["06-12345678"],
    )


class CodeWanted(ExactModel):
    """The code is to be sent once more."""

    login: LoginSecret


class LoginCompletion(ExactModel):
    """The last step."""

    login: LoginSecret
    code: Code


class LoginBegun(ExactModel):
    """What a login waits for."""

    login: LoginSecret
    next: NextStep = Field(
        description="A code by SMS, the choice of the number it goes to, or a code of an authenticator app",
        examples=["code"],
    )
    mobile_phone: str | None = Field(
        description="Where codes go, as its owner recognises it; null where we know none",
        examples=["+31 6 ** ** ** 78"],
    )
    code_expires_at: Moment | None = Field(description="Of the code that was sent, null when none was")
    login_expires_at: Moment
    instead: list[Literal["code"]] = Field(
        description="What may be asked for in the place of `next`: a code by SMS", examples=[["code"]]
    )


class LoginFinished(ExactModel):
    """A session began, by a cookie; or it was confirmed who somebody is."""

    confirmed_identity: str | None = Field(
        repr=False,
        description="For one change within ten minutes; null unless that was the purpose",
        examples=["4mXhJ8cTLC8BqOQ0PxyGfS8tBqS3JX8m2Qh0p1nUuFo"],
    )


def finished(result: Finished, response: Response) -> LoginFinished:
    """Hand out the secrets that a login ended in: by cookies, and where there is no cookie in the body."""
    if result.session:
        begin_session(response, result.session)
    if result.device:
        remember_device(response, result.device)
    return LoginFinished(confirmed_identity=result.confirmed_identity)


class LoginRoutes:
    """Logs in by password and code."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.post(
            "/logins",
            operation=LOG_IN,
            once_by="each one is a login of its own that ends by itself, and what it sends is limited",
            problems=(problems.WRONG_CREDENTIALS, problems.LIMIT_REACHED, BUSY, OTHER_SITE),
            gate=gate_of(self._parts),
            beforehand=login_limit_of(self._parts),
        )(self.begin_login)
        api.post(
            "/logins/phone",
            operation=LOG_IN,
            once_by="a newer code replaces the one before, and a login has three",
            problems=(
                problems.LOGIN_OVER,
                problems.NO_MOBILE_PHONE,
                problems.NOT_A_MOBILE_PHONE,
                problems.NOTHING_TO_CONFIRM,
                problems.LIMIT_REACHED,
                OTHER_SITE,
            ),
        )(self.choose_phone)
        api.post(
            "/logins/codes",
            operation=LOG_IN,
            once_by="a newer code replaces the one before, and a login has three",
            problems=(problems.LOGIN_OVER, problems.NOTHING_TO_CONFIRM, problems.LIMIT_REACHED, OTHER_SITE),
        )(self.send_code_again)
        api.post(
            "/logins/completion",
            operation=LOG_IN,
            once_by="a login is used up by its first success and by its fifth failure",
            problems=(problems.WRONG_CODE, problems.LOGIN_OVER, problems.LIMIT_REACHED, OTHER_SITE),
        )(self.complete_login)

    async def begin_login(
        self, body: LoginBegins, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> LoginBegun | Response:
        """Show the password. An unknown address, a wrong password and a blocked account are answered alike."""
        result = await flow.begin_login(
            work,
            self._parts,
            email=body.email,
            password=body.password,
            purpose=body.purpose,
            origin=origin,
            trace=trace,
        )
        return self._answer(result)

    async def choose_phone(
        self, body: ChosenPhone, request: Request, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> LoginBegun | Response:
        """Say to which number the code of the first login goes: from then on it is the account's."""
        self._refuse_other_sites(request)
        result = await flow.choose_phone(
            work, self._parts, secret=body.login, chosen=body.mobile_phone, origin=origin, trace=trace
        )
        return self._answer(result)

    async def send_code_again(
        self, body: CodeWanted, request: Request, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> LoginBegun | Response:
        """Send another code; the one before is worth nothing any more. It gives no further tries."""
        self._refuse_other_sites(request)
        return self._answer(await flow.send_again(work, self._parts, secret=body.login, origin=origin, trace=trace))

    async def complete_login(
        self,
        body: LoginCompletion,
        request: Request,
        response: Response,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> LoginFinished | Response:
        """Show the code. Five wrong ones end the login, whatever the number of codes that were sent."""
        self._refuse_other_sites(request)
        result = await flow.complete_login(
            work, self._parts, secret=body.login, code=body.code, origin=origin, trace=trace
        )
        return problems.answer(result) if isinstance(result, Refusal) else finished(result, response)

    def _refuse_other_sites(self, request: Request) -> None:
        refuse_other_sites(request, portal_url=self._parts.settings.portal_url)

    def _answer(self, result: Begun | Refusal) -> LoginBegun | Response:
        if not isinstance(result, Refusal):
            return _told(result)
        if result.reason is Reason.NO_MOBILE_PHONE:
            phone = self._parts.settings.insurer_phone
            return problems.answer(result, f"Call us on {phone}: we can help you, and add a mobile number.")
        return problems.answer(result)


def _told(begun: Begun) -> LoginBegun:
    return LoginBegun(
        login=begun.secret,
        next=begun.next_step,
        mobile_phone=masked(begun.number) if begun.number else None,
        code_expires_at=begun.login.code_expires_at,
        login_expires_at=begun.login.expires_at,
        instead=["code"] if begun.may_ask_for_sms else [],
    )
