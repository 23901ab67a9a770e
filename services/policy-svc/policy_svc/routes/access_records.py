"""Who has seen or changed a customer's data, for the customer and for those who look after it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.languages import WantedLanguage, told_in
from chassis.http.pages import Page, PageQuery
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import READ_ACCESS_RECORDS
from contracts.vocabulary import Language
from policy_svc.flows.on_record import SEEN, put_on_record
from policy_svc.repository import access_records, customers
from policy_svc.repository.access_records import AccessRecord
from policy_svc.routes.parts import Parts
from policy_svc.routes.record_words import REFUSED, WHAT, WHO


class AccessRecordView(ExactModel):
    """One time that somebody saw or changed something."""

    at: Moment
    who: str = Field(description="The role: customer, claims-handler, senior-handler", examples=["customer"])
    who_in_words: str = Field(examples=["Uzelf"])
    operation: str = Field(description="As in the access matrix, or what a command does", examples=["policies.read"])
    operation_in_words: str = Field(examples=["Verzekeringen bekeken"])
    policy_number: str | None = Field(examples=["123456-531-04"])
    details: dict[str, str] = Field(
        description="What it was about; where it was refused, by which problem and `rules`",
        examples=[{"on": "2026-11-27"}],
    )

    @classmethod
    def of(cls, record: AccessRecord, language: Language) -> AccessRecordView:
        who, what = WHO.get(record.role), WHAT.get(record.operation)
        words = what.told_in(language) if what else record.operation
        return cls(
            at=record.recorded_at,
            who=record.role,
            who_in_words=who.told_in(language) if who else record.role,
            operation=record.operation,
            operation_in_words=f"{words} ({REFUSED.told_in(language)})" if "refused" in record.details else words,
            policy_number=record.policy_number,
            details=dict(record.details),
        )


class AccessRecordRoutes:
    """Tells who has seen or changed a customer's data."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get("/customers/{relation_number}/access-records", operation=READ_ACCESS_RECORDS, changes_because=SEEN)(
            self.read_access_records
        )

    async def read_access_records(
        self,
        relation_number: RelationNumber,
        page: PageQuery,
        language: WantedLanguage,
        response: Response,
        work: Work,
        caller: Caller,
    ) -> Page[AccessRecordView]:
        """Read who has seen or changed a customer's data, the latest first."""
        if await customers.find(work.connection, relation_number=relation_number) is None:
            raise Problem(NOT_FOUND)
        found = await access_records.of_customer(
            work.connection,
            relation_number=relation_number,
            before=page.after(tuple[datetime, UUID]),
            rows=page.rows,
        )
        await put_on_record(work, caller, READ_ACCESS_RECORDS, relation_number=relation_number)
        told_in(response, language)
        return page.answer(
            found,
            view=lambda record: AccessRecordView.of(record, language),
            position=lambda record: (record.recorded_at, record.record_id),
        )
