"""Finding claims by what somebody knows of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.pages import Page, PageQuery
from chassis.http.values import Moment
from claims_svc.repository.claim_search import search
from claims_svc.routes.claims import ClaimView, State
from claims_svc.routes.parts import Parts
from contracts.access import SEARCH_CLAIMS


class SearchRoutes:
    """Finds claims."""

    def __init__(self, parts: Parts) -> None:
        del parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get("/claims", operation=SEARCH_CLAIMS)(self.search_claims)

    async def search_claims(  # noqa: PLR0913 - each is one thing that can be known
        self,
        page: PageQuery,
        reading: Reading,
        *,
        reference: Annotated[
            str | None, Query(pattern=r"^W[0-9A-HJKMNP-TV-Z]{10}$", description="As in letters and mails")
        ] = None,
        claim_id: Annotated[UUID | None, Query(description="As in events and logs")] = None,
        report_id: Annotated[UUID | None, Query(description="Of any report of the loss")] = None,
        policy_number: Annotated[str | None, Query(pattern=r"^[0-9]{1,9}-[0-9]{3}-[0-9]{2}$")] = None,
        postcode_area: Annotated[
            str | None,
            Query(pattern=r"^[1-9][0-9]{3}$", description="Of the home, as its policy insures it last"),
        ] = None,
        state: Annotated[State | None, Query(description="Where the claim stands")] = None,
        opened_from: Annotated[Moment | None, Query(description="Opened then or later")] = None,
        opened_before: Annotated[Moment | None, Query(description="Opened before")] = None,
    ) -> Page[ClaimView]:
        """Find claims of which all is true that is asked, the one opened last first."""
        asked = {
            "reference": reference,
            "claim_id": claim_id,
            "report_id": report_id,
            "policy_number": policy_number,
            "postcode_area": postcode_area,
            "state": state,
            "opened_from": opened_from,
            "opened_before": opened_before,
        }
        found = await search(
            reading.connection,
            known={name: value for name, value in asked.items() if value is not None},
            before=page.after(tuple[datetime, UUID]),
            rows=page.rows,
        )
        return page.answer(found, view=ClaimView.of, position=lambda claim: (claim.opened_at, claim.claim_id))
