"""What a document is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from contracts.policy import ContactChanged, PolicyChanged, PolicyTerms
from contracts.vocabulary import Language
from policy_svc.documents import words
from policy_svc.documents.described import address, title
from policy_svc.documents.sheet import Day, Facts, page_words
from policy_svc.documents.writer import Writer
from policy_svc.domain.dutch_days import dutch_day
from policy_svc.domain.insurer import Insurer


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A policy as it is now, told of a day to its customer, in a language. Its version was made at `recorded_at`."""

    insurer: Insurer
    customer: ContactChanged
    policy: PolicyChanged
    recorded_at: datetime
    on: date
    language: Language

    @property
    def write(self) -> Writer:
        """Writes in the language."""
        return Writer(self.language)

    @property
    def recorded_on(self) -> date:
        """The Dutch day on which the present version of the policy was made."""
        return dutch_day(self.recorded_at)

    @property
    def addressee(self) -> tuple[str, ...]:
        """Name and address, line by line."""
        postal = self.customer.postal_address
        if postal is None:
            return (self.customer.name,)
        return (self.customer.name, address(postal.postcode, postal.house_number), self.write(words.COUNTRY))


class _Beginning(TypedDict):
    language: Language
    reference: str
    dated: Day
    insurer: Insurer
    page_words: str
    addressee: tuple[str, ...]
    notes_heading: str


def beginning(subject: Subject) -> _Beginning:
    """Return what all sheets about a policy have in common."""
    write = subject.write
    return {
        "language": subject.language,
        "reference": subject.policy.policy_number,
        "dated": Day.of(subject.recorded_on),
        "insurer": subject.insurer,
        "page_words": page_words(write),
        "addressee": subject.addressee,
        "notes_heading": write(words.GOOD_TO_KNOW),
    }


def policy_facts(subject: Subject, terms: PolicyTerms, *rows: tuple[str, str]) -> Facts:
    """Return which policy it is, followed by `rows`."""
    write, policy = subject.write, subject.policy
    return Facts(
        write(words.YOUR_INSURANCE),
        (
            (write(words.PRODUCT), title(policy.kind, terms, write)),
            (write(words.POLICY_NUMBER), policy.policy_number),
            (write(words.RELATION_NUMBER), subject.customer.relation_number),
            *rows,
        ),
    )


def not_right(subject: Subject) -> str:
    """Return what to do when something is wrong."""
    return subject.write(
        words.NOTE_NOT_RIGHT, phone=subject.insurer.phone, relation_number=subject.customer.relation_number
    )
