"""Staff: who was invited chooses a password, and shows the first code of an authenticator app."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from auth_svc.domain.refusals import Refusal
from auth_svc.flows import staff
from auth_svc.parts import Parts
from auth_svc.routes import problems
from auth_svc.routes.cookies import remember_device
from auth_svc.routes.fields import Code, LinkSecret, NewPassword
from auth_svc.routes.gate import BUSY, gate_of
from auth_svc.routes.origin import RequestOrigin
from chassis.http.api import Api
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel
from chassis.unit_of_work import Work
from contracts.access import ACTIVATE


class StaffActivation(ExactModel):
    """The link of the invitation, and the password that was chosen."""

    link: LinkSecret
    password: NewPassword


class StaffApp(ExactModel):
    """What an authenticator app is given, once."""

    uri: str = Field(
        description="To show as a QR code",
        examples=["otpauth://totp/mijn.example.org:a@example.org?secret=JBSWY3DP&issuer=mijn.example.org"],
        repr=False,
    )


class StaffConfirmation(ExactModel):
    """The link of the invitation, and what the app shows."""

    link: LinkSecret
    code: Code


class StaffRoutes:
    """Lets members of staff make their account."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.post(
            "/staff-activations",
            operation=ACTIVATE,
            once_by="of several passwords the last one counts, and none before the app has shown a code",
            problems=(problems.LINK_OVER, problems.WEAK_PASSWORD, problems.COMMON_PASSWORD, BUSY),
            gate=gate_of(self._parts),
        )(self.begin_staff_activation)
        api.post(
            "/staff-activations/confirmation",
            operation=ACTIVATE,
            once_by="a link is used up by its first use",
            problems=(
                problems.LINK_OVER,
                problems.NOTHING_TO_CONFIRM,
                problems.WRONG_CODE,
                problems.ADDRESS_TAKEN,
            ),
        )(self.confirm_staff_activation)

    async def begin_staff_activation(self, body: StaffActivation, work: Work) -> StaffApp | Response:
        """Choose a password by the link of the invitation, and get what an authenticator app is given.

        The account begins with the first code of the app.
        """
        begun = await staff.begin_activation(work, self._parts, link=body.link, password=body.password)
        return problems.answer(begun) if isinstance(begun, Refusal) else StaffApp(uri=begun)

    async def confirm_staff_activation(
        self, body: StaffConfirmation, response: Response, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> Response | None:
        """Show the first code of the app: the account begins, and the link is used up.

        Who had an account already has a new password and a new app from now on, and is logged in nowhere. This browser
        is remembered: wrong passwords that others try do not keep it out.
        """
        begun_by = await staff.confirm_activation(
            work, self._parts, link=body.link, code=body.code, origin=origin, trace=trace
        )
        if isinstance(begun_by, Refusal):
            return problems.answer(begun_by)
        remember_device(response, begun_by)
        return None
