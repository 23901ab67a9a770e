"""Claims."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from chassis.database import Connection
from claims_svc.domain.claim import Claim, ClaimState
from claims_svc.domain.likeness import Outline
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.statement import Statement
from claims_svc.domain.supplement import Supplement, completed
from claims_svc.repository.distinct_rows import distinct, later_end, unless_all_null
from contracts.codec import from_json, to_json
from contracts.loss_reports import LossReported
from contracts.weather import RainfallAssessed

# Only customers who have said more than one thing have reports that joined, or outlines of before.
_COLUMNS = """
    claim.claim_id, claim_reference, claim.policy_number, state, policy_wait_over, rainfall_wait_over, policy_version,
    request_version, question_digest, waits_until, claim_version, trace, opened_at, families, damage_kinds,
    damage_digest, possible_duplicate_of, statement, answer_wait_over, withdrawn_at, joined_to,
    brought_cents, opening.report, rainfall.answer,
    CASE WHEN claim.statement IS NOT NULL THEN
         ARRAY(SELECT joined.report FROM joined_report AS joined WHERE joined.claim_id = claim.claim_id ORDER BY place)
    END AS joined,
    CASE WHEN claim.statement IS NOT NULL THEN
         ARRAY(SELECT json_build_object(
                          'policy_number', former.policy_number,
                          'loss', json_build_object('from_at', former.loss_from_at, 'until_at', former.loss_until_at),
                          'families', former.families, 'damage_kinds', former.damage_kinds,
                          'damage_digest', former.damage_digest)
                 FROM former_outline AS former WHERE former.claim_id = claim.claim_id ORDER BY place)
    END AS former,
    CASE WHEN touched_by_people THEN
         ARRAY(SELECT contents FROM supplement WHERE supplement.claim_id = claim.claim_id ORDER BY place)
    END AS supplements,
    CASE WHEN touched_by_people THEN
         ARRAY(SELECT contents FROM ruling WHERE ruling.claim_id = claim.claim_id ORDER BY place)
    END AS rulings,
    CASE WHEN touched_by_people THEN
         ARRAY(SELECT code FROM question WHERE question.claim_id = claim.claim_id ORDER BY place)
    END AS asked,
    CASE WHEN touched_by_people THEN
         (SELECT max(asked_at) FROM question WHERE question.claim_id = claim.claim_id AND asked_by IS NULL)
    END AS asked_at
"""
# OFFSET 0 keeps a lookup by key from becoming a join, for which a table without statistics is scanned.
_JOINED_BY_KEY = """
    CROSS JOIN LATERAL (SELECT report FROM opening_report WHERE report_id = claim.report_id OFFSET 0) AS opening
    LEFT JOIN LATERAL (SELECT answer FROM rainfall WHERE claim_id = claim.claim_id OFFSET 0) AS rainfall ON true
"""


_BEFORE_ALL: Final = UUID(int=0)


async def of_reports(connection: Connection, *, report_ids: Collection[UUID]) -> Collection[UUID]:
    """Return the claims that these reports opened or joined; one can be a claim's that was joined to another's."""
    rows = await connection.fetch(
        """
        SELECT claim_id FROM unnest($1::uuid[]) AS given (report_id) CROSS JOIN LATERAL (
               SELECT claim_id FROM opening_report WHERE report_id = given.report_id
               UNION ALL
               SELECT claim_id FROM joined_report WHERE report_id = given.report_id OFFSET 0) AS of_report
        """,
        list(report_ids),
    )
    return {claim_id for (claim_id,) in rows}


async def read(connection: Connection, *, claim_id: UUID) -> Claim | None:
    """Return a claim as it is, without a lock."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM claim {_JOINED_BY_KEY} WHERE claim.claim_id = $1",  # noqa: S608 - a constant
        claim_id,
    )
    return None if row is None else _claim(row)


