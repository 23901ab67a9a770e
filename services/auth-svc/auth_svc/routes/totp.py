"""Authenticator apps: adding and removing one. Its codes are the second step of a login."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from auth_svc.domain.refusals import Refusal
from auth_svc.flows import totp
from auth_svc.parts import Parts
from auth_svc.routes import problems
from auth_svc.routes.confirmed_identity import IdentityConfirmed
from auth_svc.routes.fields import Code
from auth_svc.routes.origin import RequestOrigin
from chassis.http.api import Api
from chassis.http.problems import NOT_FOUND
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import CHANGE_AUTHENTICATORS


class AppSecret(ExactModel):
    """What an authenticator app is given, once. It counts when the app has shown a code."""

    secret: str = Field(description="To type", examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"], repr=False)
    uri: str = Field(
        description="To show as a QR code",
        examples=["otpauth://totp/mijn.example.org:a@example.org?secret=JBSWY3DP&issuer=mijn.example.org"],
        repr=False,
    )


class AppCode(ExactModel):
    """What the app shows."""

    code: Code


class TotpRoutes:
    """Adds and removes authenticator apps."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        path = "/accounts/{relation_number}/totp"
        api.post(
            path,
            operation=CHANGE_AUTHENTICATORS,
            once_by="the confirmed identity is used up by the first call",
            problems=(problems.IDENTITY_NOT_CONFIRMED,),
        )(self.begin_to_add_totp)
        api.put(
            path + "/confirmation",
            operation=CHANGE_AUTHENTICATORS,
            problems=(problems.NOTHING_TO_CONFIRM, problems.WRONG_CODE),
        )(self.confirm_totp)
        api.post(
            path + "/removal",
            operation=CHANGE_AUTHENTICATORS,
            once_by="the confirmed identity is used up by the first call",
            problems=(problems.IDENTITY_NOT_CONFIRMED, NOT_FOUND),
        )(self.remove_totp)

    async def begin_to_add_totp(
        self, relation_number: RelationNumber, body: IdentityConfirmed, work: Work
    ) -> AppSecret | Response:
        """Begin to add an authenticator app. The one before, if any, counts until the new one has shown a code."""
        begun = await totp.begin_to_add_totp(
            work, self._parts, relation_number=relation_number, confirmed_identity=body.confirmed_identity
        )
        return problems.answer(begun) if isinstance(begun, Refusal) else AppSecret(secret=begun.secret, uri=begun.uri)

    async def confirm_totp(
        self, relation_number: RelationNumber, body: AppCode, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> Response | None:
        """Show that the app has the secret. The customer is told, with a link that undoes it."""
        refusal = await totp.confirm_totp(
            work, self._parts, relation_number=relation_number, code=body.code, origin=origin, trace=trace
        )
        return problems.answer(refusal) if refusal else None

    async def remove_totp(
        self,
        relation_number: RelationNumber,
        body: IdentityConfirmed,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> Response | None:
        """Remove the authenticator app: codes come by SMS again. The customer is told."""
        refusal = await totp.remove_totp(
            work,
            self._parts,
            relation_number=relation_number,
            confirmed_identity=body.confirmed_identity,
            origin=origin,
            trace=trace,
        )
        return problems.answer(refusal) if refusal else None
