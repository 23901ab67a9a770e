"""What imported terms leave open, and the product that prices it."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace
from stored_policies import period

from contracts.policy import Persons, PolicyKind, Premium
from policy_svc.domain import premium
from policy_svc.domain.imported import completed
from policy_svc.products import PRODUCTS, Products


def test_the_product_of_the_first_day_prices_what_that_of_the_last_renewal_cannot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A later product no longer has what the terms of the one before may name."""
    first = PRODUCTS.current(PolicyKind.LIABILITY, date(2026, 2, 1))
    terms = replace(first.kinds[PolicyKind.LIABILITY], deductible_discounts={50_000: 0})
    later = replace(
        first,
        version="liability-2027.1",
        sold_from=date(2027, 1, 1),
        kinds={PolicyKind.LIABILITY: terms},
    )
    both = Products([first, later])
    monkeypatch.setattr(premium, "PRODUCTS", both)
    wanted = period(PolicyKind.LIABILITY, "2026-02-01")

    (found,) = completed(PolicyKind.LIABILITY, [wanted], known=(), today=date(2027, 3, 1))

    assert found.premium is not None
    assert found.product_version == "liability-2026.1"


def test_a_period_keeps_its_premium_when_another_one_changes() -> None:
    of_old = Premium(a_year_cents=1, parts=(), model="of-old-1")
    first = period(PolicyKind.LIABILITY, "2026-02-01", "2026-06-01", premium=of_old)
    second = period(PolicyKind.LIABILITY, "2026-06-01", premium=of_old)
    wanted = [replace(first, premium=None), replace(second, premium=None, persons=Persons.SINGLE)]

    found = completed(PolicyKind.LIABILITY, wanted, known=(first, second), today=date(2026, 7, 1))

    assert found[0].premium == of_old
    assert found[1].premium not in {None, of_old}
