"""Documents for a customer: policy schedules, green cards, and all that were issued."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Path, Query
from pydantic import Field
from starlette.responses import Response

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.pages import Page, PageQuery
from chassis.http.problems import NOT_FOUND, Problem, ProblemType
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import READ_DOCUMENTS
from contracts.policy import PolicyChanged, PolicyKind
from contracts.vocabulary import Language
from policy_svc.domain.documents import DocumentKind
from policy_svc.domain.dutch_days import dutch_day
from policy_svc.domain.policy import relation_number_of
from policy_svc.flows.documents import NoAddressError, NothingToTellError, issue
from policy_svc.flows.on_record import SEEN, put_on_record
from policy_svc.repository import customers, documents, policies
from policy_svc.repository.documents import IssuedDocument
from policy_svc.routes.fields import PDF, POLICY_PATH, DayQuery, PolicyNumberInPath
from policy_svc.routes.parts import Parts
from policy_svc.routes.problems import (
    KEPT_ELSEWHERE,
    NO_GREEN_CARD,
    NO_POSTAL_ADDRESS,
    NOTHING_INSURED_THEN,
    TOO_MANY_DOCUMENTS,
)
from policy_svc.routes.refused import refused

MOST_A_DAY: Final = 100
"""New documents on demand, about one customer for one who asks: each is kept."""
_ANSWERED: Final = "the document is kept, and who has seen a customer's data is on record"

LanguageQuery: TypeAlias = Annotated[
    Language | None, Query(description="The customer's when it is left out", examples=["nl"])
]


class DocumentView(ExactModel):
    """A document that was issued."""

    document_id: UUID = Field(examples=["0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10"])
    kind: DocumentKind = Field(examples=["schedule"])
    policy_number: str = Field(examples=["123456-531-04"])
    policy_version: int = Field(examples=[3])
    about_day: date = Field(
        description="Of which a schedule or green card tells, or from when a change or cancellation counts",
        examples=["2026-11-27"],
    )
    language: Language = Field(examples=["nl"])
    issued_at: Moment
    sha256: str = Field(description="Of the bytes", pattern=r"^[0-9a-f]{64}$", examples=["9f2c" * 16])
    size_bytes: int = Field(examples=[36_000])

    @classmethod
    def of(cls, document: IssuedDocument) -> DocumentView:
        return cls(
            document_id=document.document_id,
            kind=document.kind,
            policy_number=document.policy_number,
            policy_version=document.policy_version,
            about_day=document.about_day,
            language=document.language,
            issued_at=document.issued_at,
            sha256=document.sha256,
            size_bytes=document.size_bytes,
        )


class DocumentRoutes:
    """Issues documents on demand, and tells of those that were."""

    def __init__(self, parts: Parts) -> None:
        self._press = parts.press

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        customer, on_demand = "/customers/{relation_number}", (KEPT_ELSEWHERE, TOO_MANY_DOCUMENTS)
        api.get(
            f"{POLICY_PATH}/schedule",
            operation=READ_DOCUMENTS,
            changes_because=_ANSWERED,
            answers=PDF,
            problems=(NOTHING_INSURED_THEN, *on_demand),
        )(self.get_schedule)
        api.get(
            f"{POLICY_PATH}/green-card",
            operation=READ_DOCUMENTS,
            changes_because=_ANSWERED,
            answers=PDF,
            problems=(NO_GREEN_CARD, NO_POSTAL_ADDRESS, *on_demand),
        )(self.get_green_card)
        api.get(f"{customer}/documents", operation=READ_DOCUMENTS, changes_because=SEEN)(self.list_documents)
        api.get(f"{customer}/documents/{{document_id}}", operation=READ_DOCUMENTS, changes_because=SEEN, answers=PDF)(
            self.get_document
        )

    async def get_schedule(
        self,
        relation_number: RelationNumber,
        policy_number: PolicyNumberInPath,
        work: Work,
        caller: Caller,
        on: DayQuery = None,
        language: LanguageQuery = None,
    ) -> Response:
        """Get the policy schedule of any day as PDF.

        It tells what is insured on that day as it is known now. Answers application/pdf, tagged (PDF/UA-1, PDF/A-2a).
        """
        day = on or dutch_day(work.now)
        return await self._issue(
            work,
            caller,
            DocumentKind.SCHEDULE,
            relation_number=relation_number,
            policy_number=policy_number,
            on=day,
            language=language,
            nothing_to_tell=NOTHING_INSURED_THEN,
        )

    async def get_green_card(
        self, relation_number: RelationNumber, policy_number: PolicyNumberInPath, work: Work, caller: Caller
    ) -> Response:
        """Get the international motor insurance certificate of a car as PDF.

        It is in Dutch with its title in French and English, as prescribed. Answers application/pdf.
        """
        return await self._issue(
            work,
            caller,
            DocumentKind.GREEN_CARD,
            relation_number=relation_number,
            policy_number=policy_number,
            on=dutch_day(work.now),
            language=None,
            nothing_to_tell=NO_GREEN_CARD,
        )

    async def _issue(
        self,
        work: Work,
        caller: Caller,
        kind: DocumentKind,
        *,
        relation_number: str,
        policy_number: str,
        on: date,
        language: Language | None,
        nothing_to_tell: ProblemType,
    ) -> Response:
        """Issue a document and answer it, or say why there is none: either is on record."""
        if relation_number_of(policy_number) != relation_number:
            raise Problem(NOT_FOUND)
        # One at a time: what is issued at once is counted, and one customer does not keep others from the press.
        await customers.lock(work.connection, relation_numbers=[relation_number])
        policy = await policies.find(work.connection, policy_number=policy_number)
        if policy is None:
            raise Problem(NOT_FOUND)
        found = await self._issued(
            work, caller, kind, policy, on=on, language=language, nothing_to_tell=nothing_to_tell
        )
        if not isinstance(found, ProblemType):
            return await self._answer(work, caller, found)
        return await refused(
            work,
            caller,
            READ_DOCUMENTS,
            Problem(found),
            relation_number=relation_number,
            policy_number=policy_number,
            document=kind,
            on=on.isoformat(),
        )

    async def _issued(
        self,
        work: Work,
        caller: Caller,
        kind: DocumentKind,
        policy: PolicyChanged,
        *,
        on: date,
        language: Language | None,
        nothing_to_tell: ProblemType,
    ) -> IssuedDocument | ProblemType:
        if policy.kind is PolicyKind.HEALTH:
            return KEPT_ELSEWHERE
        issued = await documents.issued_on_demand(
            work.connection,
            relation_number=relation_number_of(policy.policy_number),
            actor=caller.subject,
            since=work.now - timedelta(days=1),
        )
        if issued >= MOST_A_DAY:
            return TOO_MANY_DOCUMENTS
        try:
            return await issue(work, self._press, kind=kind, policy=policy, on=on, language=language)
        except NothingToTellError:
            return nothing_to_tell
        except NoAddressError:
            return NO_POSTAL_ADDRESS

    async def list_documents(
        self, relation_number: RelationNumber, page: PageQuery, work: Work, caller: Caller
    ) -> Page[DocumentView]:
        """List the documents that were issued to a customer, the latest first."""
        if await customers.find(work.connection, relation_number=relation_number) is None:
            raise Problem(NOT_FOUND)
        found = await documents.of_customer(
            work.connection,
            relation_number=relation_number,
            before=page.after(tuple[datetime, UUID]),
            rows=page.rows,
        )
        await put_on_record(work, caller, READ_DOCUMENTS, relation_number=relation_number)
        return page.answer(
            found, view=DocumentView.of, position=lambda document: (document.issued_at, document.document_id)
        )

    async def get_document(
        self,
        relation_number: RelationNumber,
        document_id: Annotated[UUID, Path(examples=["0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10"])],
        work: Work,
        caller: Caller,
    ) -> Response:
        """Get a document as it was issued. Answers application/pdf."""
        document = await documents.find(work.connection, relation_number=relation_number, document_id=document_id)
        if document is None:
            raise Problem(NOT_FOUND)
        return await self._answer(work, caller, document)

    async def _answer(self, work: Work, caller: Caller, document: IssuedDocument) -> Response:
        await put_on_record(
            work,
            caller,
            READ_DOCUMENTS,
            relation_number=document.relation_number,
            policy_number=document.policy_number,
            document=document.kind,
            document_id=str(document.document_id),
            on=document.about_day.isoformat(),
        )
        content = await documents.content(work.connection, document_id=document.document_id)
        name = f"{document.kind.replace('_', '-')}-{document.policy_number}-{document.about_day}.pdf"
        headers = {"Content-Disposition": f'inline; filename="{name}"', "Content-Language": document.language}
        return Response(content, headers=headers, media_type=PDF)
