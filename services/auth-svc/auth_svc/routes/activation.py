"""Activation: a customer asks for an account, and makes it by the link that was mailed."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from auth_svc.domain.refusals import Refusal
from auth_svc.flows import activation
from auth_svc.flows.asked import What, ask
from auth_svc.parts import Parts
from auth_svc.routes import problems
from auth_svc.routes.advice import Advice, after_activation
from auth_svc.routes.fields import Email, LinkSecret, NewPassword
from auth_svc.routes.gate import BUSY, gate_of
from auth_svc.routes.origin import RequestOrigin
from chassis.http.api import Api
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel
from chassis.unit_of_work import Work
from contracts.access import ACTIVATE


class ActivationRequest(ExactModel):
    """Who wants an account."""

    relation_number: str = Field(
        pattern=r"^[0-9]{1,9}(-[0-9]{3}-[0-9]{2})?$",
        description="The relation number, or a whole policy number, which begins with it",
        examples=["123456-531-04"],
    )
    email: Email


class ActivationCompletion(ExactModel):
    """The link, and the password that was chosen."""

    link: LinkSecret
    password: NewPassword


class Activated(ExactModel):
    """An account that was made just now."""

    email: Email = Field(description="The address to log in with")


class ActivationRoutes:
    """Lets customers make their account."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.post(
            "/activations",
            operation=ACTIVATE,
            status_code=202,
            once_by="a newer link replaces the one before, and few are mailed to one address",
            problems=(problems.LIMIT_REACHED,),
        )(self.ask_for_account)
        api.post(
            "/activations/completion",
            operation=ACTIVATE,
            status_code=201,
            once_by="a link is used up by its first use",
            problems=(problems.LINK_OVER, problems.WEAK_PASSWORD, problems.COMMON_PASSWORD, BUSY),
            gate=gate_of(self._parts),
        )(self.activate_account)

    async def ask_for_account(
        self, body: ActivationRequest, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> Advice | Response:
        """Ask for an account.

        A link is mailed to the address we know of the customer, if it is the one given here, and there is no account.
        The answer is the same in any case.
        """
        relation_number = body.relation_number.partition("-")[0]
        refusal = await ask(
            work,
            self._parts,
            What.ACTIVATION,
            email=body.email,
            relation_number=relation_number,
            origin=origin,
            trace=trace,
        )
        return problems.answer(refusal) if refusal else after_activation(self._parts.settings.insurer_phone)

    async def activate_account(
        self, body: ActivationCompletion, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> Activated | Response:
        """Make the account by the link that was mailed, and choose its password.

        Nobody is logged in by that. A password that is refused leaves the link as it is.
        """
        made = await activation.activate(
            work, self._parts, link=body.link, password=body.password, origin=origin, trace=trace
        )
        return problems.answer(made) if isinstance(made, Refusal) else Activated(email=made.email)
