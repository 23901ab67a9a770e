"""Process: reports in, answers to them and questions out; answers about rain in, decisions and orders to pay out."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from bench.backlog import DECIDED, RAIN_ASSESSED, RAIN_REQUESTED
from bench.floor.process import Connection, Record, Stage, run
from contracts.claim_reports import REPORT_RECEIVED
from contracts.loss_reports import LOSS_REPORTED
from contracts.payments import PAYMENT_ORDERED

_PLACES: dict[str, tuple[int, int]] = {}

_DECIDED = """json_build_object('claim_id', claim_id, 'outcome', outcome, 'ground', ground,
                                  'payable_cents', payable_cents)::text"""
_ORDERED = "json_build_object('payment_id', claim_id, 'claim_id', claim_id, 'amount_cents', amount_cents)::text"
_RECEIVED = """json_build_object('report_id', claim_id, 'claim_id', claim_id, 'is_new', true,
                                   'state', CASE WHEN question IS NULL THEN 'decided' ELSE 'waiting' END)::text"""
_KEPT = """
    kept AS (
        INSERT INTO decision SELECT claim_id, outcome, ground, payable_cents, now() FROM decided),
    paid AS (
        INSERT INTO payment SELECT claim_id, payable_cents, now() FROM decided WHERE payable_cents > 0
        RETURNING claim_id, amount_cents)"""
_OPEN = f"""
    WITH consumed AS (
        INSERT INTO inbox SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id),
    given AS (
        SELECT given.* FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::json[], $5::integer[], $6::boolean[],
                                   $7::bytea[])
                            AS given (event_id, claim_id, policy_number, report, damage_cents, is_excluded, question)
          JOIN consumed USING (event_id)),
    opened AS (
        INSERT INTO claim
        SELECT claim_id, claim_id, policy_number, report, damage_cents,
               CASE WHEN question IS NULL THEN 'decided' ELSE 'rainfall_requested' END, now()
          FROM given),
    decided AS (
        SELECT claim_id, CASE WHEN is_excluded THEN 'denied' ELSE 'covered' END AS outcome,
               CASE WHEN is_excluded THEN 'excluded' ELSE 'rain_not_needed' END AS ground,
               CASE WHEN is_excluded THEN 0 ELSE greatest(0, damage_cents - deductible_cents) END AS payable_cents
          FROM given JOIN policy USING (policy_number) WHERE question IS NULL),{_KEPT}
    INSERT INTO outbox (topic, key, payload)
    SELECT $8, claim_id::text, question FROM given WHERE question IS NOT NULL
    UNION ALL SELECT $9, claim_id::text, convert_to({_DECIDED}, 'UTF8') FROM decided
    UNION ALL SELECT $10, claim_id::text, convert_to({_ORDERED}, 'UTF8') FROM paid
    UNION ALL SELECT $11, claim_id::text, convert_to({_RECEIVED}, 'UTF8') FROM given
"""  # noqa: S608 - put together from our own text
_DECIDE = f"""
    WITH consumed AS (
        INSERT INTO answer_inbox SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id),
    decided AS (
        SELECT claim_id, CASE WHEN is_heavy THEN 'covered' ELSE 'denied' END AS outcome,
               CASE WHEN is_heavy THEN 'heavy_rain' ELSE 'no_heavy_rain' END AS ground,
               CASE WHEN is_heavy THEN greatest(0, damage_cents - deductible_cents) ELSE 0 END AS payable_cents
          FROM unnest($1::uuid[], $2::boolean[]) AS given (event_id, is_heavy)
          JOIN consumed USING (event_id) JOIN claim ON claim_id = event_id JOIN policy USING (policy_number)),{_KEPT},
    moved AS (
        UPDATE claim SET state = 'decided' FROM decided WHERE claim.claim_id = decided.claim_id)
    INSERT INTO outbox (topic, key, payload)
    SELECT $3, claim_id::text, convert_to({_DECIDED}, 'UTF8') FROM decided
    UNION ALL SELECT $4, claim_id::text, convert_to({_ORDERED}, 'UTF8') FROM paid
"""  # noqa: S608 - put together from our own text


async def prepare(connection: Connection) -> None:
    """Store the policies."""
    rows = []
    for policy in _policies(Path(sys.argv[1])):
        (terms,) = policy["terms"]
        location = terms["home"]["location"]
        place = location["latitude_microdegrees"], location["longitude_microdegrees"]
        _PLACES[policy["policy_number"]] = place
        rows.append((policy["policy_number"], *place, terms["deductible_cents"]))
    await connection.copy_records_to_table("policy", records=rows)


def _policies(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def open_claims(connection: Connection, records: Sequence[Record]) -> None:
    """Open a claim for every new report; ask for the rain it needs, or decide at once."""
    rows = [_opened(record) for record in records]
    topics = RAIN_REQUESTED, DECIDED, PAYMENT_ORDERED.name, REPORT_RECEIVED.name
    await connection.execute(_OPEN, *map(list, zip(*dict(rows).values(), strict=True)), *topics)


def _opened(record: Record) -> tuple[str, tuple[Any, ...]]:
    event_id = next(value for name, value in record.headers if name == "ce_id").decode()
    value = record.value or b""
    report = orjson.loads(value)
    facts = report["facts"]
    claim_id, number = report["report_id"], report["policy_number"]
    latitude, longitude = _PLACES[number]
    needs_rain = _is_true(facts, "precipitation_left_its_course") or _is_true(facts, "toilet_overflowed")
    is_excluded = _is_true(facts, "came_through_open_window_or_door") or _is_true(facts, "came_through_cellar_wall")
    question = {"claim_id": claim_id, "at": report["loss"]["from_at"], "lat": latitude, "lon": longitude}
    row = (
        event_id,
        claim_id,
        number,
        value.decode(),
        sum(item["amount_cents"] for item in report["damage"]),
        is_excluded,
        orjson.dumps(question) if needs_rain and not is_excluded else None,
    )
    return event_id, row


def _is_true(facts: dict[str, Any], name: str) -> bool:
    fact = facts.get(name)
    return fact is not None and fact["value"] == "true"


async def decide(connection: Connection, records: Sequence[Record]) -> None:
    """Decide every claim whose answer is new."""
    answers = {answer["claim_id"]: answer["is_heavy"] for answer in (orjson.loads(record.value) for record in records)}
    claim_ids = [UUID(claim_id) for claim_id in answers]
    await connection.execute(_DECIDE, claim_ids, list(answers.values()), DECIDED, PAYMENT_ORDERED.name)


if __name__ == "__main__":
    run(prepare, Stage(LOSS_REPORTED.name, open_claims), Stage(RAIN_ASSESSED, decide))
