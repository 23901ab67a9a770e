"""Password reset: somebody asks for a link, and chooses a new password by it."""

from __future__ import annotations

from starlette.responses import Response

from auth_svc.domain.refusals import Refusal
from auth_svc.flows import password_reset
from auth_svc.flows.asked import What, ask
from auth_svc.parts import Parts
from auth_svc.routes import problems
from auth_svc.routes.advice import Advice, after_password_reset
from auth_svc.routes.cookies import remember_device
from auth_svc.routes.fields import Email, LinkSecret, NewPassword
from auth_svc.routes.gate import BUSY, gate_of
from auth_svc.routes.origin import RequestOrigin
from chassis.http.api import Api
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel
from chassis.unit_of_work import Work
from contracts.access import RESET_PASSWORD


class PasswordResetRequest(ExactModel):
    """Who wants a new password."""

    email: Email


class PasswordResetCompletion(ExactModel):
    """The link, and the password that was chosen."""

    link: LinkSecret
    password: NewPassword


class PasswordResetRoutes:
    """Lets customers choose a new password."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.post(
            "/password-resets",
            operation=RESET_PASSWORD,
            status_code=202,
            once_by="a newer link replaces the one before, and few are mailed to one address",
            problems=(problems.LIMIT_REACHED,),
        )(self.ask_for_password_reset)
        api.post(
            "/password-resets/completion",
            operation=RESET_PASSWORD,
            once_by="a link is used up by its first use",
            problems=(problems.LINK_OVER, problems.WEAK_PASSWORD, problems.COMMON_PASSWORD, BUSY),
            gate=gate_of(self._parts),
        )(self.reset_password)

    async def ask_for_password_reset(
        self, body: PasswordResetRequest, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> Advice | Response:
        """Ask for a link by which a new password is chosen.

        It is mailed if a customer has an account with this address. The answer is the same in any case.
        """
        refusal = await ask(work, self._parts, What.PASSWORD_RESET, email=body.email, origin=origin, trace=trace)
        return problems.answer(refusal) if refusal else after_password_reset(self._parts.settings.insurer_phone)

    async def reset_password(
        self,
        body: PasswordResetCompletion,
        response: Response,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> Response | None:
        """Choose a new password by the link that was mailed.

        Whoever was logged in is so no more, on any device. The second step of the login stays what it is. This browser
        is remembered: wrong passwords that others try do not keep it out. A password that is refused leaves the link.
        """
        chosen_by = await password_reset.choose_password(
            work, self._parts, link=body.link, password=body.password, origin=origin, trace=trace
        )
        if isinstance(chosen_by, Refusal):
            return problems.answer(chosen_by)
        remember_device(response, chosen_by)
        return None
