from __future__ import annotations

import pytest
from domain.money_cases import covered, denied, money_on, others, referred
from msgspec import structs
from msgspec.structs import replace

from claims_svc.domain.redetermination import Change, compare, is_better
from claims_svc.domain.rules.items import ItemVerdict
from claims_svc.domain.verdict import Verdict
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind
from contracts.vocabulary import FactSource

SAME, IN_FAVOUR, AGAINST = Change.SAME, Change.IN_FAVOUR, Change.AGAINST
HANDLER = FactSource.HANDLER


def decided(*items: ItemVerdict, deductible_cents: int = 0, borne_by_others_cents: int = 0) -> Verdict:
    """Return a verdict on these items, of a claim that no rule about the claim as a whole decides."""
    beside = [others(covered_cents=borne_by_others_cents, borne_cents=borne_by_others_cents)]
    money, decided_items = money_on(
        *items, deductible_cents=deductible_cents, beside=beside if borne_by_others_cents else ()
    )
    found = [item.outcome for item in items]
    outcome = next(each for each in (Outcome.REFERRED, Outcome.COVERED, Outcome.DENIED) if each in found)
    ground = next(item.ground for item in items if item.outcome is outcome)
    return Verdict(
        outcome=outcome,
        deciding_ground=ground,
        grounds=(),
        findings=(),
        items=decided_items,
        rain=None,
        covers=(),
        money=money,
    )


def referred_as_a_whole(ground: GroundCode) -> Verdict:
    money, items = money_on(covered(100_000), claim_level=Outcome.REFERRED)
    return Verdict(
        outcome=Outcome.REFERRED,
        deciding_ground=ground,
        grounds=(),
        findings=(),
        items=items,
        rain=None,
        covers=(),
        money=money,
    )


POLICY_UNKNOWN = referred_as_a_whole(GroundCode.POLICY_UNKNOWN)
LATE = referred_as_a_whole(GroundCode.REPORTED_LATE)
PAID_IN_PART = decided(covered(100_000), referred(50_000))
AWAITING = decided(covered(50_000), covered(300_000))


@pytest.mark.parametrize(
    ("standing", "new", "change"),
    [
        pytest.param(decided(covered(100_000)), decided(covered(100_000)), SAME, id="the same"),
        pytest.param(decided(denied(1)), decided(covered(100_000)), IN_FAVOUR, id="denied, now paid"),
        pytest.param(decided(denied(1)), decided(covered(20_000)), IN_FAVOUR, id="denied, now covered"),
        pytest.param(decided(denied(1)), decided(referred(1)), IN_FAVOUR, id="denied, now in doubt"),
        pytest.param(decided(referred(1)), decided(denied(1)), AGAINST, id="in doubt, now denied"),
        pytest.param(decided(covered(100_000)), decided(denied(100_000)), AGAINST, id="paid, now denied"),
        pytest.param(decided(covered(100_000)), decided(referred(100_000)), AGAINST, id="paid, now in doubt"),
        pytest.param(decided(covered(20_000)), decided(referred(20_000)), AGAINST, id="covered, now in doubt"),
        pytest.param(POLICY_UNKNOWN, LATE, IN_FAVOUR, id="a policy at last"),
        pytest.param(POLICY_UNKNOWN, decided(denied(1)), AGAINST, id="a policy at last, and denied"),
        pytest.param(
            decided(covered(100_000)),
            decided(covered(100_000), borne_by_others_cents=10_000),
            IN_FAVOUR,
            id="less of the deductible left to bear",
        ),
        pytest.param(
            decided(covered(100_000)), decided(covered(100_000), deductible_cents=50_000), AGAINST, id="more to bear"
        ),
        pytest.param(PAID_IN_PART, decided(covered(150_000)), IN_FAVOUR, id="the doubt resolved"),
        pytest.param(PAID_IN_PART, decided(covered(90_000)), AGAINST, id="covered, and less paid"),
        pytest.param(PAID_IN_PART, decided(covered(100_000)), IN_FAVOUR, id="the doubt withdrawn"),
        pytest.param(
            decided(covered(100_000)),
            decided(covered(120_000), referred(50_000)),
            IN_FAVOUR,
            id="an item in doubt holds nothing back",
        ),
        pytest.param(decided(covered(100_000)), PAID_IN_PART, AGAINST, id="as much, and an item in doubt"),
    ],
)
def test_new_evidence_is_in_favour_of_the_customer_against_or_the_same(
    standing: Verdict, new: Verdict, change: Change
) -> None:
    assert compare(standing, new) is change


