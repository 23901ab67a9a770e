"""The policy terms of each product version, for everybody: as PDF, and clause by clause."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.allowances import LIMIT_REACHED
from chassis.http.api import Api
from chassis.http.languages import WantedLanguage, told_in
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel
from contracts.access import READ_PRODUCTS
from contracts.vocabulary import Language
from policy_svc.documents.clauses import Chapter, Terms, terms_document, terms_of
from policy_svc.routes.fields import PDF
from policy_svc.routes.parts import Parts

VersionInPath: TypeAlias = Annotated[
    str, Path(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$", description="Of a product", examples=["home-2021.1"])
]
LanguageQuery: TypeAlias = Annotated[
    Language | None, Query(description="Comes before Accept-Language", examples=["nl"])
]


class ClauseView(ExactModel):
    """One rule, by the number that letters cite."""

    number: str = Field(examples=["2.4"])
    text: str = Field(examples=["Exactly 40.0 mm is enough."])


class ChapterView(ExactModel):
    """Clauses about one thing."""

    number: str = Field(examples=["2"])
    heading: str = Field(examples=["Precipitation"])
    clauses: list[ClauseView]

    @classmethod
    def of(cls, chapter: Chapter) -> ChapterView:
        clauses = [ClauseView(number=clause.number, text=clause.text) for clause in chapter.clauses]
        return cls(number=chapter.number, heading=chapter.heading, clauses=clauses)


class ClausesView(ExactModel):
    """The policy terms of a product version. Dutch is binding; English is a translation."""

    version: str = Field(examples=["home-2021.1"])
    title: str = Field(examples=["Policy terms home insurance home-2021.1: water damage"])
    chapters: list[ChapterView]


class PolicyTermsRoutes:
    """Tells policy terms. They are few and never change, so what was printed is kept in memory."""

    def __init__(self, parts: Parts) -> None:
        self._press = parts.press
        self._reads = parts.reads
        self._printed: dict[tuple[str, Language], bytes] = {}

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get("/products/{version}/terms", operation=READ_PRODUCTS, answers=PDF, problems=(LIMIT_REACHED,))(
            self.get_policy_terms
        )
        api.get("/products/{version}/clauses", operation=READ_PRODUCTS, problems=(LIMIT_REACHED,))(self.read_clauses)

    async def get_policy_terms(
        self, version: VersionInPath, wanted: WantedLanguage, request: Request, language: LanguageQuery = None
    ) -> Response:
        """Get the policy terms of a product version as PDF.

        Answers application/pdf, tagged (PDF/UA-1, PDF/A-2a).
        """
        self._reads.take(request)
        language = language or wanted
        terms = _found(version, language)
        if (version, language) not in self._printed:
            document = terms_document(terms, version=version, language=language, insurer=self._press.insurer)
            self._printed[version, language] = await self._press.print(document)
        headers = {"Content-Disposition": f'inline; filename="{version}.{language}.pdf"'}
        response = Response(self._printed[version, language], headers=headers, media_type=PDF)
        told_in(response, language)
        return response

    async def read_clauses(
        self,
        version: VersionInPath,
        wanted: WantedLanguage,
        request: Request,
        response: Response,
        language: LanguageQuery = None,
    ) -> ClausesView:
        """Read the policy terms of a product version, clause by clause."""
        self._reads.take(request)
        language = language or wanted
        terms = _found(version, language)
        told_in(response, language)
        return ClausesView(
            version=version, title=terms.title, chapters=[ChapterView.of(chapter) for chapter in terms.chapters]
        )


def _found(version: str, language: Language) -> Terms:
    terms = terms_of(version, language)
    if terms is None:
        raise Problem(NOT_FOUND)
    return terms
