"""What a policy file says of one policy, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from msgspec import Meta

from contracts.policy import (
    HOME_KINDS,
    Area,
    Car,
    Deductible,
    Home,
    Persons,
    Pet,
    PolicyCover,
    PolicyKind,
    PolicyTerms,
    Premium,
)
from contracts.topic import Part
from contracts.vocabulary import (
    EmailAddress,
    Language,
    PersonName,
    PhoneNumber,
    PolicyNumber,
    PostalAddress,
    ProductVersion,
    Version,
)
from policy_svc.domain.insured import contradiction_with_kind
from policy_svc.domain.policy import in_one_form, kind_of_home
from policy_svc.domain.terms import contradiction_in

NOT_RECORDED_YET = datetime(2000, 1, 1, tzinfo=UTC)


class Policyholder(Part):
    """How the customer is reached. Null means that there is no such address; a field may not be left out.

    Only `postal_address` may: letters then go to the insured home; and `version`, that of the customer here which the
    file was made from.
    """

    name: PersonName
    email: EmailAddress | None
    mobile_phone: PhoneNumber | None
    postal_address: PostalAddress | None = None
    language: Language
    version: Version | None = None


class Terms(Part):
    """What is insured during one period; days are Dutch calendar days, money is euro cents.

    Without a `premium` it is computed, and what is on record of the same terms stays. So does the position of a home
    whose `location` is left out.
    """

    effective_on: date
    ends_on: date | None
    home: Home | None = None
    car: Car | None = None
    pet: Pet | None = None
    persons: Persons | None = None
    area: Area | None = None
    covers: Annotated[tuple[PolicyCover, ...], Meta(min_length=1)]
    deductible_cents: Deductible
    product_version: ProductVersion
    premium: Premium | None = None

    def recorded(self, at: datetime) -> PolicyTerms:
        """Return these terms as recorded at that moment, in one form: covers in their order, without doubles."""
        terms = PolicyTerms(
            effective_on=self.effective_on,
            ends_on=self.ends_on,
            recorded_at=at,
            home=self.home,
            car=self.car,
            pet=self.pet,
            persons=self.persons,
            area=self.area,
            covers=self.covers,
            deductible_cents=self.deductible_cents,
            product_version=self.product_version,
            premium=self.premium,
        )
        return in_one_form(terms)


class PolicyLine(Part):
    """The whole state of one policy. Terms that are left out no longer count.

    `version` is that of the policy here which the line was made from.
    """

    policy_number: PolicyNumber
    version: Version | None = None
    kind: PolicyKind | None = None
    policyholder: Policyholder
    terms: Annotated[tuple[Terms, ...], Meta(min_length=1, max_length=500)]

    def __post_init__(self) -> None:
        terms = self.terms_recorded(NOT_RECORDED_YET)
        contradiction = contradiction_in(terms) or contradiction_with_kind(self.kind_of(terms), terms)
        if contradiction:
            raise ValueError(contradiction)

    def terms_recorded(self, at: datetime) -> tuple[PolicyTerms, ...]:
        """Return all terms as recorded at that moment."""
        return tuple(terms.recorded(at) for terms in self.terms)

    def kind_of(self, terms: tuple[PolicyTerms, ...]) -> PolicyKind:
        """Return the kind that is given, else that of a home with these terms."""
        return self.kind or kind_of_home(terms)

    def is_of_kind(self, known: PolicyKind) -> bool:
        """Whether this can be the policy that is on record as of a kind, which never changes."""
        return self.kind == known or (self.kind is None and known in HOME_KINDS)


@dataclass(frozen=True)
class RejectedLine:
    """A policy that cannot be imported, and what to change. The reason repeats no personal data.

    Of a CSV file `line_number` is the policy's first row.
    """

    line_number: int
    reason: str


@dataclass(frozen=True)
class NumberedLine:
    """A policy that can be imported, and where it stands."""

    line_number: int
    policy: PolicyLine
