"""A claim as a handler works at it: read, ask, add facts, assess."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.handler import Reading
from chassis.http.problems import INVALID, NOT_FOUND, FieldError, Problem
from chassis.unit_of_work import Work
from claims_svc.domain.claim import Claim, ClaimState
from claims_svc.domain.dutch_time import dutch_day
from claims_svc.domain.questions import Question, questions_to_handlers
from claims_svc.flows import asking_by_hand, authority, desk_work
from claims_svc.repository import additions, claim_views, claims, decisions, desk_cases, files, human_reviews, proposals
from claims_svc.routes.claim_at_desk import claim_to_work_at
from claims_svc.routes.desk_bodies import AssessmentBody, FactsBody, QuestionsBody
from claims_svc.routes.desk_views import ClaimAtDeskView, EvidenceView, view_of
from claims_svc.routes.fields import DESK_PATH, ReferenceInPath
from claims_svc.routes.parts import Parts
from claims_svc.routes.problems import CLAIM_HAS_ENDED, DUE_DAY_IMPOSSIBLE, PROPOSED_ALREADY, TAKEN_BY_ANOTHER
from contracts.access import READ_DESK, WORK_AT_DESK
from contracts.vocabulary import FactSource, Truth

_LONGEST_WAIT = timedelta(days=60)


class DeskClaimRoutes:
    """Shows handlers a claim, and lets them work at it."""

    def __init__(self, parts: Parts) -> None:
        self._settings = parts.settings

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get(DESK_PATH, operation=READ_DESK)(self.read_claim_at_desk)
        api.post(
            f"{DESK_PATH}/questions",
            operation=WORK_AT_DESK,
            problems=(CLAIM_HAS_ENDED, TAKEN_BY_ANOTHER, DUE_DAY_IMPOSSIBLE),
        )(self.ask_customer)
        api.post(
            f"{DESK_PATH}/facts", operation=WORK_AT_DESK, problems=(CLAIM_HAS_ENDED, TAKEN_BY_ANOTHER, PROPOSED_ALREADY)
        )(self.add_facts)
        api.post(
            f"{DESK_PATH}/assessments",
            operation=WORK_AT_DESK,
            problems=(CLAIM_HAS_ENDED, TAKEN_BY_ANOTHER, PROPOSED_ALREADY),
        )(self.assess_damage)

    async def read_claim_at_desk(self, reference: ReferenceInPath, reading: Reading) -> ClaimAtDeskView:
        """Read all that is known of a claim, and what can be decided about it by hand."""
        connection = reading.connection
        # A claim is decided while somebody looks at it.
        async with reading.one_moment():
            claim_id = await claim_views.id_of(connection, reference=reference)
            claim = None if claim_id is None else await claims.read(connection, claim_id=claim_id)
            if claim is None:
                raise Problem(NOT_FOUND)
            standing = (await decisions.standing(connection, claim_ids=[claim.claim_id])).get(claim.claim_id)
            waiting = await desk_cases.of_claim(connection, claim_id=claim.claim_id)
            asked = await additions.asked_of(connection, claim_id=claim.claim_id)
            proposed = await proposals.of_claim(connection, claim_id=claim.claim_id)
            reviews = [_evidence(row) for row in await human_reviews.of_claim(connection, claim_id=claim.claim_id)]
            listed = await files.listed(connection, claim_id=claim.claim_id)
        questions: Sequence[Question] = ()
        if standing is not None:
            questions = await asyncio.to_thread(questions_to_handlers, standing.document.basis)
        return view_of(
            claim,
            standing=standing,
            waiting=waiting,
            asked=asked,
            proposals=proposed,
            reviews=reviews,
            files=listed,
            questions=questions,
        )

    async def ask_customer(self, reference: ReferenceInPath, body: QuestionsBody, work: Work, caller: Caller) -> None:
        """Ask the customer something. They are told, and answer as they answer what the rules ask."""
        claim = await _open_claim(work, caller, reference)
        today = dutch_day(work.now)
        if not today < body.due_on <= today + _LONGEST_WAIT:
            raise Problem(DUE_DAY_IMPOSSIBLE)
        if beyond := body.places_beyond(len(claim.damage)):
            errors = [
                FieldError(place="body", field=f"/codes/{place}", message="there is no such item") for place in beyond
            ]
            raise Problem(INVALID, errors=errors)
        await asking_by_hand.ask(work, caller, claim, body.codes, due_on=body.due_on, reason=body.reason)

    async def add_facts(self, reference: ReferenceInPath, body: FactsBody, work: Work, caller: Caller) -> None:
        """Add facts from a register, or that a handler found. The claim is decided again with them.

        What speaks against a customer who has been told a decision changes it only when that is decided, and facts by
        which more is paid than your role may promise alone are proposed to a second person: read the claim afterwards.
        """
        claim = await _open_claim(work, caller, reference)
        facts = {name: Truth(value) for name, value in body.facts.items()}
        source = FactSource(body.source)
        if not await desk_work.add_facts(
            work,
            caller,
            claim,
            facts,
            source=source,
            found_in=body.found_in,
            limit_cents=authority.limit_cents(caller, self._settings),
        ):
            raise Problem(PROPOSED_ALREADY)

    async def assess_damage(self, reference: ReferenceInPath, body: AssessmentBody, work: Work, caller: Caller) -> None:
        """Say what the damage is, item by item, up or down. The claim is decided again with it.

        An amount above what your role may promise alone is proposed to a second person: read the claim afterwards.
        """
        claim = await _open_claim(work, caller, reference)
        damage = [item.read(FactSource.HANDLER) for item in body.damage]
        if not await desk_work.assess(
            work, caller, claim, damage, reason=body.reason, limit_cents=authority.limit_cents(caller, self._settings)
        ):
            raise Problem(PROPOSED_ALREADY)


async def _open_claim(work: Work, caller: Caller, reference: str) -> Claim:
    claim = await claim_to_work_at(work, caller, reference=reference)
    if claim.state is ClaimState.WITHDRAWN:
        raise Problem(CLAIM_HAS_ENDED)
    return claim


def _evidence(row: Any) -> EvidenceView:  # noqa: ANN401 - a row
    return EvidenceView(
        claim_version=row["claim_version"],
        reason=row["reason"],
        raised_at=row["raised_at"],
        closed_at=row["closed_at"],
        closed_as=row["closed_as"],
    )
