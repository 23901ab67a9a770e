"""What happened to a claim, for its customer, for handlers, and for operators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Literal, TypeAlias, TypeVar
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.languages import WantedLanguage, told_in
from chassis.http.pages import Page, PageQuery, PageRequest
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.telemetry.tracing import trace_id_of
from claims_svc.domain.timeline import Happened, details_without_accounts, done_by, reason_for_customers, told_as
from claims_svc.repository import claim_views, timeline
from claims_svc.routes.fields import CLAIM_PATH, DESK_PATH, ReferenceInPath
from claims_svc.routes.parts import Parts
from claims_svc.routes.timeline_words import WORDS, words_for
from contracts.access import READ_CLAIMS, READ_DESK, SEARCH_CLAIMS
from contracts.language import Language

V = TypeVar("V")
Kind: TypeAlias = Annotated[str, Field(description="What happened", examples=["decided"])]
ByRole: TypeAlias = Annotated[
    str, Field(description="As what somebody did it; system: nobody by hand", examples=["system"])
]
Details: TypeAlias = Annotated[
    dict[str, str],
    Field(description="Codes, amounts and ids", examples=[{"outcome": "covered", "ground": "storm"}]),
]


class ToldEntry(ExactModel):
    """One thing that happened, as customers are told."""

    at: Moment
    kind: Kind
    text: str = Field(examples=["Beslist: de schade is verzekerd."])
    by: Literal["customer", "person", "partner", "system"] = Field(
        description="person: somebody who works here; system: nobody by hand", examples=["system"]
    )
    reason: str | None = Field(description="As the customer wrote it, or as it was written to them", examples=[None])
    ground: str | None = Field(
        description="Of a decision: the rule that decided", examples=["heavy_local_precipitation"]
    )

    @classmethod
    def of(cls, happened: Happened, language: Language) -> ToldEntry:
        return cls(
            at=happened.at,
            kind=happened.kind,
            text=words_for(happened, language) or "",
            by=done_by(happened).value,
            reason=reason_for_customers(happened),
            ground=happened.details.get("ground") if happened.kind == "decided" else None,
        )


class DeskEntry(ExactModel):
    """One thing that happened, with who did it and why."""

    at: Moment
    kind: Kind
    role: ByRole
    account: str | None = Field(description="Whose account", examples=["handler-1"])
    reason: str | None = Field(description="In the words of who did it", examples=["Seen on the spot"])
    details: Details

    @classmethod
    def of(cls, happened: Happened) -> DeskEntry:
        return cls(
            at=happened.at,
            kind=happened.kind,
            role=happened.role,
            account=happened.account,
            reason=happened.reason,
            details=dict(happened.details),
        )


class TracedEntry(ExactModel):
    """One thing that happened, with the trace in which it can be followed. What people wrote is not shown."""

    at: Moment
    kind: Kind
    role: ByRole
    details: Details
    trace_id: str | None = Field(
        description="W3C trace id; null: nothing was announced by it", examples=["0af7651916cd43dd8448eb211c80319c"]
    )

    @classmethod
    def of(cls, happened: Happened) -> TracedEntry:
        return cls(
            at=happened.at,
            kind=happened.kind,
            role=happened.role,
            details=details_without_accounts(happened),
            trace_id=trace_id_of(happened.trace),
        )


class TimelineRoutes:
    """Tells what happened to a claim."""

    def __init__(self, parts: Parts) -> None:
        del parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get(f"{CLAIM_PATH}/timeline", operation=READ_CLAIMS)(self.read_timeline)
        api.get(f"{DESK_PATH}/timeline", operation=READ_DESK)(self.read_timeline_at_desk)
        api.get("/claims/{reference}/timeline", operation=SEARCH_CLAIMS)(self.read_traced_timeline)

    async def read_timeline(
        self,
        relation_number: RelationNumber,
        reference: ReferenceInPath,
        page: PageQuery,
        language: WantedLanguage,
        response: Response,
        reading: Reading,
    ) -> Page[ToldEntry]:
        """Read what happened to a claim, the first first, in words."""
        found = await claim_views.find(reading.connection, reference=reference, relation_number=relation_number)
        entries = await _entries(reading, None if found is None else found.claim_id)
        told_in(response, language)
        told = [happened for happened in entries if told_as(happened) in WORDS]
        return _page(page, told, view=lambda happened: ToldEntry.of(happened, language))

    async def read_timeline_at_desk(
        self, reference: ReferenceInPath, page: PageQuery, reading: Reading
    ) -> Page[DeskEntry]:
        """Read what happened to a claim, the first first, with who did it and why."""
        claim_id = await claim_views.id_of(reading.connection, reference=reference)
        return _page(page, await _entries(reading, claim_id), view=DeskEntry.of)

    async def read_traced_timeline(
        self, reference: ReferenceInPath, page: PageQuery, reading: Reading
    ) -> Page[TracedEntry]:
        """Read what happened to a claim, the first first, with the traces to follow it in."""
        claim_id = await claim_views.id_of(reading.connection, reference=reference)
        return _page(page, await _entries(reading, claim_id), view=TracedEntry.of)


async def _entries(reading: Reading, claim_id: UUID | None) -> Sequence[Happened]:
    if claim_id is None:
        raise Problem(NOT_FOUND)
    return await timeline.of_claim(reading.connection, claim_id=claim_id)


def _page(page: PageRequest, entries: Sequence[Happened], *, view: Callable[[Happened], V]) -> Page[V]:
    """Return a page of what happened; as nothing that happened is taken back, its place says where to go on."""
    (shown,) = page.after(tuple[int]) or (0,)
    following = list(enumerate(entries, start=1))[max(shown, 0) :][: page.rows]
    return page.answer(following, view=lambda numbered: view(numbered[1]), position=lambda numbered: (numbered[0],))
