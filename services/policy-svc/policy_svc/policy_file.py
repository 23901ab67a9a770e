"""Reads a policy file: JSON lines, one policy with its policyholder on each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from msgspec import Meta
from pydantic import ValidationError

from contracts.malformed_reasons import is_not_json, wrong_fields
from contracts.policy import Deductible, Home, PolicyTerms
from contracts.topic import Part
from contracts.validation import validator_of
from contracts.vocabulary import (
    Cover,
    EmailAddress,
    Language,
    PersonName,
    PhoneNumber,
    PolicyNumber,
    PostalAddress,
    ProductVersion,
)
from policy_svc.domain.policy import relation_number_of
from policy_svc.domain.terms import contradiction_in

_NOT_RECORDED_YET = datetime(2000, 1, 1, tzinfo=UTC)
_PATTERN_SENTENCES = {
    "policy_number": "must look like 123456-531-04",
    "postcode": "must be four digits and two capital letters, 6011RA",
    "email": "must look like somebody@example.org, or be null",
    "mobile_phone": "must be E.164 (+, country code, number, no spaces: +31612345678), or be null",
    "name": "must not hold line breaks or other control characters",
    "house_number": "must not hold line breaks or other control characters",
    "product_version": "must be lower-case letters, digits, dots and hyphens, home-2021.1",
}


class Policyholder(Part):
    """How the customer is reached. Null means that there is no such address; a field may not be left out.

    Only `postal_address` may: letters then go to the insured home.
    """

    name: PersonName
    email: EmailAddress | None
    mobile_phone: PhoneNumber | None
    postal_address: PostalAddress | None = None
    language: Language


class Terms(Part):
    """What is insured during one period; days are Dutch calendar days, money is euro cents."""

    effective_on: date
    ends_on: date | None
    home: Home
    covers: Annotated[tuple[Cover, ...], Meta(min_length=1)]
    deductible_cents: Deductible
    product_version: ProductVersion

    def recorded(self, at: datetime) -> PolicyTerms:
        """Return these terms as recorded at that moment, their covers sorted and without doubles."""
        covers = tuple(sorted(set(self.covers)))
        fields = {name: getattr(self, name) for name in Terms.__struct_fields__} | {"covers": covers}
        return PolicyTerms(recorded_at=at, **fields)


class PolicyLine(Part):
    """One line: the whole state of one policy. Terms that a new line leaves out no longer count."""

    policy_number: PolicyNumber
    policyholder: Policyholder
    terms: Annotated[tuple[Terms, ...], Meta(min_length=1, max_length=500)]

    def __post_init__(self) -> None:
        contradiction = contradiction_in(self.terms_recorded(_NOT_RECORDED_YET))
        if contradiction:
            raise ValueError(contradiction)

    def terms_recorded(self, at: datetime) -> tuple[PolicyTerms, ...]:
        """Return all terms as recorded at that moment."""
        return tuple(terms.recorded(at) for terms in self.terms)


@dataclass(frozen=True)
class RejectedLine:
    """A line that cannot be imported, and what to change. The reason repeats no personal data."""

    line_number: int
    reason: str


def read_lines(lines: Iterable[bytes]) -> Iterator[PolicyLine | RejectedLine]:
    """Yield the policy of each line or why it is rejected; empty lines are skipped.

    A policy stands in a file once, and a customer with several policies has the same data in all of them: otherwise
    the order of the lines would decide, and importing the file again would change everything again.
    """
    line_of_policy: dict[str, int] = {}
    holders: dict[str, tuple[int, int]] = {}
    for line_number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            policy = validator_of(PolicyLine).validate_json(line, strict=True, extra="forbid")
        except ValidationError as error:
            yield RejectedLine(line_number, _reason(error))
            continue
        relation_number = relation_number_of(policy.policy_number)
        earlier_line = line_of_policy.setdefault(policy.policy_number, line_number)
        holder_line, holder = holders.setdefault(relation_number, (line_number, hash(policy.policyholder)))
        if earlier_line != line_number:
            yield RejectedLine(
                line_number, f"policy_number: {policy.policy_number} stands on line {earlier_line} already"
            )
        elif holder != hash(policy.policyholder):
            yield RejectedLine(
                line_number, f"policyholder: customer {relation_number} has other data on line {holder_line}"
            )
        else:
            yield policy


def _reason(error: ValidationError) -> str:
    if is_not_json(error):
        return "line: cannot be read as JSON; write one JSON object in UTF-8"
    return wrong_fields(error, whole="line", sentence_of=_sentence_of)


def _sentence_of(kind: str, field: str) -> str | None:
    if kind == "extra_forbidden":
        return "is no field of a policy file; correct the name or leave it out"
    return _PATTERN_SENTENCES.get(field) if kind == "string_pattern_mismatch" else None
