"""Changes of a customer's personal data: shown first, and made by confirming what was shown."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace
from pydantic import Field
from starlette.responses import Response

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.languages import WantedLanguage, told_in
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import CHANGE_CUSTOMER
from contracts.policy import ContactChanged
from contracts.vocabulary import Channel, Language
from policy_svc.domain.contact_changes import ContactRefusal
from policy_svc.flows.confirmations import NotConfirmed
from policy_svc.flows.contact_changes import ContactPreview, confirm_contact_change, show_contact_change
from policy_svc.flows.on_record import put_on_record
from policy_svc.routes import problems
from policy_svc.routes.change_views import RemarkView
from policy_svc.routes.change_words import CONTACT_CAUTIONS
from policy_svc.routes.changes import NOT_CONFIRMED
from policy_svc.routes.customers import UNWANTED, CustomerView, UnwantedChannel
from policy_svc.routes.fields import PreviewIdInPath
from policy_svc.routes.homes import AddressAsked, address_of
from policy_svc.routes.parts import Parts
from policy_svc.routes.people import EmailAddress, MobilePhone, PersonName
from policy_svc.routes.refused import refused

_REFUSED: Final = {
    ContactRefusal.NOTHING_CHANGES: problems.NOTHING_CHANGES,
    ContactRefusal.UNREACHABLE: problems.UNREACHABLE,
}


class PersonalDataAsked(ExactModel):
    """What is to change. What is left out stays as it is; null takes an address or a number away."""

    name: PersonName | None = Field(default=None, description="Null, too, leaves it as it is")
    email: EmailAddress | None = None
    mobile_phone: MobilePhone | None = None
    postal_address: AddressAsked | None = Field(default=None, description="Where letters go to")
    language: Language | None = Field(
        default=None, description="In which the customer is written to; null, too, leaves it as it is", examples=["en"]
    )

    unwanted_channels: list[UnwantedChannel] | None = Field(
        default=None,
        max_length=len(UNWANTED),
        description="How the customer does not want to be told about decisions: by text message, or by e-mail, so that "
        "letters come. All of them as they are from now on; null, too, leaves it as it is",
        examples=[["sms"]],
    )

    def applied(self, known: ContactChanged, language: Language) -> ContactChanged:
        """Return a customer's data with the change.

        Raises:
            Problem: ADDRESS_IMPOSSIBLE, with the reason in a language.
        """
        changes: dict[str, Any] = {}
        for field in ("email", "mobile_phone"):
            if field in self.model_fields_set:
                changes[field] = getattr(self, field)
        for field in ("name", "language"):
            if getattr(self, field) is not None:
                changes[field] = getattr(self, field)
        if self.unwanted_channels is not None:
            changes["unwanted_channels"] = tuple(Channel(each) for each in UNWANTED if each in self.unwanted_channels)
        if "postal_address" in self.model_fields_set:
            address = self.postal_address
            changes["postal_address"] = None if address is None else address_of(address, language)
        return replace(known, **changes)


class PersonalDataPreviewView(ExactModel):
    """What a change of personal data would be. Nothing is changed before it is confirmed."""

    preview_id: UUID = Field(examples=["0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d11"])
    before: CustomerView
    after: CustomerView = Field(description="As it is at once when this is confirmed")
    remarks: list[RemarkView]
    expires_at: Moment = Field(description="Until when it can be confirmed")

    @classmethod
    def of(cls, preview: ContactPreview, language: Language) -> PersonalDataPreviewView:
        """Return a preview in words."""
        found = preview.outcome
        return cls(
            preview_id=preview.preview_id,
            before=CustomerView.of(found.before),
            after=CustomerView.of(replace(found.after, version=found.before.version + 1)),
            remarks=[
                RemarkView(code=caution, text=CONTACT_CAUTIONS[caution].told_in(language)) for caution in found.cautions
            ],
            expires_at=preview.expires_at,
        )


class ConfirmedPersonalDataView(ExactModel):
    """A change of personal data that was made."""

    version: int = Field(description="Of the customer's data, with the change", examples=[3])
    confirmed_at: Moment


class ContactChangeRoutes:
    """Shows changes of personal data, and makes those that are confirmed."""

    def __init__(self, parts: Parts) -> None:
        self._settings = parts.settings

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        path = "/customers/{relation_number}/personal-data-previews"
        api.post(
            path, operation=CHANGE_CUSTOMER, status_code=201, problems=(*_REFUSED.values(), problems.ADDRESS_IMPOSSIBLE)
        )(self.preview_personal_data)
        api.post(
            f"{path}/{{preview_id}}/confirmation",
            operation=CHANGE_CUSTOMER,
            problems=(problems.PREVIEW_STALE, problems.PREVIEW_EXPIRED),
        )(self.confirm_personal_data)

    async def preview_personal_data(
        self,
        relation_number: RelationNumber,
        body: PersonalDataAsked,
        language: WantedLanguage,
        work: Work,
        caller: Caller,
        response: Response,
    ) -> PersonalDataPreviewView | Response:
        """Show what a change of personal data would be. How one logs in is changed in the account, not here."""
        preview = await show_contact_change(
            work, relation_number=relation_number, change=lambda known: body.applied(known, language)
        )
        if preview is None:
            raise Problem(NOT_FOUND)
        fields = " ".join(sorted(body.model_fields_set))
        if isinstance(preview, ContactRefusal):
            problem = Problem(_REFUSED[preview])
            return await refused(work, caller, CHANGE_CUSTOMER, problem, relation_number=relation_number, fields=fields)
        await put_on_record(
            work,
            caller,
            CHANGE_CUSTOMER,
            relation_number=relation_number,
            preview=str(preview.preview_id),
            fields=fields,
        )
        told_in(response, language)
        return PersonalDataPreviewView.of(preview, language)

    async def confirm_personal_data(
        self,
        relation_number: RelationNumber,
        preview_id: PreviewIdInPath,
        work: Work,
        caller: Caller,
        trace: RequestTrace,
    ) -> ConfirmedPersonalDataView | Response:
        """Make the change that was shown. The customer is told at the address before and the one after.

        However often it is confirmed, it is made once and answered the same.
        """
        confirmed = await confirm_contact_change(
            work,
            self._settings,
            relation_number=relation_number,
            preview_id=preview_id,
            made_by=caller.kind,
            trace=trace,
        )
        if isinstance(confirmed, NotConfirmed):
            problem = Problem(NOT_CONFIRMED[confirmed])
            if confirmed is NotConfirmed.UNKNOWN:
                raise problem
            return await refused(
                work,
                caller,
                CHANGE_CUSTOMER,
                problem,
                relation_number=relation_number,
                not_confirmed=str(preview_id),
            )
        await put_on_record(
            work,
            caller,
            CHANGE_CUSTOMER,
            relation_number=relation_number,
            confirmed=str(preview_id),
            version=str(confirmed.version),
        )
        return ConfirmedPersonalDataView(version=confirmed.version, confirmed_at=confirmed.confirmed_at)
