from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from domain.loss_cases import (
    DRY,
    HEAVY_RAIN,
    LOSS_AT,
    PRIMARY_FLOOD,
    RAIN_CAME_IN,
    REGIONAL_FLOOD,
    case,
    measured,
    policy,
    report,
    verdict_on,
)

from claims_svc.domain import proof
from claims_svc.domain.case import Case
from claims_svc.domain.proof_check import broken_links, differences
from contracts.vocabulary import LossInterval, Truth

DECIDED_AT = datetime(2021, 7, 16, 8, 0, 4, 120_000, tzinfo=UTC)
CASES = [
    case(),
    case(rain=DRY),
    case(rain=None),
    case(policy=None, rain=None),
    case(REGIONAL_FLOOD),
    case(PRIMARY_FLOOD, deductible_used_before_cents=5_000),
    case(rain=measured(531, within_hours=48, cloudburst=Truth.FALSE)),
]


def prove(claim: Case, *, previous_sha256: str | None = None) -> proof.Proof:
    return proof.build(
        claim,
        verdict_on(claim),
        claim_version=2 if previous_sha256 else 1,
        decided_at=DECIDED_AT,
        previous_sha256=previous_sha256,
    )


def altered(built: proof.Proof, old: str, new: str) -> proof.Proof:
    """Return a proof in which somebody changed something, hash and all."""
    assert old.encode() in built.canonical
    canonical = built.canonical.replace(old.encode(), new.encode())
    return proof.Proof(canonical=canonical, sha256=hashlib.sha256(canonical).hexdigest())


@pytest.mark.parametrize("claim", CASES)
def test_the_decision_can_be_made_again_from_the_proof_alone(claim: Case) -> None:
    assert proof.recompute(prove(claim).canonical) == verdict_on(claim)


@pytest.mark.parametrize("claim", CASES)
def test_a_proof_that_nobody_touched_holds(claim: Case) -> None:
    built = prove(claim)

    assert differences(built.canonical) == []


@pytest.mark.parametrize("claim", CASES)
def test_a_proof_is_canonical_json_as_rfc_8785_says(claim: Case) -> None:
    canonical = prove(claim).canonical

    assert rfc8785.dumps(json.loads(canonical)) == canonical


def test_the_same_case_gives_the_same_bytes() -> None:
    assert prove(case()) == prove(case())


def test_a_loss_reported_in_dutch_time_is_the_same_loss() -> None:
    dutch = LOSS_AT.astimezone(timezone(timedelta(hours=2)))
    claim = case(report=report(loss=LossInterval(from_at=dutch, until_at=dutch)))
    built = prove(claim)

    assert differences(built.canonical) == []
    assert proof.recompute(built.canonical) == verdict_on(case())


def test_a_proof_names_neither_policy_nor_house_nor_full_postcode() -> None:
    canonical = prove(case()).canonical.decode()

    for personal in (
        policy().policy_number,
        policy().terms[0].home.postcode,
        "house_number",
        str(policy().customer_id),
    ):
        assert personal not in canonical


def test_a_proof_has_no_fractions() -> None:
    def refuse(text: str) -> object:
        raise AssertionError(text)

    json.loads(prove(case()).canonical, parse_float=refuse)


def test_a_proof_names_the_proof_before() -> None:
    first = prove(case(rain=None))
    second = prove(case(), previous_sha256=first.sha256)

    assert proof.link_of(first.canonical).previous_sha256 is None
    assert proof.link_of(second.canonical).previous_sha256 == first.sha256
    assert list(broken_links([proof.link_of(second.canonical), proof.link_of(first.canonical)])) == []


