"""The declarations of a pet insurance: what was declared, what was paid, and why not all."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, TypeAlias

from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.languages import WantedLanguage, told_in
from chassis.http.pages import Page, PageQuery
from chassis.http.problems import NOT_FOUND, Problem, ProblemType
from chassis.http.values import Cents, Day, ExactModel, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import READ_DECLARATIONS
from contracts.policy import PolicyKind
from contracts.vocabulary import Language
from policy_svc.domain.declarations import (
    NOT_PAID_WORDS,
    STATUS_WORDS,
    Declaration,
    DeclarationStatus,
    DeclaredItem,
    NotPaid,
)
from policy_svc.domain.policy import relation_number_of
from policy_svc.flows.on_record import SEEN, put_on_record
from policy_svc.repository import declarations
from policy_svc.routes.fields import POLICY_PATH, PolicyNumberInPath
from policy_svc.routes.parts import Parts
from policy_svc.routes.problems import KEPT_ELSEWHERE, NO_DECLARATIONS
from policy_svc.routes.refused import refused

DeclarationNumberInPath: TypeAlias = Annotated[
    str, Path(pattern=r"^[A-Z0-9][A-Z0-9-]{0,29}$", examples=["D-2026-000123"])
]
_PaidCents: TypeAlias = Annotated[Cents | None, Field(description="Null until it is decided", examples=[6_500])]


class DeclarationView(ExactModel):
    """What was declared at once, and what came of it."""

    declaration_number: str = Field(examples=["D-2026-000123"])
    status: DeclarationStatus = Field(examples=["partly_paid"])
    status_in_words: str = Field(examples=["Voor een deel betaald"])
    practice: str = Field(description="Where the pet was treated", examples=["Dierenkliniek De Voorbeeldhof"])
    treated_on: Day = Field(examples=["2026-11-02"])
    received_on: Day = Field(examples=["2026-11-04"])
    decided_on: Day | None = Field(description="Null until it is decided", examples=["2026-11-06"])
    paid_on: Day | None = Field(description="Null while nothing was paid", examples=["2026-11-09"])
    declared_cents: Cents = Field(examples=[9_000])
    paid_cents: _PaidCents

    @classmethod
    def of(cls, declaration: Declaration, language: Language) -> DeclarationView:
        return cls(**_summary(declaration, language))


class DeclaredItemView(ExactModel):
    """One treatment."""

    treatment: str = Field(examples=["Consult"])
    declared_cents: Cents = Field(examples=[9_000])
    paid_cents: _PaidCents
    not_paid_because: NotPaid | None = Field(description="Null where all was paid", examples=["deductible"])
    not_paid_in_words: str | None = Field(examples=["Dit deel valt onder uw eigen risico."])

    @classmethod
    def of(cls, item: DeclaredItem, language: Language) -> DeclaredItemView:
        reason = item.not_paid_because
        return cls(
            treatment=item.treatment,
            declared_cents=item.declared_cents,
            paid_cents=item.paid_cents,
            not_paid_because=reason,
            not_paid_in_words=None if reason is None else NOT_PAID_WORDS[reason].told_in(language),
        )


class DeclarationDetailView(DeclarationView):
    """A declaration with its treatments."""

    items: list[DeclaredItemView]

    @classmethod
    def with_items(cls, declaration: Declaration, language: Language) -> DeclarationDetailView:
        items = [DeclaredItemView.of(item, language) for item in declaration.items]
        return cls(**_summary(declaration, language), items=items)


def _summary(declaration: Declaration, language: Language) -> dict[str, Any]:
    return {
        "declaration_number": declaration.declaration_number,
        "status": declaration.status,
        "status_in_words": STATUS_WORDS[declaration.status].told_in(language),
        "practice": declaration.practice,
        "treated_on": declaration.treated_on,
        "received_on": declaration.received_on,
        "decided_on": declaration.decided_on,
        "paid_on": declaration.paid_on,
        "declared_cents": declaration.declared_cents,
        "paid_cents": declaration.paid_cents,
    }


class DeclarationRoutes:
    """Tells the declarations of pet insurances."""

    def __init__(self, _: Parts) -> None:
        pass

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        path, problems = f"{POLICY_PATH}/declarations", (KEPT_ELSEWHERE, NO_DECLARATIONS)
        api.get(path, operation=READ_DECLARATIONS, changes_because=SEEN, problems=problems)(self.list_declarations)
        api.get(f"{path}/{{declaration_number}}", operation=READ_DECLARATIONS, changes_because=SEEN, problems=problems)(
            self.read_declaration
        )

    async def list_declarations(
        self,
        relation_number: RelationNumber,
        policy_number: PolicyNumberInPath,
        page: PageQuery,
        language: WantedLanguage,
        response: Response,
        work: Work,
        caller: Caller,
    ) -> Page[DeclarationView] | Response:
        """List what was declared for a pet, the latest treatment first."""
        if problem := await _none_of(work, relation_number, policy_number):
            return await _refused(work, caller, policy_number, problem)
        await _seen(work, caller, policy_number)
        found = await declarations.of_policy(
            work.connection, policy_number=policy_number, before=page.after(tuple[date, str]), rows=page.rows
        )
        told_in(response, language)
        return page.answer(
            found,
            view=lambda declaration: DeclarationView.of(declaration, language),
            position=lambda declaration: (declaration.treated_on, declaration.declaration_number),
        )

    async def read_declaration(
        self,
        relation_number: RelationNumber,
        policy_number: PolicyNumberInPath,
        declaration_number: DeclarationNumberInPath,
        language: WantedLanguage,
        response: Response,
        work: Work,
        caller: Caller,
    ) -> DeclarationDetailView | Response:
        """Read one declaration with its treatments: what was paid of each, and why not all."""
        if problem := await _none_of(work, relation_number, policy_number):
            return await _refused(work, caller, policy_number, problem, declaration=declaration_number)
        found = await declarations.find(
            work.connection, policy_number=policy_number, declaration_number=declaration_number
        )
        if found is None:
            return await _refused(work, caller, policy_number, NOT_FOUND, declaration=declaration_number)
        await _seen(work, caller, policy_number, declaration=declaration_number)
        told_in(response, language)
        return DeclarationDetailView.with_items(found, language)


async def _none_of(work: Work, relation_number: str, policy_number: str) -> ProblemType | None:
    """Return why a policy of this customer has no declarations; None where it may have some.

    Raises:
        Problem: there is no such policy (404).
    """
    kinds = await declarations.kinds_of_policies(work.connection, policy_numbers=[policy_number])
    kind = kinds.get(policy_number)
    if kind is None or relation_number_of(policy_number) != relation_number:
        raise Problem(NOT_FOUND)
    if kind is PolicyKind.PET:
        return None
    return KEPT_ELSEWHERE if kind is PolicyKind.HEALTH else NO_DECLARATIONS


async def _seen(work: Work, caller: Caller, policy_number: str, **details: str) -> None:
    await put_on_record(
        work,
        caller,
        READ_DECLARATIONS,
        relation_number=relation_number_of(policy_number),
        policy_number=policy_number,
        **details,
    )


async def _refused(work: Work, caller: Caller, policy_number: str, problem: ProblemType, **details: str) -> Response:
    return await refused(
        work,
        caller,
        READ_DECLARATIONS,
        Problem(problem),
        relation_number=relation_number_of(policy_number),
        policy_number=policy_number,
        **details,
    )
