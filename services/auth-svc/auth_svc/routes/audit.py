"""The audit trail, for operators. Who reads it is on it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from pydantic import Field

from auth_svc.flows.audit import search_trail
from auth_svc.parts import Parts
from auth_svc.repository.audit_trail import Entry, Filter
from auth_svc.routes.origin import RequestOrigin
from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.pages import Page, PageQuery
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import READ_AUDIT_TRAIL
from contracts.auth import SecurityEvent
from contracts.example_values import ACCOUNT_ID


class TrailSearch(ExactModel):
    """What is looked for: what fits everything that is given. Without anything all that happened."""

    relation_number: RelationNumber | None = None
    what: SecurityEvent | None = Field(default=None, examples=["login_failed"])
    since: Moment | None = None
    until: Moment | None = Field(default=None, description="What happened at this moment is left out")


class TrailEntry(ExactModel):
    """One thing that happened."""

    event_id: UUID = Field(examples=["0198c5f4-0a0b-7c0d-8e0f-303132333435"])
    at: Moment
    what: SecurityEvent = Field(examples=["login_succeeded"])
    account_id: UUID | None = Field(description="Null when it is about no account", examples=[str(ACCOUNT_ID)])
    client_id: str | None = Field(description="Null when it is about no client", examples=[None])
    actor: str | None = Field(
        description="Who did it, when it was not the account itself: the subject of a token, or `command`",
        examples=[None],
    )
    address: str | None = Field(description="The IP address it came from, if any", examples=["192.0.2.7"])
    details: dict[str, str | int] = Field(
        description="By which method, how often, or which limit", examples=[{"limit": "logins"}]
    )

    @classmethod
    def of(cls, entry: Entry) -> TrailEntry:
        """Return what is told of `entry`."""
        return cls(
            event_id=entry.event_id,
            at=entry.occurred_at,
            what=entry.what,
            account_id=entry.account_id,
            client_id=entry.client_id,
            actor=entry.actor,
            address=entry.address,
            details=dict(entry.details),
        )


class AuditRoutes:
    """Reads the trail."""

    def __init__(self, parts: Parts) -> None:
        """Keep nothing of `parts`: the trail holds no secrets."""

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.post(
            "/audit/searches",
            operation=READ_AUDIT_TRAIL,
            once_by="every search is put on record and changes nothing else",
        )(self.search_trail)

    async def search_trail(
        self,
        body: TrailSearch,
        page: PageQuery,
        caller: Caller,
        work: Work,
        origin: RequestOrigin,
        trace: RequestTrace,
    ) -> Page[TrailEntry]:
        """Search what happened to accounts, clients and keys, the latest first.

        Every page that is read is put on record, with who read it. Send the same search for the next page.
        """
        found = await search_trail(
            work,
            Filter(what=body.what, since=_utc(body.since), until=_utc(body.until)),
            relation_number=body.relation_number,
            before=page.after(tuple[datetime, UUID]),
            rows=page.rows,
            actor=caller.subject,
            origin=origin,
            trace=trace,
        )
        return page.answer(found, view=TrailEntry.of, position=lambda entry: (entry.occurred_at, entry.event_id))


def _utc(moment: datetime | None) -> datetime | None:
    """Return it as the database takes it."""
    return moment and moment.astimezone(UTC)
