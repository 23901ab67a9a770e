from __future__ import annotations

from uuid import uuid4

import pytest
from domain.loss_cases import case, verdict_on
from domain.proof_cases import FORTY_IN_A_DAY, prove, rain_case
from msgspec.structs import replace

from claims_svc.domain import proof
from claims_svc.domain.basis import EventUse
from claims_svc.domain.case import Case
from claims_svc.domain.occurrence import uses_of
from claims_svc.domain.proof import Proof
from claims_svc.domain.proofs_together import differences_between
from contracts.vocabulary import PerilFamily

DENIED, NOT_MEASURED = rain_case({}), case(rain=None, question=None)
COVERED = rain_case(FORTY_IN_A_DAY)


def between(*proofs: Proof) -> list[tuple[str, str]]:
    return list(differences_between({each.sha256: proof.read(each.canonical) for each in proofs}))


def test_versions_that_continue_one_another_agree_in_any_order() -> None:
    first = prove(DENIED)
    second = prove(COVERED, previous_sha256=first.sha256)

    assert between(first, second) == between(second, first) == []


def test_a_version_that_names_another_proof_before_it_is_found() -> None:
    first, other = prove(DENIED), prove(NOT_MEASURED)
    second = prove(COVERED, previous_sha256=other.sha256)

    assert between(first, second) == [
        (second.sha256, f"does not continue the proof of version 1, with hash {first.sha256}")
    ]


def test_two_proofs_of_one_version_are_found() -> None:
    first, other = prove(DENIED), prove(NOT_MEASURED)

    assert between(first, other) == [(other.sha256, f"there is another proof of version 1, with hash {first.sha256}")]


def test_a_version_that_says_another_amount_was_decided_before_is_found() -> None:
    first = prove(COVERED)
    second = prove(replace(COVERED, decided_before_cents=100_000), previous_sha256=first.sha256)

    assert between(first, second) == [(second.sha256, "says that 100000 cents were decided before, not 159000")]


def test_what_was_decided_before_counts_on_after_a_version_that_pays_nothing() -> None:
    first = prove(COVERED)
    second = prove(replace(DENIED, decided_before_cents=159_000), previous_sha256=first.sha256)
    third, forgetful = [
        prove(replace(COVERED, decided_before_cents=cents), version=3, previous_sha256=second.sha256)
        for cents in (159_000, 0)
    ]

    assert between(first, second, third) == []
    assert between(first, second, forgetful) == [
        (forgetful.sha256, "says that 0 cents were decided before, not 159000")
    ]


def test_what_a_claim_brought_that_was_joined_is_told_apart_from_what_was_decided_of_ones_own() -> None:
    first = prove(COVERED)
    joined, untold, parted = [
        prove(replace(COVERED, decided_before_cents=cents, brought_cents=brought), previous_sha256=first.sha256)
        for cents, brought in ((239_000, 80_000), (239_000, 0), (79_000, -80_000))
    ]

    assert between(first, joined) == between(first, parted) == []
    assert between(first, untold) == [(untold.sha256, "says that 239000 cents were decided before, not 159000")]


def after(other: Case, **forged: object) -> tuple[Proof, Proof]:
    """Return the proofs of two claims of one event, the second decided with what `other` had of it, or is said to."""
    first = prove(replace(other, claim_id=uuid4()))
    (use,) = uses_of(
        verdict_on(other),
        claim_id=other.claim_id,
        policy_number="123456-531-04",
        loss=other.report.loss,
        proof_sha256=first.sha256,
    )
    had = EventUse(
        family=PerilFamily.RAIN,
        covered_cents=use.covered_cents,
        heavy_cents=use.heavy_cents,
        estimated_cents=use.estimated_cents,
        borne_cents=use.borne_cents,
        either_cents=use.either_cents,
        proofs=use.proofs,
    )
    stated = replace(had, **forged)
    return first, prove(replace(COVERED, event_uses=(stated,)))


def test_what_others_had_of_an_event_is_what_their_proofs_say() -> None:
    first, second = after(COVERED)

    assert between(first, second) == []


@pytest.mark.parametrize(
    ("name", "stated", "summed"),
    [
        ("borne_cents", 0, 25_000),
        ("covered_cents", 300_000, 184_000),
        ("heavy_cents", 0, 184_000),
        ("estimated_cents", 0, 184_000),
    ],
)
def test_what_others_had_of_an_event_otherwise_than_their_proofs_say_is_found(
    name: str, stated: int, summed: int
) -> None:
    first, second = after(COVERED, **{name: stated})

    assert between(first, second) == [
        (
            second.sha256,
            f"says that others had {name} of {stated} of the event, but their proofs say {summed} (rain)",
        )
    ]
    assert between(second) == [], "without their proofs nobody can tell"
