"""What of a decision is repaired, and what that leaves to be paid and to be borne."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from claims_svc.domain.payment import in_kind
from contracts.claims import DECISION_MADE, InKind
from contracts.loss_reports import DamageKind

EXAMPLE = DECISION_MADE.examples[0]
"""A building's damage of EUR 1,840.00, of which EUR 1,590.00 is payable."""


def test_the_deductible_is_taken_off_what_is_paid_before_the_customer_bears_it() -> None:
    told = in_kind(EXAMPLE, paid_before_cents=0)

    assert told == InKind(repaired_cents=184_000, paid_before_cents=0, to_pay_cents=0, borne_by_customer_cents=25_000)


def test_what_was_paid_before_is_not_asked_back_as_a_deductible() -> None:
    told = in_kind(EXAMPLE, paid_before_cents=10_000)

    assert told is not None
    assert (told.to_pay_cents, told.borne_by_customer_cents) == (0, 15_000)


@pytest.mark.parametrize("changed", [{"kind": DamageKind.CONTENTS}, {"awaits_assessment": True}])
def test_nothing_is_in_kind_of_what_the_network_does_not_repair_or_nobody_assessed(changed: dict[str, object]) -> None:
    items = tuple(replace(item, **changed) for item in EXAMPLE.items)

    assert in_kind(replace(EXAMPLE, items=items), paid_before_cents=0) is None
