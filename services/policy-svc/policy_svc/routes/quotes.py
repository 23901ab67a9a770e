"""What an insurance would cost, and whether it can be had: asked by anybody, kept until it expires."""

from __future__ import annotations

from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.allowances import LIMIT_REACHED
from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.languages import WantedLanguage, told_in
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel, Moment
from chassis.unit_of_work import Work
from contracts.access import QUOTE
from contracts.policy import PolicyKind
from contracts.vocabulary import Language
from policy_svc.documents import described
from policy_svc.documents.writer import Writer
from policy_svc.domain.reinstatement import reinstatement_value
from policy_svc.flows.applications import refused_home
from policy_svc.flows.quotes import keep_refused, make_quote
from policy_svc.products import PRODUCTS
from policy_svc.repository import quotes
from policy_svc.repository.quotes import Quote
from policy_svc.routes.homes import not_accepted
from policy_svc.routes.parts import Parts
from policy_svc.routes.policy_views import TermsView, terms_view
from policy_svc.routes.problems import ADDRESS_IMPOSSIBLE, HOME_NOT_ACCEPTED, LICENCE_PLATE_IMPOSSIBLE
from policy_svc.routes.quote_bodies import QuoteAsked
from policy_svc.routes.reinstatement_values import ReinstatementView

_QuoteId: TypeAlias = Annotated[UUID, Path(examples=["7b0a3a52-6f0e-4a55-9d57-3f1d8f3f5b1c"])]


class QuoteView(ExactModel):
    """What an insurance would cost. Whoever knows its id can read it, and accept it while it is valid."""

    quote_id: UUID = Field(examples=["7b0a3a52-6f0e-4a55-9d57-3f1d8f3f5b1c"])
    kind: PolicyKind = Field(examples=["buildings"])
    name: str = Field(description="What the insurance is called", examples=["Woonverzekering"])
    terms: TermsView = Field(description="As they would be; they begin later when the quote is accepted later")
    reinstatement_value: ReinstatementView | None = Field(description="Of a home; null for anything else")
    made_at: Moment
    valid_until: Moment = Field(description="Until then it can be accepted, at this premium")
    is_accepted: bool = Field(description="A policy has come of it", examples=[False])

    @classmethod
    def of(cls, quote: Quote, language: Language) -> QuoteView:
        write = Writer(language)
        return cls(
            quote_id=quote.quote_id,
            kind=quote.kind,
            name=described.title(quote.kind, quote.terms, write),
            terms=terms_view(quote.kind, quote.terms, write),
            reinstatement_value=_reinstatement(quote),
            made_at=quote.made_at,
            valid_until=quote.valid_until,
            is_accepted=quote.policy_number is not None,
        )


def _reinstatement(quote: Quote) -> ReinstatementView | None:
    product = PRODUCTS.of(quote.terms.product_version)
    if quote.terms.home is None or product is None or product.reinstatement is None:
        return None
    return ReinstatementView.of(reinstatement_value(product.reinstatement, quote.terms.home))


class QuoteRoutes:
    """Tells what insurances would cost."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        problems = (LIMIT_REACHED, ADDRESS_IMPOSSIBLE, HOME_NOT_ACCEPTED, LICENCE_PLATE_IMPOSSIBLE)
        api.post("/quotes", operation=QUOTE, status_code=201, problems=problems)(self.ask_quote)
        api.get("/quotes/{quote_id}", operation=QUOTE, problems=(LIMIT_REACHED,))(self.read_quote)

    async def ask_quote(
        self, asked: QuoteAsked, language: WantedLanguage, work: Work, request: Request, response: Response
    ) -> QuoteView | Response:
        """Ask what an insurance would cost.

        A home that cannot be insured is refused, and every rule is told that says so. The quote is kept until it
        expires, and a day longer; so is what was refused.
        """
        self._parts.quotes.take(request)
        terms = asked.read(language, now=work.now)
        refusals = refused_home(terms, is_private=not asked.is_for_legal_entity, on=terms.effective_on)
        if refusals:
            await keep_refused(work, asked.kind, terms, refusals)
            return not_accepted(refusals, language).response()
        quote = await make_quote(work, asked.kind, terms)
        told_in(response, language)
        response.headers["Location"] = f"/quotes/{quote.quote_id}"
        return QuoteView.of(quote, language)

    async def read_quote(
        self, quote_id: _QuoteId, language: WantedLanguage, reading: Reading, request: Request, response: Response
    ) -> QuoteView:
        """Read a quote that was made."""
        self._parts.reads.take(request)
        quote = await quotes.find(reading.connection, quote_id=quote_id)
        if quote is None:
            raise Problem(NOT_FOUND)
        told_in(response, language)
        return QuoteView.of(quote, language)
