"""Where the letters go of a customer who names no address: to the insured home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from contracts.policy import PolicyTerms
from contracts.vocabulary import PostalAddress
from policy_svc.domain.addresses import comparable
from policy_svc.domain.timeline import in_force
from policy_svc.domain.versions import CustomerVersionReason


def home_address(terms_of: Mapping[str, Sequence[PolicyTerms]], *, on: date) -> PostalAddress | None:
    """Return the address of the home that one customer has insured on a Dutch day; None when none ever was.

    `terms_of` holds the terms of each of the customer's policies, by policy number and in the order of their dates. Of
    several homes that of the lowest policy number counts. When no terms are in force, those that ended last count, else
    those that begin first.
    """
    of_homes = {number: [period for period in terms if period.home] for number, terms in terms_of.items()}
    nearest = {number: _nearest(terms, on=on) for number, terms in of_homes.items() if terms}
    number = min(nearest, key=lambda number: (_distance(nearest[number], on=on), number), default=None)
    home = None if number is None else nearest[number].home
    return None if home is None else PostalAddress(postcode=home.postcode, house_number=home.house_number)


def address_left_out(
    terms_of: Mapping[str, Sequence[PolicyTerms]],
    *,
    present: PostalAddress | None,
    brought_by: CustomerVersionReason | None,
    on: date,
) -> PostalAddress | None:
    """Return where letters go of a customer whose file names no address: it does not say that another one is wrong.

    Letters stay at the `present` address when somebody gave it here, and go to the insured home otherwise. Where they
    followed a move, they stay for as long as that home is insured.
    """
    match brought_by:
        case None | CustomerVersionReason.IMPORTED:
            stays = False
        case CustomerVersionReason.LETTERS_MOVED:
            stays = present is not None and _is_insured(terms_of, present, on=on)
        case _:
            stays = True
    return present if stays else home_address(terms_of, on=on)


def _is_insured(terms_of: Mapping[str, Sequence[PolicyTerms]], address: PostalAddress, *, on: date) -> bool:
    insured = [in_force(terms, on=on) for terms in terms_of.values()]
    homes = [period.home for period in insured if period is not None and period.home is not None]
    return any(comparable(home) == comparable(address) for home in homes)


def _nearest(terms: Sequence[PolicyTerms], *, on: date) -> PolicyTerms:
    """Return the last terms that have begun, else the first."""
    begun = [period for period in terms if period.effective_on <= on]
    return begun[-1] if begun else terms[0]


def _distance(terms: PolicyTerms, *, on: date) -> tuple[int, int]:
    """Return how near terms are to being in force: in force, then ended latest, then beginning soonest."""
    if terms.effective_on > on:
        return (2, terms.effective_on.toordinal())
    if terms.ends_on is not None and terms.ends_on <= on:
        return (1, -terms.ends_on.toordinal())
    return (0, 0)
