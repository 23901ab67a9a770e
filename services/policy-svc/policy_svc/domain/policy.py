"""A policy's number and its versions: when imported terms make a new one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from contracts.policy import Building, PolicyChanged, PolicyCover, PolicyKind, PolicyTerms

FIRST_OF_OURS: Final = 50
"""Policies that are taken out here end in this number or a higher one."""
_LAST: Final = 99
_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_PLACES: Final = {cover: place for place, cover in enumerate(PolicyCover)}
_NO_FACTS: Final = Building()


def relation_number_of(policy_number: str) -> str:
    """Return the customer's number: the digits before the first hyphen."""
    return policy_number.partition("-")[0]


def free_policy_number(relation_number: str, policy_code: str, *, taken: Collection[str]) -> str | None:
    """Return the number of a customer's next policy with a code; None when none is left.

    It is above every number that is taken, and in a range of our own: the insurer's administration, which numbers from
    1 on, may give a lower one to a policy of which we have not heard.
    """
    beginning = f"{relation_number}-{policy_code}-"
    sequences = [int(number.removeprefix(beginning)) for number in taken if number.startswith(beginning)]
    sequence = max(FIRST_OF_OURS, *(each + 1 for each in sequences)) if sequences else FIRST_OF_OURS
    return f"{beginning}{sequence}" if sequence <= _LAST else None


def kind_of_home(terms: Sequence[PolicyTerms]) -> PolicyKind:
    """Return the kind of a policy that insures a home: contents when it never covered the building."""
    covers = {cover for period in terms for cover in period.covers}
    return PolicyKind.BUILDINGS if PolicyCover.BUILDINGS in covers else PolicyKind.CONTENTS


def next_version(
    known: PolicyChanged | None,
    *,
    policy_number: str,
    customer_id: UUID,
    kind: PolicyKind,
    wanted: Sequence[PolicyTerms],
) -> PolicyChanged | None:
    """Return the policy's next version with the `wanted` terms, or None when its known version has the same terms.

    Terms that were known before keep the moment they were recorded at.
    """
    if known is None:
        return PolicyChanged(
            policy_number=policy_number, version=1, customer_id=customer_id, kind=kind, terms=tuple(wanted)
        )
    known_by_content = {_content(terms): terms for terms in known.terms}
    revised = tuple(known_by_content.get(_content(terms), terms) for terms in wanted)
    if revised == known.terms:
        return None
    return replace(known, version=known.version + 1, terms=revised)


def in_one_form(terms: PolicyTerms) -> PolicyTerms:
    """Return `terms` as they are stored and compared: covers in one order, and no building without facts.

    What was stored before there was one form may have another, and says the same.
    """
    home, covers = terms.home, tuple(sorted(set(terms.covers), key=_PLACES.__getitem__))
    if home is not None and home.building == _NO_FACTS:
        home = replace(home, building=None)
    # Most are in that form already, of the 100,000 of an import.
    return terms if home is terms.home and covers == terms.covers else replace(terms, home=home, covers=covers)


def _content(terms: PolicyTerms) -> PolicyTerms:
    """Return `terms` as they compare when it does not matter when they were recorded, nor in which form."""
    return replace(in_one_form(terms), recorded_at=_ANY_MOMENT)
