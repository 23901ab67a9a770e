from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from domain.loss_cases import LOSS_AT, PRIMARY_FLOOD, RAIN_CAME_IN, REGIONAL_FLOOD, case, policy, verdict_on
from domain.proof_cases import FORTY_IN_A_DAY, forge, prove, put, rain_case
from msgspec import structs
from msgspec.structs import replace
from stated_rain import STATED

from claims_svc.domain import proof
from claims_svc.domain.case import Case
from claims_svc.domain.proof_check import differences
from contracts.rain_stations import register_sha256
from contracts.vocabulary import LossInterval

DECIDED_AT = datetime(2021, 7, 19, 8, 0, 4, 120_000, tzinfo=UTC)
CASES = [
    rain_case(FORTY_IN_A_DAY),
    rain_case({}),
    rain_case({}, facts=PRIMARY_FLOOD),
    case(rain=None, question=None),
    case(policy=None, rain=None, question=None),
    case(REGIONAL_FLOOD, rain=None, question=None),
]


@pytest.mark.parametrize("claim", CASES)
def test_the_decision_can_be_made_again_from_the_proof_alone(claim: Case) -> None:
    assert proof.recompute(prove(claim).canonical) == verdict_on(claim)


@pytest.mark.parametrize("claim", CASES)
def test_a_proof_that_nobody_touched_holds(claim: Case) -> None:
    assert differences(prove(claim).canonical) == []


@pytest.mark.parametrize("claim", CASES)
def test_a_proof_is_canonical_json_as_rfc_8785_says(claim: Case) -> None:
    canonical = prove(claim).canonical

    assert rfc8785.dumps(json.loads(canonical)) == canonical


def test_the_same_case_gives_the_same_bytes() -> None:
    assert prove(rain_case(FORTY_IN_A_DAY)) == prove(rain_case(FORTY_IN_A_DAY))


def test_a_loss_reported_in_dutch_time_is_the_same_loss() -> None:
    dutch = LOSS_AT.astimezone(timezone(timedelta(hours=2)))
    built = prove(rain_case(FORTY_IN_A_DAY, loss=LossInterval(from_at=dutch, until_at=dutch)))

    assert differences(built.canonical) == []
    assert proof.recompute(built.canonical) == verdict_on(rain_case(FORTY_IN_A_DAY))


def test_a_proof_names_neither_policy_nor_house_nor_full_postcode() -> None:
    canonical = prove(rain_case(FORTY_IN_A_DAY)).canonical.decode()

    for personal in (
        policy().policy_number,
        "6011RA",
        "house_number",
        str(policy().customer_id),
    ):
        assert personal not in canonical


def test_a_proof_has_no_fractions() -> None:
    def refuse(text: str) -> object:
        raise AssertionError(text)

    json.loads(prove(rain_case(FORTY_IN_A_DAY)).canonical, parse_float=refuse)


def test_a_proof_names_what_it_was_decided_on() -> None:
    """Whoever holds the report or the policy recognises it; the question and its answer stand in the proof whole."""
    claim = rain_case(FORTY_IN_A_DAY)
    contents = json.loads(prove(claim).canonical)
    other = structs.replace(claim.report, report_id=claim.claim_id)
    together = proof.build(
        claim,
        verdict_on(claim),
        reports=[claim.report, other],
        claim_version=1,
        decided_at=DECIDED_AT,
        previous_sha256=None,
    )
    corrected = replace(claim, report=structs.replace(claim.report, report_version=2))

    assert contents["sources"] == {
        "reports_sha256": [proof.event_sha256(claim.report)],
        "policy_sha256": proof.event_sha256(policy()),
        "rain_register_sha256": register_sha256(),
        "hour_files_sha256": [STATED.stations[0].sources[0].sha256],
    }
    assert json.loads(prove(corrected).canonical)["sources"]["reports_sha256"] != contents["sources"]["reports_sha256"]
    assert json.loads(together.canonical)["sources"]["reports_sha256"] == [
        proof.event_sha256(claim.report),
        proof.event_sha256(other),
    ]
    assert contents["basis"]["question"]["request_version"] == contents["basis"]["rain"]["request_version"] == 1


def test_a_proof_names_each_file_of_hours_once() -> None:
    claim = rain_case(FORTY_IN_A_DAY)
    assert claim.rain is not None
    (ell,) = claim.rain.stations
    files = [structs.replace(ell.sources[0], sha256=digit * 64) for digit in "909"]
    twice = structs.replace(
        claim.rain, stations=(structs.replace(ell, sources=(*files,)), structs.replace(ell, sources=(files[0],)))
    )

    assert proof.hour_files_of(twice) == ("0" * 64, "9" * 64)


def test_a_proof_names_the_proof_before() -> None:
    first = prove(case(rain=None, question=None))
    second = prove(rain_case(FORTY_IN_A_DAY), previous_sha256=first.sha256)

    assert proof.read(first.canonical).previous_sha256 is None
    assert proof.read(second.canonical).previous_sha256 == first.sha256


@pytest.mark.parametrize(("version", "previous"), [(2, None), (1, "0" * 64)])
def test_only_the_first_version_follows_none(version: int, previous: str | None) -> None:
    built = prove(rain_case(FORTY_IN_A_DAY), previous_sha256=previous)

    assert f"version {version} must name the proof before it, and the first one must name none" in differences(
        forge(built, put("claim_version", version))
    )


@pytest.mark.parametrize("canonical", [b"", b"{}", b"[1]", b"\xff", b'{"form":"another"}'])
def test_bytes_that_are_no_proof_are_refused_with_a_sentence(canonical: bytes) -> None:
    with pytest.raises(proof.UnreadableProofError, match="not a proof of form"):
        proof.recompute(canonical)
    assert any("not a proof" in found for found in differences(canonical))


def test_a_proof_that_is_not_what_was_hashed_is_not_read_on_trust() -> None:
    built = prove(rain_case(FORTY_IN_A_DAY))
    touched = built.canonical.replace(b'"report_version":1', b'"report_version":"1"')

    assert proof.read_own(touched, sha256=proof.sha256_of(touched)).basis.report_version == 1
    with pytest.raises(proof.UnreadableProofError, match="not a proof of form"):
        proof.read_own(b"{}", sha256=built.sha256)


def test_an_unreadable_proof_is_not_quoted() -> None:
    touched = prove(rain_case(FORTY_IN_A_DAY, facts=RAIN_CAME_IN)).canonical.replace(
        b'"postcode_area":"6011"', b'"postcode_area":60111'
    )

    with pytest.raises(proof.UnreadableProofError) as refused:
        proof.recompute(touched)
    assert "60111" not in str(refused.value)