async def lock(connection: Connection, *, claim_ids: Collection[UUID]) -> Mapping[UUID, Claim]:
    """Lock and return these claims by id.

    Their policies must be locked already (see the order of locks in this package's docstring).
    """
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM (SELECT claim_id FROM unnest($1::uuid[]) AS named (claim_id) ORDER BY claim_id) AS wanted
               CROSS JOIN LATERAL (SELECT * FROM claim WHERE claim_id = wanted.claim_id FOR UPDATE) AS claim
               {_JOINED_BY_KEY}
        """,  # noqa: S608 - a constant
        list(set(claim_ids)),
    )
    return {row["claim_id"]: _claim(row) for row in rows}


async def lock_first(
    connection: Connection, *, policy_numbers: Collection[str], of_each: int, at_most: int
) -> Sequence[Claim]:
    """Lock and return the first claims of these policies, by policy number (compared byte by byte) and claim id."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM (SELECT policy_number, claim_id
                  FROM unnest($1::text[]) AS named (policy_number), LATERAL (
                       SELECT claim_id FROM claim
                        WHERE claim.policy_number = named.policy_number ORDER BY claim_id LIMIT $2) AS first
                 ORDER BY policy_number COLLATE "C", claim_id LIMIT $3) AS wanted
               CROSS JOIN LATERAL (SELECT * FROM claim WHERE claim_id = wanted.claim_id FOR UPDATE) AS claim
               {_JOINED_BY_KEY}
         ORDER BY wanted.policy_number COLLATE "C", claim_id
        """,  # noqa: S608 - a constant
        sorted(policy_numbers),
        of_each,
        at_most,
    )
    return [_claim(row) for row in rows]


async def lock_slice(
    connection: Connection, *, policy_number: str, before_version: int, after: UUID | None, at_most: int
) -> Mapping[UUID, Claim]:
    """Lock and return the next claims of a policy that were last advanced under a version before this one.

    They are the first in the order of their ids, after the claim `after`.
    """
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM (SELECT * FROM claim
                 WHERE policy_number = $1 AND policy_version < $2 AND claim_id > $3
                 ORDER BY claim_id LIMIT $4 FOR UPDATE) AS claim
               {_JOINED_BY_KEY}
        """,  # noqa: S608 - a constant
        policy_number,
        before_version,
        after or _BEFORE_ALL,
        at_most,
    )
    return {row["claim_id"]: _claim(row) for row in rows}


