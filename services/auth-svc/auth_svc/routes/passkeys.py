"""Passkeys: logging in with one, adding and removing them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from auth_svc.domain.refusals import Refusal
from auth_svc.flows import passkey_logins, passkeys
from auth_svc.flows.finished_login import Purpose
from auth_svc.parts import Parts
from auth_svc.repository.passkeys import Passkey
from auth_svc.routes import problems
from auth_svc.routes.browsers import OTHER_SITE, refuse_other_sites
from auth_svc.routes.confirmed_identity import IdentityConfirmed
from auth_svc.routes.login import LoginFinished, finished
from auth_svc.routes.origin import RequestOrigin
from chassis.http.api import Api
from chassis.http.problems import NOT_FOUND
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import CHANGE_AUTHENTICATORS, LOG_IN

PasskeyId = Annotated[UUID, Path(examples=["0198c5f5-7d1a-7c43-9a51-6f2f3b1c7d11"])]
CredentialField = Annotated[
    dict[str, Any],
    Field(
        description="What PublicKeyCredential.toJSON() returns in the browser (WebAuthn)",
        examples=[{"id": "AQ", "rawId": "AQ", "type": "public-key", "response": {"clientDataJSON": "e30"}}],
        repr=False,
    ),
]


class PasskeyLogin(ExactModel):
    """A login with a passkey begins."""

    purpose: Purpose = Field(examples=["log_in"])


class PasskeyOptions(ExactModel):
    """What the browser is to ask of a passkey, within five minutes."""

    public_key: dict[str, Any] = Field(
        description="As PublicKeyCredential.parseRequestOptionsFromJSON() and parseCreationOptionsFromJSON() take it",
        examples=[{"challenge": "q8mMnJ5Bv0Nf7dD3rQm7i1Vq7b0z0X3b4mJ7o2k5c1A", "userVerification": "required"}],
    )


class SignedChallenge(ExactModel):
    """A passkey has signed."""

    credential: CredentialField


class NewPasskey(ExactModel):
    """A passkey was made."""

    credential: CredentialField
    name: str = Field(
        min_length=1, max_length=80, description="By which the customer knows it", examples=["My telephone"]
    )


class PasskeyView(ExactModel):
    """A passkey of an account."""

    passkey_id: UUID = Field(examples=["0198c5f5-7d1a-7c43-9a51-6f2f3b1c7d11"])
    name: str = Field(examples=["My telephone"])
    added_at: Moment

    @classmethod
    def of(cls, passkey: Passkey) -> PasskeyView:
        """Return what is told of `passkey`."""
        return cls(passkey_id=passkey.passkey_id, name=passkey.name, added_at=passkey.added_at)


class PasskeyRoutes:
    """Logs in with passkeys, adds and removes them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.post(
            "/passkey-logins",
            operation=LOG_IN,
            once_by="every call returns another challenge and nobody is logged in by it",
            problems=(problems.LIMIT_REACHED,),
        )(self.begin_passkey_login)
        api.post(
            "/passkey-logins/completion",
            operation=LOG_IN,
            once_by="a challenge is used up by the first signature",
            problems=(problems.WRONG_PASSKEY, problems.LIMIT_REACHED, OTHER_SITE),
        )(self.complete_passkey_login)
        path = "/accounts/{relation_number}/passkeys"
        api.post(
            path + "/options",
            operation=CHANGE_AUTHENTICATORS,
            once_by="the confirmed identity is used up by the first call",
            problems=(problems.IDENTITY_NOT_CONFIRMED,),
        )(self.begin_to_add_passkey)
        api.post(
            path,
            operation=CHANGE_AUTHENTICATORS,
            status_code=201,
            once_by="a challenge is used up by the first signature",
            problems=(problems.WRONG_PASSKEY,),
        )(self.add_passkey)
        api.post(
            path + "/{passkey_id}/removal",
            operation=CHANGE_AUTHENTICATORS,
            once_by="the confirmed identity is used up by the first call",
            problems=(problems.IDENTITY_NOT_CONFIRMED, NOT_FOUND),
        )(self.remove_passkey)

    async def begin_passkey_login(
        self, body: PasskeyLogin, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> PasskeyOptions | Response:
        """Begin a login with a passkey: nobody says who logs in, the passkey does."""
        options = await passkey_logins.begin_passkey_login(
            work, self._parts, purpose=body.purpose, origin=origin, trace=trace
        )
        return problems.answer(options) if isinstance(options, Refusal) else PasskeyOptions(public_key=options)

    async def complete_passkey_login(
        self,
        body: SignedChallenge,
        request: Request,
        response: Response,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> LoginFinished | Response:
        """Log in, or confirm who it is, by the signature of a passkey. Both factors are shown by it."""
        refuse_other_sites(request, portal_url=self._parts.settings.portal_url)
        result = await passkey_logins.complete_passkey_login(
            work, self._parts, credential=body.credential, origin=origin, trace=trace
        )
        return problems.answer(result) if isinstance(result, Refusal) else finished(result, response)

    async def begin_to_add_passkey(
        self, relation_number: RelationNumber, body: IdentityConfirmed, work: Work
    ) -> PasskeyOptions | Response:
        """Begin to add a passkey. The confirmed identity is used up here; the challenge stands for it from here on."""
        options = await passkeys.begin_to_add_passkey(
            work, self._parts, relation_number=relation_number, confirmed_identity=body.confirmed_identity
        )
        return problems.answer(options) if isinstance(options, Refusal) else PasskeyOptions(public_key=options)

    async def add_passkey(
        self, relation_number: RelationNumber, body: NewPasskey, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> PasskeyView | Response:
        """Add the passkey that was made. The customer is told, with a link that undoes it."""
        added = await passkeys.add_passkey(
            work,
            self._parts,
            relation_number=relation_number,
            credential=body.credential,
            name=body.name,
            origin=origin,
            trace=trace,
        )
        return problems.answer(added) if isinstance(added, Refusal) else PasskeyView.of(added)

    async def remove_passkey(
        self,
        relation_number: RelationNumber,
        passkey_id: PasskeyId,
        body: IdentityConfirmed,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> Response | None:
        """Remove a passkey. The customer is told, with a link that undoes what changed."""
        refusal = await passkeys.remove_passkey(
            work,
            self._parts,
            relation_number=relation_number,
            passkey_id=passkey_id,
            confirmed_identity=body.confirmed_identity,
            origin=origin,
            trace=trace,
        )
        return problems.answer(refusal) if refusal else None
