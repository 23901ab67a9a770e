"""Changes of an account by its customer, and what their mails lead to: confirming and undoing them."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from auth_svc.domain.refusals import Refusal
from auth_svc.flows import account, email_change, phone_change, undo
from auth_svc.flows.authenticators import account_confirmed, account_seen_confirmed
from auth_svc.parts import Parts
from auth_svc.routes import problems
from auth_svc.routes.advice import Advice, after_undo
from auth_svc.routes.confirmed_identity import ConfirmedIdentity
from auth_svc.routes.fields import Code, Email, LinkSecret, NewPassword
from auth_svc.routes.gate import BUSY, gate_of
from auth_svc.routes.origin import RequestOrigin
from chassis.http.api import Api
from chassis.http.preconditions import IfMatch
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import CHANGE_ACCOUNT, FOLLOW_LINK


class ChangedPassword(ExactModel):
    """The password there is, and the one that is to be."""

    current_password: str = Field(
        min_length=1, max_length=1_000, examples=["the one chosen before this one"], repr=False
    )
    password: NewPassword


class ChangedEmail(ExactModel):
    """A new e-mail address, by who has just shown who it is."""

    email: Email
    confirmed_identity: ConfirmedIdentity


class ChangedMobilePhone(ExactModel):
    """A new mobile number, by who has just shown who it is."""

    mobile_phone: str = Field(
        min_length=1, max_length=30, description="With or without its country", examples=["+31612345678"], repr=False
    )
    confirmed_identity: ConfirmedIdentity


class PhoneCode(ExactModel):
    """The code that the new number has received."""

    code: Code


class MailedLink(ExactModel):
    """What a mailed link has behind its #."""

    link: LinkSecret


class Undone(ExactModel):
    """The account is as it was."""

    suspended: bool = Field(description="Whether nobody can log in until the customer has called", examples=[False])
    advice: Advice


class ChangeRoutes:
    """Changes password, e-mail address and mobile number, and undoes changes."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        path = "/accounts/{relation_number}"
        api.put(
            path + "/password",
            operation=CHANGE_ACCOUNT,
            gate=gate_of(self._parts),
            problems=(problems.WRONG_CREDENTIALS, problems.WEAK_PASSWORD, problems.COMMON_PASSWORD, BUSY),
        )(self.change_password)
        api.put(
            path + "/email",
            operation=CHANGE_ACCOUNT,
            status_code=202,
            problems=(problems.IDENTITY_NOT_CONFIRMED, problems.LIMIT_REACHED),
        )(self.change_email)
        api.put(
            path + "/mobile-phone",
            operation=CHANGE_ACCOUNT,
            status_code=202,
            problems=(problems.IDENTITY_NOT_CONFIRMED, problems.NOT_A_MOBILE_PHONE, problems.LIMIT_REACHED),
        )(self.change_mobile_phone)
        api.put(
            path + "/mobile-phone/confirmation",
            operation=CHANGE_ACCOUNT,
            problems=(problems.NOTHING_TO_CONFIRM, problems.WRONG_CODE),
        )(self.confirm_mobile_phone)
        api.post(
            "/links/email",
            operation=FOLLOW_LINK,
            once_by="a link is used up by its first use",
            problems=(problems.LINK_OVER, problems.ADDRESS_TAKEN),
        )(self.confirm_email)
        api.post(
            "/links/undo",
            operation=FOLLOW_LINK,
            once_by="a link is used up by its first use",
            problems=(problems.LINK_OVER,),
        )(self.undo_changes)

    async def change_password(
        self,
        relation_number: RelationNumber,
        body: ChangedPassword,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> Response | None:
        """Change the password. All sessions, PINs and changes under way are over: log in with the new one."""
        refusal = await account.change_password(
            work,
            self._parts,
            relation_number=relation_number,
            current=body.current_password,
            chosen=body.password,
            origin=origin,
            trace=trace,
        )
        return problems.answer(refusal) if refusal else None

    async def change_email(
        self,
        relation_number: RelationNumber,
        body: ChangedEmail,
        if_match: IfMatch,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> Response:
        """Ask for another e-mail address. It is changed by the link that is mailed to the new one.

        An address that cannot be used gets no mail, and the same answer.
        """
        confirmed = await account_confirmed(work, relation_number, body.confirmed_identity)
        if isinstance(confirmed, Refusal):
            return problems.answer(confirmed)
        if_match.require(version=confirmed.version)
        refusal = await email_change.ask_for_email(work, self._parts, confirmed, body.email, origin=origin, trace=trace)
        return problems.answer(refusal) if refusal else Response(status_code=202)

    async def change_mobile_phone(
        self,
        relation_number: RelationNumber,
        body: ChangedMobilePhone,
        if_match: IfMatch,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> Response:
        """Ask for another mobile number. It is changed by the code that is sent to the new one."""
        # Before anything is taken: who merely holds a token does not use up the codes of the account, nor of a number.
        seen = await account_seen_confirmed(work, relation_number, body.confirmed_identity)
        if isinstance(seen, Refusal):
            return problems.answer(seen)
        if_match.require(version=seen.version)
        number = await phone_change.may_send_code(
            work, self._parts, seen, body.mobile_phone, origin=origin, trace=trace
        )
        if isinstance(number, Refusal):
            return problems.answer(number)
        confirmed = await account_confirmed(work, relation_number, body.confirmed_identity)
        if isinstance(confirmed, Refusal):
            return problems.answer(confirmed)
        if_match.require(version=confirmed.version)
        await phone_change.ask_for_number(work, self._parts, confirmed, number, origin=origin, trace=trace)
        return Response(status_code=202)

    async def confirm_mobile_phone(
        self, relation_number: RelationNumber, body: PhoneCode, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> Response | None:
        """Take the new mobile number by the code that it has received. Who had the one before is told."""
        refusal = await phone_change.confirm_number(
            work, self._parts, relation_number=relation_number, code=body.code, origin=origin, trace=trace
        )
        return problems.answer(refusal) if refusal else None

    async def confirm_email(
        self, body: MailedLink, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> Response | None:
        """Take the new e-mail address by the link that was mailed to it."""
        refusal = await email_change.confirm_email(work, self._parts, body.link, origin=origin, trace=trace)
        return problems.answer(refusal) if refusal else None

    async def undo_changes(
        self, body: MailedLink, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> Undone | Response:
        """Undo all changes since the one that the oldest valid link was mailed for. A new password must be chosen.

        A mailbox alone brings no second factor back into use: where a number, an app or a passkey comes back, the
        account is suspended until an operator reinstates it.
        """
        result = await undo.undo_changes(work, self._parts, body.link, origin=origin, trace=trace)
        if isinstance(result, Refusal):
            return problems.answer(result)
        advice = after_undo(self._parts.settings.insurer_phone, is_suspended=result)
        return Undone(suspended=result, advice=advice)