async def insert(connection: Connection, *, claims: Sequence[Claim]) -> None:
    """Store new claims. A second claim for one report violates a unique constraint."""
    shared, places = distinct(
        (
            *_state(claim),
            claim.report.report_version,
            claim.outline.families,
            claim.outline.damage_kinds,
            claim.opened_at,
        )
        for claim in claims
    )
    await connection.execute(
        """
        WITH new AS (
             SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::json[], $6::uuid[], $7::text[],
                                  $8::timestamptz[], $9::timestamptz[], $10::text[], $11::uuid[], $12::json[],
                                  $13::integer[])
                 AS new (claim_id, report_id, claim_reference, policy_number, report, question_digest, trace,
                         loss_from_at, loss_until_at, damage_digest, possible_duplicate_of, statement, place)),
        shared AS (
             SELECT * FROM unnest($14::text[], $15::boolean[], $16::boolean[], $17::integer[], $18::integer[],
                                  $19::timestamptz[], $20::integer[], $21::boolean[], $22::timestamptz[],
                                  $23::bigint[], $24::boolean[], $25::integer[], $26::smallint[], $27::smallint[],
                                  $28::timestamptz[])
                    WITH ORDINALITY
                 AS shared (state, policy_wait_over, rainfall_wait_over, policy_version, request_version, waits_until,
                            claim_version, answer_wait_over, withdrawn_at, brought_cents, touched_by_people,
                            report_version, families, damage_kinds, opened_at, place)),
        opening AS (
             INSERT INTO opening_report (report_id, claim_id, report) SELECT report_id, claim_id, report FROM new)
        INSERT INTO claim (claim_id, claim_reference, report_id, report_version, policy_number, state,
                           policy_wait_over, rainfall_wait_over, policy_version, request_version, question_digest,
                           waits_until, claim_version, answer_wait_over, withdrawn_at, brought_cents,
                           touched_by_people, trace, opened_at, loss_from_at, loss_until_at, families, damage_kinds,
                           damage_digest, possible_duplicate_of, statement, rain_asked_at)
        SELECT claim_id, claim_reference, report_id, report_version, policy_number, state,
               policy_wait_over, rainfall_wait_over, policy_version, request_version, question_digest,
               waits_until, claim_version, answer_wait_over, withdrawn_at, brought_cents,
               touched_by_people, trace, opened_at, loss_from_at, coalesce(loss_until_at, loss_from_at),
               families, damage_kinds, damage_digest, possible_duplicate_of, statement,
               CASE WHEN request_version > 0 THEN ARRAY[opened_at] ELSE '{}' END
          FROM new JOIN shared USING (place)
        """,
        [claim.claim_id for claim in claims],
        [claim.report.report_id for claim in claims],
        [claim.claim_reference for claim in claims],
        [claim.report.policy_number for claim in claims],
        [to_json(claim.sent or claim.report).decode() for claim in claims],
        [claim.question_digest for claim in claims],
        [claim.trace for claim in claims],
        *_stated(claims),
        places,
        *shared,
    )


async def update(connection: Connection, *, claims: Sequence[Claim], now: datetime) -> None:
    """Store the state of these claims; their reports, and what was concluded from those, stay as they are."""
    shared, places = distinct(_state(claim) for claim in claims)
    await connection.execute(
        """
        UPDATE claim
           SET state = shared.state, policy_wait_over = shared.policy_wait_over,
               rainfall_wait_over = shared.rainfall_wait_over, policy_version = shared.policy_version,
               request_version = shared.request_version, question_digest = new.question_digest,
               rain_asked_at = CASE WHEN shared.request_version > claim.request_version
                                    THEN rain_asked_at || $15::timestamptz ELSE rain_asked_at END,
               waits_until = shared.waits_until, claim_version = shared.claim_version,
               answer_wait_over = shared.answer_wait_over, withdrawn_at = shared.withdrawn_at,
               brought_cents = shared.brought_cents, touched_by_people = shared.touched_by_people
          FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) AS new (claim_id, question_digest, place)
          JOIN unnest($4::text[], $5::boolean[], $6::boolean[], $7::integer[], $8::integer[], $9::timestamptz[],
                      $10::integer[], $11::boolean[], $12::timestamptz[], $13::bigint[], $14::boolean[])
               WITH ORDINALITY
               AS shared (state, policy_wait_over, rainfall_wait_over, policy_version, request_version, waits_until,
                          claim_version, answer_wait_over, withdrawn_at, brought_cents, touched_by_people, place)
         USING (place)
         WHERE claim.claim_id = new.claim_id
        """,
        [claim.claim_id for claim in claims],
        [claim.question_digest for claim in claims],
        places,
        *shared,
        now,
    )


def _state(claim: Claim) -> tuple[object, ...]:
    """Return what many claims of a batch have in common, in the order of the two statements above."""
    return (
        claim.state,
        claim.policy_wait_over,
        claim.rainfall_wait_over,
        claim.policy_version,
        claim.request_version,
        claim.waits_until,
        claim.claim_version,
        claim.answer_wait_over,
        claim.withdrawn_at,
        claim.brought_cents,
        bool(claim.supplements or claim.rulings or claim.asked),
    )


