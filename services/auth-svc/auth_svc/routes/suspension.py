"""Suspending accounts and reinstating them, for operators who have their owner on the phone."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from auth_svc.domain.refusals import Reason
from auth_svc.flows import suspension
from auth_svc.flows.account import account_locked_with_logins
from auth_svc.parts import Parts
from auth_svc.repository.accounts import Account
from auth_svc.routes import problems
from auth_svc.routes.origin import RequestOrigin
from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.preconditions import IfMatch
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import SUSPEND_ACCOUNT

_WITHOUT_NUMBER = "No code has ever reached the number of this account: give the one that its owner has."


class Reinstatement(ExactModel):
    """What the caller, who was asked who they are, has said of the account."""

    mobile_phone: str | None = Field(
        default=None,
        min_length=1,
        max_length=30,
        description="Where codes go from now on, with or without its country; null: to the number there is",
        examples=["+31612345678"],
        repr=False,
    )
    remove_authenticators: bool = Field(
        default=False,
        description="Whether its passkeys and authenticator app are removed, for they are on a phone that is lost",
        examples=[False],
    )


class SuspensionRoutes:
    """Suspends accounts and reinstates them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        path = "/accounts/{relation_number}"
        api.put(path + "/suspension", operation=SUSPEND_ACCOUNT, problems=(NOT_FOUND,))(self.suspend_account)
        api.put(
            path + "/reinstatement",
            operation=SUSPEND_ACCOUNT,
            problems=(NOT_FOUND, problems.NOT_SUSPENDED, problems.NOT_A_MOBILE_PHONE, problems.NO_MOBILE_PHONE),
        )(self.reinstate_account)

    async def suspend_account(
        self, relation_number: RelationNumber, caller: Caller, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> None:
        """Keep an account from being used. Its sessions, PINs and changes under way are over.

        Access tokens are over within five minutes. A link that undoes changes still does, and lets nobody in.
        """
        account = await _locked(work, relation_number)
        await suspension.suspend(work, account, actor=caller.subject, origin=origin, trace=trace)

    async def reinstate_account(
        self,
        relation_number: RelationNumber,
        body: Reinstatement,
        if_match: IfMatch,
        caller: Caller,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> Response | None:
        """Let an account be used again, once its owner has said who they are and that its number is theirs.

        Read the account first: its ETag goes with whatever came back by a mailed link meanwhile. The customer is told.
        """
        account = await _locked(work, relation_number)
        if_match.require(version=account.version)
        refusal = await suspension.reinstate(
            work,
            self._parts,
            account,
            mobile_phone=body.mobile_phone,
            remove_authenticators=body.remove_authenticators,
            actor=caller.subject,
            origin=origin,
            trace=trace,
        )
        if refusal is None:
            return None
        return problems.answer(refusal, _WITHOUT_NUMBER if refusal.reason is Reason.NO_MOBILE_PHONE else None)


async def _locked(work: Work, relation_number: str) -> Account:
    account = await account_locked_with_logins(work, relation_number)
    if account is None:
        raise Problem(NOT_FOUND)
    return account
