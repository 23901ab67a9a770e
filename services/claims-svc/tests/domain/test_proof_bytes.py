"""Proofs and hashes stay byte for byte what they were: others hold them, and nobody can make them anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest
from asyncpg.pgproto.pgproto import UUID as DriversUUID  # noqa: N811 - a class
from domain import proof_cases
from domain.loss_cases import (
    BOTH_RAINS,
    LOSS_AT,
    PRIMARY_FLOOD,
    RAIN_CAME_IN,
    REGIONAL_FLOOD,
    case,
    item,
    policy,
    report,
    verdict_on,
)
from domain.proof_cases import FORTY_IN_A_DAY, prove
from msgspec import structs
from msgspec.structs import replace

from claims_svc.domain import proof
from claims_svc.domain.basis import EarlierStatement, EventUse
from claims_svc.domain.case import Case
from claims_svc.domain.proof import event_sha256, sha256_of
from contracts.claims import DECISION_MADE
from contracts.codec import canonical_json
from contracts.loss_reports import LOSS_REPORTED, DamageItem, DamageKind, LossFacts, LossReported
from contracts.notify import REPORTER_CONTACT_PROVIDED, ReporterContactProvided
from contracts.policy import POLICY_CHANGED
from contracts.topic import Event
from contracts.vocabulary import Fact, FactSource, LossInterval, PerilFamily, Truth, WaterRoute
from contracts.weather import RAINFALL_ASSESSED, RainfallAssessed

KEPT = Path(__file__).parent / "proofs_as_they_were.json"
DUTCH = timezone(timedelta(hours=2))
BEFORE = sha256_of(b"the version before")
OTHERS = EventUse(
    family=PerilFamily.RAIN,
    covered_cents=120_000,
    heavy_cents=90_000,
    estimated_cents=60_000,
    borne_cents=25_000,
    proofs=(BEFORE,),
    either_cents=5_000,
)
EARLIER = EarlierStatement(
    turned=("precipitation_fell_directly", "loss"),
    loss=LossInterval(from_at=LOSS_AT - timedelta(hours=9), until_at=LOSS_AT - timedelta(hours=3)),
    facts=LossFacts(precipitation_fell_directly=Fact(value=Truth.FALSE), causes_inseparable=None),
    damage=(DamageItem(kind=DamageKind.CONTENTS, amount_cents=77_000),),
    covered_before_cents=159_000,
)
SEVERAL = (
    item(amount_cents=184_000, route=WaterRoute.INDIRECT_PRECIPITATION),
    item(DamageKind.CONTENTS, 99_999, estimated_by=FactSource.REPAIR_PARTNER),
    item(DamageKind.CLEANING, 1, by_fire=False),
)
DRIVERS_ID = DriversUUID("0198c5f2-6d00-7b11-8f21-0a4b5c6d7e8f")


def as_given_before(answer: RainfallAssessed) -> RainfallAssessed:
    """Return an answer of when answers told neither their sources and register nor who was passed over."""
    stations = tuple(structs.replace(station, sources=()) for station in answer.stations)
    return structs.replace(answer, stations=stations, settled_by=None, passed_over=(), register_sha256=None)


def rain_case(
    hours: Mapping[datetime, int | None], *, facts: LossFacts = RAIN_CAME_IN, loss: LossInterval | None = None
) -> Case:
    claim = proof_cases.rain_case(hours, facts=facts, loss=loss)
    assert claim.rain is not None
    return replace(claim, rain=as_given_before(claim.rain))


CASES: Mapping[str, Case] = {
    "forty millimetres in a day": rain_case(FORTY_IN_A_DAY),
    "dry": rain_case({}),
    "hours without a figure": rain_case({LOSS_AT.replace(minute=0) + timedelta(hours=hour): None for hour in range(9)}),
    "told in Dutch time": rain_case(
        FORTY_IN_A_DAY, loss=LossInterval(from_at=LOSS_AT.astimezone(DUTCH), until_at=LOSS_AT.astimezone(DUTCH))
    ),
    "an interval with microseconds": rain_case(
        FORTY_IN_A_DAY,
        loss=LossInterval(from_at=LOSS_AT - timedelta(hours=7, microseconds=1), until_at=LOSS_AT),
    ),
    "a primary flood": rain_case({}, facts=PRIMARY_FLOOD),
    "a regional flood without rain": case(REGIONAL_FLOOD, rain=None, question=None),
    "no policy": case(policy=None, rain=None, question=None),
    "nothing known of the water": case(LossFacts(), rain=None, question=None),
    "both rains": rain_case(FORTY_IN_A_DAY, facts=BOTH_RAINS),
    "several items beside others": replace(
        rain_case(FORTY_IN_A_DAY), report=report(RAIN_CAME_IN, damage=SEVERAL), event_uses=(OTHERS,)
    ),
    "said otherwise before": replace(
        rain_case(FORTY_IN_A_DAY),
        earlier=EARLIER,
        possible_duplicate_of=UUID(int=5),
        reporters_differ=True,
        decided_before_cents=159_000,
    ),
}
EVENTS: Mapping[str, Event] = {
    "a report with facts that nobody gave": LOSS_REPORTED.examples[0],
    "a report read from the database": LossReported(
        report_id=DRIVERS_ID,
        policy_number="1-531-04",
        channel=LOSS_REPORTED.examples[0].channel,
        reported_at=datetime(2021, 7, 15, 6, 12, 0, 250, tzinfo=UTC),
        loss=LOSS_REPORTED.examples[0].loss,
        facts=LossFacts(groundwater_entered=Fact(value=Truth.UNKNOWN, source=FactSource.HANDLER)),
        damage=SEVERAL,
    ),
    "a policy": policy(),
    "a policy with terms": POLICY_CHANGED.examples[0],
    "an answer": as_given_before(RAINFALL_ASSESSED.examples[0]),
    "a decision": DECISION_MADE.examples[0],
    "a name beyond ASCII": ReporterContactProvided(
        report_id=REPORTER_CONTACT_PROVIDED.examples[0].report_id, name='Zoë "van" Wijk/Ś\u2028 🌧 \\'
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_proof_has_the_bytes_it_had(name: str) -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))["proofs"][name]
    built = proofs()[name]

    assert built.canonical.decode() == kept["canonical"]
    assert built.sha256 == kept["sha256"] == hashlib.sha256(built.canonical).hexdigest()


@pytest.mark.parametrize("name", CASES)
def test_a_proof_of_before_is_read_on_trust_as_it_is_read_otherwise(name: str) -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))["proofs"][name]
    canonical = kept["canonical"].encode()

    assert proof.read_own(canonical, sha256=kept["sha256"]) == proof.read(canonical) == proofs()[name].document


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_has_the_hash_it_had(name: str) -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))["events"][name]
    event = EVENTS[name]

    assert canonical_json(event).decode() == kept["canonical"]
    assert event_sha256(event) == kept["sha256"]


def test_all_that_was_kept_is_compared() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))

    assert kept["proofs"].keys() == CASES.keys()
    assert kept["events"].keys() == EVENTS.keys()


def proofs() -> dict[str, proof.Proof]:
    joined = LOSS_REPORTED.examples[0]
    built = {name: prove(claim) for name, claim in CASES.items()}
    built["both rains"] = prove(CASES["both rains"], previous_sha256=BEFORE)
    claim = CASES["several items beside others"]
    built["several items beside others"] = proof.build(
        claim,
        verdict_on(claim),
        reports=[claim.report, joined],
        claim_version=3,
        decided_at=datetime(2021, 7, 19, 8, 0, 4, 120_000, tzinfo=UTC),
        previous_sha256=BEFORE,
    )
    return built
