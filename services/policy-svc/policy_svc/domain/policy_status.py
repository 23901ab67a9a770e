"""How a policy stands on a day, and which of its terms tell what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from contracts.policy import PolicyTerms
from policy_svc.domain.texts import Text
from policy_svc.domain.timeline import in_force


class PolicyStatus(StrEnum):
    """Whether anything is insured on a day, or will be later."""

    IN_FORCE = "in_force"
    BEGINS_LATER = "begins_later"
    ENDED = "ended"


STATUS_WORDS: Final = {
    PolicyStatus.IN_FORCE: Text(nl="Loopt", en="In force"),
    PolicyStatus.BEGINS_LATER: Text(nl="Gaat later in", en="Begins later"),
    PolicyStatus.ENDED: Text(nl="Gestopt", en="Ended"),
}


def status_and_terms(terms: Sequence[PolicyTerms], *, on: date) -> tuple[PolicyStatus, PolicyTerms]:
    """Return how a policy stands on a day, with the terms of that day: else the next ones, else the last."""
    if (present := in_force(terms, on=on)) is not None:
        return PolicyStatus.IN_FORCE, present
    if later := upcoming(terms, on=on):
        return PolicyStatus.BEGINS_LATER, later[0]
    return PolicyStatus.ENDED, terms[-1]


def upcoming(terms: Sequence[PolicyTerms], *, on: date) -> list[PolicyTerms]:
    """Return the terms that begin after a day."""
    return [period for period in terms if period.effective_on > on]


def insured_until(terms: Sequence[PolicyTerms]) -> date | None:
    """Return the first day on which nothing is insured any more; None while the policy runs on."""
    return terms[-1].ends_on
