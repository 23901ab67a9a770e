"""What imported terms leave open is kept where it is on record, else computed; and what an import must not undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from contracts.policy import PolicyKind, PolicyTerms
from policy_svc.domain.addresses import comparable
from policy_svc.domain.policy import in_one_form
from policy_svc.domain.premium import priced
from policy_svc.domain.renewal import last_renewal
from policy_svc.domain.timeline import first_difference, in_force
from policy_svc.domain.versions import LastVersions, VersionReason


def version_not_known_to(last: LastVersions, *, version: int | None) -> int | None:
    """Return the version of a policy or customer that a line of a file would undo unseen; None when there is none.

    `version` is what the line says it was made from. A line that says nothing knows what imports made or a file told
    again, and nothing that was changed or corrected here since. Positions are no change: an import keeps them.
    """
    made = {reason: each for reason, each in last.made.items() if reason != VersionReason.LOCATED}
    if version is not None:
        newest, present = max(made.values(), default=0), max(last.made.values(), default=0)
        return None if newest <= version <= present else present
    otherwise = max((each for reason, each in made.items() if reason != VersionReason.IMPORTED), default=0)
    return otherwise if otherwise > max(made.get(VersionReason.IMPORTED, 0), last.told or 0) else None


def completed(
    kind: PolicyKind, wanted: Sequence[PolicyTerms], *, known: Sequence[PolicyTerms], today: date
) -> list[PolicyTerms]:
    """Return `wanted` with the position of each home and the premium of each period.

    A position is that of the home on record at the same address. Where no premium is wanted and the same is insured on
    each day, it is what is on record: a renewal that changed nothing but the premium has split its period. A premium on
    record of the same terms is kept, even when it would be computed differently today; else it is that of the product
    that the terms name: as of the last renewal for those in force `today`, as if they had been renewed here, and of
    others as of their first day.
    """
    known = [in_one_form(period) for period in known]
    located = [_with_position(period, known) for period in wanted]
    if first_difference(located, _without_premiums(known)) is None:
        return known
    return [
        _with_premium(kind, period, known, tariff_of=_tariff_day(wanted, period, today=today)) for period in located
    ]


def _without_premiums(terms: Sequence[PolicyTerms]) -> Sequence[PolicyTerms]:
    return [replace(period, premium=None) for period in terms]


def _tariff_day(terms: Sequence[PolicyTerms], period: PolicyTerms, *, today: date) -> date:
    """Return the day whose tariff holds for a period: changes of it are priced as of that day, too."""
    return last_renewal(terms, on=today) if in_force((period,), on=today) else period.effective_on


def _with_position(period: PolicyTerms, known: Sequence[PolicyTerms]) -> PolicyTerms:
    if period.home is None or period.home.location is not None:
        return period
    address = comparable(period.home)
    located = (other.home for other in known if other.home is not None and other.home.location is not None)
    same = next((home for home in located if comparable(home) == address), None)
    return period if same is None else replace(period, home=replace(period.home, location=same.location))


def _with_premium(
    kind: PolicyKind, period: PolicyTerms, known: Sequence[PolicyTerms], *, tariff_of: date
) -> PolicyTerms:
    if period.premium is not None:
        return period
    for other in known:
        if replace(other, premium=None, recorded_at=period.recorded_at) == period:
            return replace(period, premium=other.premium)
    computed = (priced(kind, period, on=day) for day in (tariff_of, period.effective_on))
    of_product = (one for one in computed if one.product_version == period.product_version)
    return next((one for one in of_product if one.premium is not None), period)
