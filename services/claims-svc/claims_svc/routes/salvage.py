"""Emergency help by the Salvage Foundation: recorded by handlers, shown to customers."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field
from uuid_utils.compat import uuid7

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.handler import Reading
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from claims_svc.desk_record import put_on_record
from claims_svc.repository import claim_views, salvage_calls
from claims_svc.repository.salvage_calls import SalvageCall
from claims_svc.routes import problems
from claims_svc.routes.fields import CLAIM_PATH, DESK_PATH, ReferenceInPath
from claims_svc.routes.parts import Parts
from contracts.access import READ_CLAIMS, WORK_AT_DESK

_LONGEST_NOTE = 2_000
Note: TypeAlias = Annotated[str, Field(min_length=1, max_length=_LONGEST_NOTE, pattern=r"^[^\x00]*$")]


class SalvageCallTold(ExactModel):
    """That the fire brigade called the Salvage Foundation to a home."""

    called_at: Moment
    note: Note | None = Field(
        default=None, description="What was done; the customer reads it", examples=["Water pumped out, roof covered."]
    )


class SalvageCallView(ExactModel):
    """One call."""

    called_at: Moment
    note: str | None = Field(examples=["Water pumped out, roof covered."])
    recorded_at: Moment

    @classmethod
    def of(cls, call: SalvageCall) -> SalvageCallView:
        return cls(called_at=call.called_at, note=call.note, recorded_at=call.recorded_at)


class SalvageCallsView(ExactModel):
    """All calls about a claim, the first first."""

    calls: list[SalvageCallView]


class SalvageRoutes:
    """Records and shows calls of the Salvage Foundation."""

    def __init__(self, parts: Parts) -> None:
        del parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.post(
            f"{DESK_PATH}/salvage-calls",
            operation=WORK_AT_DESK,
            status_code=201,
            problems=(problems.CALLED_IN_THE_FUTURE,),
        )(self.record_salvage_call)
        api.get(f"{CLAIM_PATH}/salvage-calls", operation=READ_CLAIMS)(self.read_salvage_calls)

    async def record_salvage_call(
        self, reference: ReferenceInPath, told: SalvageCallTold, work: Work, caller: Caller
    ) -> SalvageCallView:
        """Put on record that the Salvage Foundation was called."""
        if told.called_at > work.now:
            raise Problem(problems.CALLED_IN_THE_FUTURE)
        claim_id = await claim_views.id_of(work.connection, reference=reference)
        if claim_id is None:
            raise Problem(NOT_FOUND)
        call = SalvageCall(
            call_id=uuid7(),
            claim_id=claim_id,
            called_at=told.called_at,
            note=told.note,
            recorded_by=caller.subject,
            recorded_at=work.now,
        )
        await salvage_calls.insert(work.connection, call=call)
        await put_on_record(work, claim_id, "salvage_called", caller=caller, called_at=told.called_at.isoformat())
        return SalvageCallView.of(call)

    async def read_salvage_calls(
        self, relation_number: RelationNumber, reference: ReferenceInPath, reading: Reading
    ) -> SalvageCallsView:
        """Read when the Salvage Foundation was called to a home."""
        found = await claim_views.find(reading.connection, reference=reference, relation_number=relation_number)
        if found is None:
            raise Problem(NOT_FOUND)
        calls = await salvage_calls.of_claim(reading.connection, claim_id=found.claim_id)
        return SalvageCallsView(calls=[SalvageCallView.of(call) for call in calls])