@pytest.mark.parametrize(
    ("claim", "old", "new", "found"),
    [
        (case(), '"payable_cents":159000', '"payable_cents":184000', "deciding again gives another money"),
        (case(rain=DRY), '"outcome":"denied"', '"outcome":"covered"', "deciding again gives another outcome"),
        (
            case(),
            '"weather_deductible_minimum_cents":25000',
            '"weather_deductible_minimum_cents":0',
            "the parameters are not those of product home-2021.1",
        ),
        (
            case(rain=measured(399)),
            '"at_least_tenths_mm":400',
            '"at_least_tenths_mm":300',
            "the parameters are not those of product home-2021.1",
        ),
        (
            case(),
            '"effective_on":"2019-04-01"',
            '"effective_on":"2021-07-16"',
            "the loss began on 2021-07-15, a day outside the terms (last day of loss: 2021-07-15)",
        ),
        (case(), "[0,0,0,", "[0, 0,0,", "the proof is not in canonical form"),
    ],
)
def test_a_change_is_found_even_when_the_hash_was_made_new(claim: Case, old: str, new: str, found: str) -> None:
    touched = altered(prove(claim), old, new)

    assert found in differences(touched.canonical)


def test_a_sum_that_its_hours_do_not_make_is_found() -> None:
    touched = altered(prove(case(rain=measured(402))), ",34,16,16,", ",34,15,16,")

    assert "station 377: 24 hours: the hours do not add up to the sum" in differences(touched.canonical)


def test_a_wetter_window_that_was_passed_over_is_found() -> None:
    drier = measured(399).stations[0].model_copy(update={"hours": HEAVY_RAIN.stations[0].hours})
    built = prove(case(rain=measured(399).model_copy(update={"stations": (drier,)})))

    assert "station 377: 24 hours: another window that contains the loss has a higher sum" in differences(
        built.canonical
    )


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (
            '"best_sum_tenths_mm":402',
            '"best_sum_tenths_mm":398',
            "24 hours: the sum and the threshold give another answer",
        ),
        (
            '"at_least_tenths_mm":670,"best',
            '"at_least_tenths_mm":680,"best',
            "the thresholds are not those of the product",
        ),
        ('"cloudburst":"false"', '"cloudburst":"true"', "no hours of a cloudburst are there"),
        ('"best_sum_tenths_mm":402', '"best_sum_tenths_mm":null', "24 hours: established without any measured hour"),
        ("2021-07-16T01:00:00Z", "2021-07-16T02:00:00Z", "24 hours: the window is not as long as it says"),
    ],
)
def test_an_answer_that_contradicts_itself_is_found(old: str, new: str, found: str) -> None:
    touched = altered(prove(case()), old, new)

    wrong = differences(touched.canonical)

    assert f"station 377: {found}" in wrong


@pytest.mark.parametrize("canonical", [b"", b"{}", b"[1]", b"\xff", b'{"form":"another"}'])
def test_bytes_that_are_no_proof_are_refused_with_a_sentence(canonical: bytes) -> None:
    with pytest.raises(proof.UnreadableProofError, match="not a proof of form"):
        proof.recompute(canonical)
    assert any("not a proof" in found for found in differences(canonical))


def test_an_unreadable_proof_is_not_quoted() -> None:
    built = altered(prove(case(RAIN_CAME_IN)), '"postcode_area":"6011"', '"postcode_area":60111')

    with pytest.raises(proof.UnreadableProofError) as refused:
        proof.recompute(built.canonical)
    assert "60111" not in str(refused.value)


def test_a_version_that_names_another_proof_before_it_is_found() -> None:
    first, other = (proof.link_of(prove(claim).canonical) for claim in (case(rain=None), case(rain=DRY)))
    second = proof.link_of(prove(case(), previous_sha256=other.sha256).canonical)

    assert list(broken_links([first, second])) == [
        (second, f"does not continue the proof of version 1, with hash {first.sha256}")
    ]


def test_two_proofs_of_one_version_are_found() -> None:
    first, other = (proof.link_of(prove(claim).canonical) for claim in (case(rain=None), case(rain=DRY)))

    assert list(broken_links([first, other])) == [
        (other, f"there is another proof of version 1, with hash {first.sha256}")
    ]


@pytest.mark.parametrize(("version", "previous"), [(2, None), (1, "0" * 64)])
def test_only_the_first_version_follows_none(version: int, previous: str | None) -> None:
    built = prove(case(), previous_sha256=previous)
    touched = altered(built, f'"claim_version":{1 if previous is None else 2}', f'"claim_version":{version}')

    assert f"version {version} must name the proof before it, and the first one must name none" in differences(
        touched.canonical
    )