@pytest.mark.parametrize(
    ("standing", "new", "change"),
    [
        pytest.param(AWAITING, decided(covered(50_000), denied(300_000)), AGAINST, id="denied while it awaited"),
        pytest.param(AWAITING, decided(covered(50_000), referred(300_000)), AGAINST, id="in doubt while it awaited"),
        pytest.param(PAID_IN_PART, decided(covered(100_000), denied(50_000)), AGAINST, id="the doubt denied"),
        pytest.param(
            PAID_IN_PART, decided(covered(160_000), denied(50_000)), AGAINST, id="the doubt denied, more paid"
        ),
        pytest.param(decided(covered(100_000), denied(50_000)), PAID_IN_PART, IN_FAVOUR, id="a denial now in doubt"),
        pytest.param(
            decided(referred(90_000), denied(10_000)),
            decided(denied(90_000), referred(10_000)),
            AGAINST,
            id="one in doubt now, the other denied",
        ),
        pytest.param(
            decided(covered(90_000), denied(90_000)),
            decided(referred(90_000), covered(90_000)),
            AGAINST,
            id="another one covered, as much paid",
        ),
        pytest.param(PAID_IN_PART, decided(covered(100_000), covered(50_000)), IN_FAVOUR, id="the doubt resolved"),
        pytest.param(
            PAID_IN_PART,
            decided(covered(100_000), covered(200_000)),
            AGAINST,
            id="resolved, and all now to be assessed",
        ),
        pytest.param(PAID_IN_PART, decided(covered(90_000), covered(5_000)), AGAINST, id="resolved, and less paid"),
    ],
)
def test_of_the_same_list_of_damage_no_item_is_decided_against_the_customer(
    standing: Verdict, new: Verdict, change: Change
) -> None:
    assert compare(standing, new) is change


@pytest.mark.parametrize(
    ("standing", "new", "change"),
    [
        pytest.param(
            decided(covered(300_000)), decided(covered(300_000, estimated_by=HANDLER)), IN_FAVOUR, id="as estimated"
        ),
        pytest.param(
            decided(covered(200_000)),
            decided(covered(200_000, estimated_by=HANDLER)),
            IN_FAVOUR,
            id="as estimated and paid",
        ),
        pytest.param(
            decided(covered(20_000)),
            decided(covered(9_000, estimated_by=HANDLER)),
            IN_FAVOUR,
            id="below the deductible, as before",
        ),
        pytest.param(
            decided(covered(200_000, estimated_by=HANDLER)),
            decided(covered(200_000, estimated_by=FactSource.REPAIR_PARTNER)),
            SAME,
            id="assessed already",
        ),
        pytest.param(
            decided(referred(200_000)),
            decided(referred(200_000, estimated_by=HANDLER)),
            SAME,
            id="as estimated, still in doubt",
        ),
        pytest.param(
            decided(covered(200_000), covered(300_000)),
            decided(covered(9_000, estimated_by=HANDLER), covered(300_000)),
            IN_FAVOUR,
            id="one of two, so low that nothing is paid yet",
        ),
        pytest.param(
            decided(covered(300_000)),
            decided(covered(5_000, estimated_by=HANDLER), covered(4_000, estimated_by=HANDLER)),
            IN_FAVOUR,
            id="in parts, lower, never paid",
        ),
        pytest.param(
            decided(covered(300_000)), decided(covered(90_000, estimated_by=HANDLER)), IN_FAVOUR, id="lower, never paid"
        ),
        pytest.param(
            decided(covered(300_000)), decided(covered(9_000, estimated_by=HANDLER)), IN_FAVOUR, id="so low, never paid"
        ),
        pytest.param(
            decided(covered(200_000)), decided(covered(240_000, estimated_by=HANDLER)), IN_FAVOUR, id="upwards"
        ),
        pytest.param(
            decided(covered(200_000)), decided(covered(160_000, estimated_by=HANDLER)), AGAINST, id="lower, paid"
        ),
        pytest.param(decided(covered(200_000)), decided(covered(300_000)), AGAINST, id="paid, now to be assessed"),
        pytest.param(decided(covered(300_000)), decided(covered(400_000)), IN_FAVOUR, id="more to be assessed"),
        pytest.param(decided(covered(400_000)), decided(covered(300_000)), SAME, id="less to be assessed"),
    ],
)
def test_an_assessment_replaces_the_estimate_and_completes_the_decision(
    standing: Verdict, new: Verdict, change: Change
) -> None:
    assert compare(standing, new) is change


def test_more_damage_below_the_deductible_is_decided_because_it_counts_for_the_event() -> None:
    assert compare(decided(covered(10_000)), decided(covered(20_000))) is IN_FAVOUR
    assert compare(decided(covered(10_000)), decided(covered(10_000), covered(10_000))) is IN_FAVOUR
    assert compare(decided(covered(20_000)), decided(covered(10_000))) is SAME


def test_a_corrected_list_of_damage_is_compared_as_a_whole() -> None:
    building, contents = decided(denied(100_000)), decided(covered(20_000))
    standing = replace(contents, items=(*contents.items, *building.items))
    moved = [structs.replace(item, kind=DamageKind.CONTENTS) for item in reversed(standing.items)]

    assert compare(standing, replace(standing, items=tuple(reversed(standing.items)))) is AGAINST
    assert compare(standing, replace(standing, items=tuple(moved))) is SAME


def test_a_review_brings_something_when_more_is_paid_all_in_all_also_where_one_item_became_worse() -> None:
    reviewed = decided(covered(20_000), denied(100_000))

    assert compare(reviewed, decided(denied(20_000), covered(100_000))) is AGAINST
    assert is_better(reviewed, decided(denied(20_000), covered(100_000)))
    assert is_better(reviewed, decided(covered(20_000), referred(100_000)))
    assert not is_better(reviewed, decided(denied(20_000), denied(100_000)))
    assert not is_better(reviewed, reviewed)
