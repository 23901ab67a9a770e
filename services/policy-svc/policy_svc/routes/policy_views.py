"""How an insurance is told: what is insured in words, covers, premium, what comes next."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, TypeAlias

from pydantic import Field

from chassis.http.values import Cents, Day, ExactModel, Moment, SignedCents
from contracts.policy import PolicyChanged, PolicyCover, PolicyKind, PolicyTerms, Premium
from policy_svc.documents import described
from policy_svc.documents.sheet import Facts
from policy_svc.documents.writer import Writer
from policy_svc.domain.policy_status import STATUS_WORDS, PolicyStatus, insured_until, status_and_terms, upcoming
from policy_svc.domain.premium import a_month_cents
from policy_svc.domain.renewal import next_renewal
from policy_svc.domain.texts import Text

_ENDED: Final = Text(
    nl="Deze verzekering is gestopt. Schade van daarvoor kunt u nog melden.",
    en="This insurance has ended. You can still report damage from before that.",
)
_KEPT_ELSEWHERE: Final = Text(
    nl="De zorgverzekering heeft een eigen portaal. Log daar in met DigiD.",
    en="The health insurance has a portal of its own. Log in there with DigiD.",
)

_FirstDay: TypeAlias = Annotated[Day, Field(description="First insured day", examples=["2019-04-01"])]
_EndDay: TypeAlias = Annotated[
    Day | None, Field(description="First day no longer insured; null while it runs on", examples=[None])
]
_ProductVersion: TypeAlias = Annotated[str, Field(examples=["home-2021.1"])]


class FactView(ExactModel):
    """One thing that is known of what is insured."""

    label: str = Field(examples=["Adres"])
    value: str = Field(examples=["6011 RA 12"])


class InsuredView(ExactModel):
    """What is insured, in words: the home, the car, the pet, or who and where."""

    heading: str = Field(examples=["Uw woning"])
    facts: list[FactView]


class CoverView(ExactModel):
    """A cover that insurances of this kind can have."""

    code: PolicyCover = Field(examples=["buildings"])
    name: str = Field(examples=["Opstal"])
    is_insured: bool = Field(examples=[True])


class PremiumPartView(ExactModel):
    """One part of a premium."""

    code: str = Field(description="A cover, a discount or a tax", examples=["deductible"])
    name: str = Field(examples=["Korting voor uw eigen risico"])
    amount_cents: SignedCents = Field(description="A year; discounts are negative", examples=[-1_250])


class PremiumView(ExactModel):
    """What an insurance costs. The parts add up to the premium a year, or none are told; tax is one of them."""

    a_year_cents: Cents = Field(examples=[24_012])
    a_month_cents: Cents = Field(description="A twelfth, rounded", examples=[2_001])
    parts: list[PremiumPartView]
    is_estimate: bool = Field(
        description="Something the premium depends on is not known here and was assumed", examples=[False]
    )
    model: str = Field(description="Which model computed it", examples=["home-premium-2026.1"])


class TermsView(ExactModel):
    """What is insured during one period."""

    effective_on: _FirstDay
    ends_on: _EndDay
    recorded_at: Moment = Field(description="Since when this is on record")
    insured: InsuredView | None = Field(description="Null where nothing more is known than covers")
    covers: list[CoverView]
    deductible_cents: Cents = Field(examples=[25_000])
    deductible: str = Field(description="In words", examples=["€ 250,00"])
    product_version: _ProductVersion
    premium: PremiumView | None = Field(description="Null where it is not known here")


class PolicyView(ExactModel):
    """An insurance as it stands on a day, by what is known at a moment."""

    policy_number: str = Field(examples=["123456-531-04"])
    kind: PolicyKind = Field(examples=["buildings"])
    name: str = Field(description="What it is called", examples=["Woonverzekering"])
    version: int = Field(examples=[3])
    on: Day = Field(description="The Dutch day that status and terms are about")
    status: PolicyStatus = Field(examples=["in_force"])
    status_in_words: str = Field(examples=["Loopt"])
    insured_since: Day = Field(description="First day that was ever insured", examples=["2019-04-01"])
    insured_until: _EndDay
    terms: TermsView = Field(description="Of that day; where nothing is insured then the next ones, or else the last")
    upcoming: list[TermsView] = Field(description="What is on record to begin later: changes that were made already")
    next_renewal: Day | None = Field(
        description="First renewal after that day; null where it ends before, or is kept elsewhere",
        examples=["2027-04-01"],
    )
    can_be_changed: bool = Field(description="Whether changes are made here", examples=[True])
    why_not: str | None = Field(description="Why it cannot be changed here, and where", examples=[None])


def policy_view(policy: PolicyChanged, *, on: date, today: date, write: Writer) -> PolicyView:
    """Return how a policy stands on a day."""
    status, present = status_and_terms(policy.terms, on=on)
    reason = _why_unchangeable(policy, today)
    is_kept_elsewhere = policy.kind is PolicyKind.HEALTH
    return PolicyView(
        policy_number=policy.policy_number,
        kind=policy.kind,
        name=described.title(policy.kind, present, write),
        version=policy.version,
        on=on,
        status=status,
        status_in_words=write(STATUS_WORDS[status]),
        insured_since=policy.terms[0].effective_on,
        insured_until=insured_until(policy.terms),
        terms=terms_view(policy.kind, present, write),
        upcoming=[terms_view(policy.kind, later, write) for later in upcoming(policy.terms, on=on)],
        next_renewal=None if is_kept_elsewhere else next_renewal(policy.terms, after=on),
        can_be_changed=reason is None,
        why_not=None if reason is None else write(reason),
    )


def _why_unchangeable(policy: PolicyChanged, today: date) -> Text | None:
    if policy.kind is PolicyKind.HEALTH:
        return _KEPT_ELSEWHERE
    status, _ = status_and_terms(policy.terms, on=today)
    return _ENDED if status is PolicyStatus.ENDED else None


def terms_view(kind: PolicyKind, terms: PolicyTerms, write: Writer) -> TermsView:
    """Return one period in words."""
    insured = described.insured(terms, write)
    return TermsView(
        effective_on=terms.effective_on,
        ends_on=terms.ends_on,
        recorded_at=terms.recorded_at,
        insured=None if insured is None else _insured_view(insured),
        covers=cover_views(kind, terms, write),
        deductible_cents=terms.deductible_cents,
        deductible=described.deductible(terms, write),
        product_version=terms.product_version,
        premium=None if terms.premium is None else _premium_view(terms, terms.premium, write),
    )


def _insured_view(insured: Facts) -> InsuredView:
    return InsuredView(
        heading=insured.heading, facts=[FactView(label=label, value=value) for label, value in insured.rows]
    )


def cover_views(kind: PolicyKind, terms: PolicyTerms, write: Writer) -> list[CoverView]:
    """Return the covers that insurances of this kind can have, each with whether this one has it."""
    return [
        CoverView(code=cover, name=described.cover_name(cover, terms, write), is_insured=cover in terms.covers)
        for cover in described.covers_to_show(kind, terms)
    ]


def _premium_view(terms: PolicyTerms, premium: Premium, write: Writer) -> PremiumView:
    return PremiumView(
        a_year_cents=premium.a_year_cents,
        a_month_cents=a_month_cents(premium),
        parts=[
            PremiumPartView(
                code=part.code, name=described.cover_name(part.code, terms, write), amount_cents=part.amount_cents
            )
            for part in premium.parts
        ],
        is_estimate=premium.is_estimate,
        model=premium.model,
    )