async def restate(connection: Connection, *, claims: Sequence[Claim]) -> None:
    """Store the newest report that opened each of these claims, and what was concluded from its reports."""
    await connection.execute(
        """
        WITH opening AS (
             UPDATE opening_report SET report = new.report
               FROM unnest($1::uuid[], $2::json[]) AS new (report_id, report)
              WHERE opening_report.report_id = new.report_id)
        UPDATE claim
           SET report_version = new.report_version, policy_number = new.policy_number,
               families = new.families, damage_kinds = new.damage_kinds, loss_from_at = new.loss_from_at,
               loss_until_at = coalesce(new.loss_until_at, new.loss_from_at), damage_digest = new.damage_digest,
               possible_duplicate_of = new.possible_duplicate_of, statement = new.statement, joined_to = new.joined_to
          FROM unnest($3::uuid[], $4::integer[], $5::text[], $6::smallint[], $7::smallint[], $8::timestamptz[],
                      $9::timestamptz[], $10::text[], $11::uuid[], $12::json[], $13::uuid[])
               AS new (claim_id, report_version, policy_number, families, damage_kinds, loss_from_at, loss_until_at,
                       damage_digest, possible_duplicate_of, statement, joined_to)
         WHERE claim.claim_id = new.claim_id
        """,
        [claim.report.report_id for claim in claims],
        [to_json(claim.sent or claim.report).decode() for claim in claims],
        [claim.claim_id for claim in claims],
        [claim.report.report_version for claim in claims],
        [claim.report.policy_number for claim in claims],
        [claim.outline.families for claim in claims],
        [claim.outline.damage_kinds for claim in claims],
        *_stated(claims),
        unless_all_null([claim.joined_to for claim in claims]),
    )


def _stated(claims: Sequence[Claim]) -> tuple[Sequence[object] | None, ...]:
    """Return the columns of what was concluded from reports that differ, in the order of the two statements."""
    return (
        [claim.outline.loss.from_at for claim in claims],
        unless_all_null([later_end(claim.outline.loss) for claim in claims]),
        [claim.outline.damage_digest for claim in claims],
        unless_all_null([claim.possible_duplicate_of for claim in claims]),
        unless_all_null([None if claim.statement is None else to_json(claim.statement).decode() for claim in claims]),
    )


def _claim(row: asyncpg.Record) -> Claim:
    sent = from_json(LossReported, row["report"])
    supplements = tuple(from_json(Supplement, told) for told in row["supplements"] or ())
    report = completed(sent, supplements)
    return Claim(
        claim_id=row["claim_id"],
        claim_reference=row["claim_reference"],
        report=report,
        sent=sent if supplements else None,
        supplements=supplements,
        rulings=tuple(from_json(Ruling, ruling) for ruling in row["rulings"] or ()),
        withdrawn_at=row["withdrawn_at"],
        joined_to=row["joined_to"],
        brought_cents=row["brought_cents"],
        asked=tuple(row["asked"] or ()),
        asked_at=row["asked_at"],
        outline=Outline(
            policy_number=row["policy_number"],
            loss=report.loss,
            families=row["families"],
            damage_kinds=row["damage_kinds"],
            damage_digest=row["damage_digest"],
        ),
        trace=row["trace"],
        opened_at=row["opened_at"],
        former=tuple(from_json(Outline, former) for former in row["former"] or ()),
        joined=tuple(from_json(LossReported, joined) for joined in row["joined"] or ()),
        statement=None if row["statement"] is None else from_json(Statement, row["statement"]),
        possible_duplicate_of=row["possible_duplicate_of"],
        state=ClaimState(row["state"]),
        policy_wait_over=row["policy_wait_over"],
        rainfall_wait_over=row["rainfall_wait_over"],
        answer_wait_over=row["answer_wait_over"],
        policy_version=row["policy_version"],
        request_version=row["request_version"],
        question_digest=row["question_digest"],
        waits_until=row["waits_until"],
        rainfall=None if row["answer"] is None else from_json(RainfallAssessed, row["answer"]),
        claim_version=row["claim_version"],
    )
