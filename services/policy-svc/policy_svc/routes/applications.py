"""Taking out an insurance: a quote is accepted, and a policy comes of it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from uuid_utils.compat import uuid7

from chassis.http.allowances import LIMIT_REACHED
from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.languages import WantedLanguage
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.telemetry import RequestTrace
from chassis.http.values import Day, ExactModel, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import APPLY, APPLY_AS_CUSTOMER, Role
from contracts.policy import ContactChanged, PolicyChanged, PolicyKind
from contracts.vocabulary import Language
from policy_svc.domain.policy import relation_number_of
from policy_svc.flows.applications import HomeRefused, NotAccepted, accept_as_customer, accept_as_new_customer
from policy_svc.flows.on_record import put_on_record
from policy_svc.routes.homes import AddressAsked, address_of, not_accepted
from policy_svc.routes.parts import Parts
from policy_svc.routes.people import EmailAddress, MobilePhone, PersonName
from policy_svc.routes.problems import (
    ADDRESS_IMPOSSIBLE,
    HOME_NOT_ACCEPTED,
    QUOTE_ACCEPTED,
    QUOTE_EXPIRED,
    QUOTE_UNKNOWN,
    TOO_MANY_POLICIES,
)
from policy_svc.routes.refused import refused

_PROBLEMS: Final = (HOME_NOT_ACCEPTED, QUOTE_ACCEPTED, QUOTE_EXPIRED, QUOTE_UNKNOWN, TOO_MANY_POLICIES)
_NOT_ACCEPTED: Final = {
    NotAccepted.UNKNOWN_QUOTE: QUOTE_UNKNOWN,
    NotAccepted.UNKNOWN_CUSTOMER: NOT_FOUND,
    NotAccepted.EXPIRED: QUOTE_EXPIRED,
    NotAccepted.ACCEPTED_BEFORE: QUOTE_ACCEPTED,
    NotAccepted.TOO_MANY_POLICIES: TOO_MANY_POLICIES,
}


class Applicant(ExactModel):
    """A private person who becomes a customer."""

    name: PersonName
    email: EmailAddress
    mobile_phone: MobilePhone | None = Field(
        default=None, description="Without one there is no online access", examples=["+31612345678"]
    )
    postal_address: AddressAsked = Field(description="Where letters go to")
    language: Language = Field(description="In which the customer is written to", examples=["nl"])


class Application(ExactModel):
    """A quote that a customer accepts."""

    quote_id: UUID = Field(examples=["7b0a3a52-6f0e-4a55-9d57-3f1d8f3f5b1c"])


class NewCustomerApplication(Application):
    """A quote that somebody accepts who becomes a customer by it."""

    applicant: Applicant


class TakenOut(ExactModel):
    """The policy that has come of a quote."""

    relation_number: RelationNumber
    policy_number: str = Field(examples=["123456-531-04"])
    kind: PolicyKind = Field(examples=["buildings"])
    begins_on: Day = Field(description="First insured Dutch day", examples=["2026-12-01"])

    @classmethod
    def of(cls, policy: PolicyChanged) -> TakenOut:
        return cls(
            relation_number=relation_number_of(policy.policy_number),
            policy_number=policy.policy_number,
            kind=policy.kind,
            begins_on=policy.terms[0].effective_on,
        )


class ApplicationRoutes:
    """Takes applications."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.post(
            "/applications",
            operation=APPLY,
            status_code=201,
            problems=(LIMIT_REACHED, ADDRESS_IMPOSSIBLE, *_PROBLEMS),
        )(self.apply)
        api.post(
            "/customers/{relation_number}/applications",
            operation=APPLY_AS_CUSTOMER,
            status_code=201,
            problems=_PROBLEMS,
        )(self.apply_as_customer)

    async def apply(
        self,
        application: NewCustomerApplication,
        language: WantedLanguage,
        work: Work,
        caller: Caller,
        request: Request,
        trace: RequestTrace,
    ) -> TakenOut | Response:
        """Become a customer by accepting a quote.

        The answer holds the relation number and the policy number; they come by mail, too. The rules for homes are
        applied once more.
        """
        self._parts.applications.take(request)
        applicant = application.applicant
        person = ContactChanged(
            customer_id=uuid7(),
            version=1,
            relation_number="0",  # given when the customer is stored
            name=applicant.name,
            email=applicant.email,
            mobile_phone=applicant.mobile_phone,
            postal_address=address_of(applicant.postal_address, language),
            language=applicant.language,
        )
        found = await accept_as_new_customer(
            work, quote_id=application.quote_id, person=person, made_by=Role.CUSTOMER, trace=trace
        )
        if isinstance(found, NotAccepted):
            raise _problem_of(found, language)
        if isinstance(found, HomeRefused):
            return _problem_of(found, language).response()
        await put_on_record(
            work,
            caller,
            APPLY,
            relation_number=relation_number_of(found.policy_number),
            policy_number=found.policy_number,
        )
        return TakenOut.of(found)

    async def apply_as_customer(
        self,
        relation_number: RelationNumber,
        application: Application,
        language: WantedLanguage,
        work: Work,
        caller: Caller,
        trace: RequestTrace,
    ) -> TakenOut | Response:
        """Take out another insurance by accepting a quote."""
        found = await accept_as_customer(
            work,
            quote_id=application.quote_id,
            relation_number=relation_number,
            made_by=caller.kind,
            trace=trace,
        )
        if found is NotAccepted.UNKNOWN_CUSTOMER:
            raise Problem(NOT_FOUND)
        if isinstance(found, NotAccepted | HomeRefused):
            return await refused(
                work,
                caller,
                APPLY_AS_CUSTOMER,
                _problem_of(found, language),
                relation_number=relation_number,
                quote=str(application.quote_id),
            )
        await put_on_record(
            work,
            caller,
            APPLY_AS_CUSTOMER,
            relation_number=relation_number,
            policy_number=found.policy_number,
        )
        return TakenOut.of(found)


def _problem_of(refusal: NotAccepted | HomeRefused, language: Language) -> Problem:
    if isinstance(refusal, HomeRefused):
        return not_accepted(refusal.refusals, language)
    return Problem(_NOT_ACCEPTED[refusal])
