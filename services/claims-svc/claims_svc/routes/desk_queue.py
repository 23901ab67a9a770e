"""Which claims wait for a person, and who has them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.handler import Reading
from chassis.http.pages import Page, PageQuery
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import Moment
from chassis.unit_of_work import Work
from claims_svc.domain.desk import Cause
from claims_svc.flows import desk_work
from claims_svc.flows.claim_at_hand import lock_claim
from claims_svc.repository import desk_cases
from claims_svc.routes.claims import State
from claims_svc.routes.desk_views import CauseName, DeskCaseView
from claims_svc.routes.fields import DESK_PATH, ReferenceInPath
from claims_svc.routes.parts import Parts
from claims_svc.routes.problems import NO_TEAM, TAKEN_BY_ANOTHER, WAITS_FOR_NOBODY
from contracts.access import READ_DESK, WORK_AT_DESK, Role


class DeskQueueRoutes:
    """Tells which claims wait for a person, and gives them to handlers."""

    def __init__(self, parts: Parts) -> None:
        del parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get("/desk/queue", operation=READ_DESK, problems=(NO_TEAM,))(self.read_queue)
        path = f"{DESK_PATH}/assignment"
        api.put(path, operation=WORK_AT_DESK, problems=(TAKEN_BY_ANOTHER, WAITS_FOR_NOBODY))(self.take_claim)
        api.delete(path, operation=WORK_AT_DESK, problems=(TAKEN_BY_ANOTHER, WAITS_FOR_NOBODY))(self.release_claim)

    async def read_queue(  # noqa: PLR0913, PLR0917 - the filters
        self,
        page: PageQuery,
        reading: Reading,
        caller: Caller,
        whose: Annotated[
            Literal["mine", "team", "free", "all"],
            Query(description="The claims that you have, that somebody of your team has, that nobody has, or all"),
        ] = "all",
        cause: Annotated[CauseName | None, Query(description="Only those that wait for this")] = None,
        state: Annotated[State | None, Query(description="Only those in this state")] = None,
        ground: Annotated[
            str | None, Query(pattern=r"^[a-z_]{1,100}$", description="Only those decided on this ground")
        ] = None,
        due_before: Annotated[Moment | None, Query(description="Only those due before this moment")] = None,
        sort: Annotated[
            Literal["due_at", "since"], Query(description="The one first that is due, or waits, the longest")
        ] = "due_at",
    ) -> Page[DeskCaseView]:
        """Read which claims wait for a person."""
        found = await desk_cases.queue(
            reading.connection,
            taken_by=caller.subject if whose == "mine" else None,
            taken_in=_team_of(caller) if whose == "team" else None,
            free_only=whose == "free",
            cause=None if cause is None else Cause(cause),
            state=state,
            ground=ground,
            due_before=due_before,
            sort=sort,
            after=page.after(tuple[datetime, UUID]),
            rows=page.rows,
        )
        return page.answer(
            found, view=DeskCaseView.of, position=lambda waiting: (getattr(waiting, sort), waiting.claim_id)
        )

    async def take_claim(self, reference: ReferenceInPath, work: Work, caller: Caller) -> None:
        """Take a claim that waits for a person. Of several who want it one gets it."""
        claim = await lock_claim(work, reference=reference)
        if claim is None:
            raise Problem(NOT_FOUND)
        taken_by = await desk_work.take(work, caller, claim)
        if taken_by is None:
            raise Problem(WAITS_FOR_NOBODY)
        if taken_by != caller.subject:
            raise Problem(TAKEN_BY_ANOTHER)

    async def release_claim(self, reference: ReferenceInPath, work: Work, caller: Caller) -> None:
        """Let a claim be free again; a senior handler can do so for somebody else."""
        claim = await lock_claim(work, reference=reference)
        if claim is None:
            raise Problem(NOT_FOUND)
        taken_by = await desk_cases.taken_by(work.connection, claim_id=claim.claim_id)
        if taken_by is None:
            raise Problem(WAITS_FOR_NOBODY)
        if taken_by != caller.subject and caller.role is not Role.SENIOR_HANDLER:
            raise Problem(TAKEN_BY_ANOTHER)
        await desk_work.release(work, caller, claim)


def _team_of(caller: Caller) -> str:
    if caller.team is None:
        raise Problem(NO_TEAM)
    return caller.team
