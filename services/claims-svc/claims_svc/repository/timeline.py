"""What happened to a claim, gathered from wherever it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chassis.database import Connection
from claims_svc.domain.timeline import Happened
from contracts.codec import from_json

_SOURCES: Final = (
    # Of a report that was corrected the newest version is kept, and beside it what each correction changed.
    """
    SELECT opened_at AS at, 0 AS place, 'reported' AS kind,
           CASE report ->> 'channel' WHEN 'partner' THEN 'partner' ELSE 'customer' END AS role,
           NULL AS account, NULL AS reason,
           jsonb_build_object('report_id', report_id, 'channel', report ->> 'channel', 'version', coalesce(
               (SELECT (details ->> 'version_before')::integer FROM report_event AS event
                 WHERE event.claim_id = claim.claim_id AND event.report_id = claim.report_id AND kind = 'corrected'
                 ORDER BY place LIMIT 1), report_version)) AS details, trace
      FROM claim JOIN opening_report USING (report_id) WHERE claim.claim_id = $1
    """,
    """
    SELECT joined_at, place, 'report_joined',
           CASE report ->> 'channel' WHEN 'partner' THEN 'partner' ELSE 'customer' END, NULL, NULL,
           jsonb_build_object('report_id', report_id, 'channel', report ->> 'channel'), NULL
      FROM joined_report WHERE claim_id = $1
    """,
    # It left since, and did join.
    """
    SELECT (details ->> 'joined_at')::timestamptz, place, 'report_joined',
           CASE details ->> 'channel' WHEN 'partner' THEN 'partner' ELSE 'customer' END, NULL, NULL,
           jsonb_build_object('report_id', report_id, 'channel', details ->> 'channel'), NULL
      FROM report_event WHERE claim_id = $1 AND kind IN ('left', 'moved')
    """,
    # Who moves a report by hand, and why, is an action of the desk.
    """
    SELECT happened_at, place, 'report_' || kind,
           CASE WHEN kind <> 'corrected' THEN 'system'
                WHEN details ->> 'channel' = 'partner' THEN 'partner' ELSE 'customer' END, NULL, NULL,
           jsonb_build_object('report_id', report_event.report_id) || (details::jsonb - 'joined_at'),
           CASE kind WHEN 'corrected' THEN trace END
      FROM report_event JOIN claim USING (claim_id) WHERE claim_id = $1
    """,
    # What handlers and partners add is told where they do so.
    """
    SELECT told_at, place, 'told', 'customer', NULL, NULL,
           jsonb_build_object(
               'facts', (SELECT string_agg(key, ' ' ORDER BY key) FROM json_each(contents -> 'facts')
                          WHERE value::text <> 'null'),
               'items', json_array_length(contents -> 'damage'), 'from_at', contents -> 'loss' ->> 'from_at'), NULL
      FROM supplement WHERE claim_id = $1 AND contents ->> 'source' = 'customer'
    """,
    # A handler's question is an action of the desk.
    """
    SELECT asked_at, min(place), 'asked', 'system', NULL, NULL,
           jsonb_build_object('codes', string_agg(code, ' ' ORDER BY place)), min(claim.trace)
      FROM question JOIN claim USING (claim_id) WHERE claim_id = $1 AND asked_by IS NULL GROUP BY asked_at
    """,
    """
    SELECT asked.at, asked.place, 'rain_asked', 'system', NULL, NULL,
           jsonb_build_object('request_version', asked.place), trace
      FROM claim, unnest(rain_asked_at) WITH ORDINALITY AS asked (at, place) WHERE claim_id = $1
    """,
    # An answer is kept by itself as long as no decision rests on it.
    """
    SELECT min(at), min(assessment_version), 'rain_answered', 'system', NULL, NULL,
           jsonb_build_object('request_version', request_version, 'rain_version', assessment_version), NULL
      FROM (SELECT request_version, assessment_version, decided_at AS at FROM decision
             WHERE claim_id = $1 AND assessment_version IS NOT NULL
            UNION ALL
            SELECT request_version, assessment_version, answered_at FROM rainfall
             WHERE claim_id = $1 AND answered_at IS NOT NULL) AS answered
     GROUP BY request_version, assessment_version
    """,
    """
    SELECT done_at, place, kind, role, done_by, reason, details::jsonb, NULL FROM desk_action WHERE claim_id = $1
    """,
    """
    SELECT raised_at, review_id, 'evidence_raised', 'system', NULL, NULL,
           jsonb_build_object('claim_version', claim_version, 'evidence', reason), NULL
      FROM human_review WHERE claim_id = $1
    """,
    # What was looked at is an action of the desk.
    """
    SELECT closed_at, review_id, 'evidence_overtaken', 'system', NULL, NULL,
           jsonb_build_object('claim_version', claim_version, 'evidence', reason), NULL
      FROM human_review WHERE claim_id = $1 AND closed_as = 'decided'
    """,
    """
    SELECT decided_at, decision.claim_version, 'decided', 'system', NULL, NULL,
           jsonb_build_object('claim_version', decision.claim_version, 'outcome', outcome, 'ground', deciding_ground,
                              'payable_cents', payable_cents, 'product_version', product_version,
                              'rain_version', assessment_version, 'proof', proof_sha256), trace
      FROM decision JOIN claim USING (claim_id) WHERE claim_id = $1
    """,
    """
    SELECT promised.at, 0, promised.kind, 'system', NULL, NULL, jsonb_build_object('due_at', due_at), NULL
      FROM promise CROSS JOIN LATERAL (VALUES
           (made_at, 'promised'), (warned_at, 'promise_at_risk'), (broken_at, 'promise_broken'),
           (CASE WHEN broken_at IS NULL THEN kept_at END, 'promise_held')) AS promised (at, kind)
     WHERE claim_id = $1 AND promised.at IS NOT NULL
    """,
    """
    SELECT ordered_at, attempt, 'payment_ordered', 'system', NULL, NULL,
           jsonb_build_object('payment_id', payment_id, 'amount_cents', amount_cents,
                              'claim_version', payment.claim_version), trace
      FROM payment JOIN claim USING (claim_id) WHERE claim_id = $1
    """,
    # One that failed is an action of the desk.
    """
    SELECT ended_at, attempt, 'payment_settled', 'system', NULL, NULL,
           jsonb_build_object('payment_id', payment_id, 'amount_cents', amount_cents), NULL
      FROM payment WHERE claim_id = $1 AND ended_at IS NOT NULL AND failure IS NULL
    """,
    """
    SELECT happened_at, place, 'repair_' || kind,
           CASE WHEN kind IN ('requested', 'agreed') THEN 'customer' WHEN kind IN ('ended', 'cancelled') THEN 'system'
                ELSE 'partner' END,
           event.partner_id, NULL, jsonb_build_object('job_id', job_id),
           CASE WHEN kind IN ('requested', 'accepted', 'ended', 'cancelled') THEN trace END
      FROM repair_job JOIN repair_event AS event USING (job_id) JOIN claim USING (claim_id) WHERE claim_id = $1
    """,
    # Who agrees when they choose a repair does so in that; who chooses money, and a job that is over, take it back.
    """
    SELECT agreed_at, 0, 'repair_agreed', 'customer', partner_id, NULL, jsonb_build_object('job_id', job_id), NULL
      FROM repair_job WHERE claim_id = $1 AND agreed_at = requested_at
    """,
    """
    SELECT happened_at, place, 'repair_contact_closed', 'system', event.partner_id, NULL,
           jsonb_build_object('job_id', job_id, 'because', kind), trace
      FROM repair_job JOIN repair_event AS event USING (job_id) JOIN claim USING (claim_id)
     WHERE claim_id = $1 AND kind IN ('declined', 'completed', 'ended', 'cancelled')
       AND event.partner_id IS NOT NULL AND agreed_at <= happened_at
    """,
    # Messages continue the trace of their claim.
    """
    SELECT settled_at, 0, 'message_settled', 'system', NULL, NULL,
           jsonb_build_object('message_id', message_id, 'about', about, 'channel', channel, 'settlement', settlement),
           claim.trace
      FROM message_settled JOIN claim USING (claim_id) WHERE claim_id = $1
    """,
)
"""Each with the same columns; what happens at one moment follows from one another in this order."""
_GATHERED: Final = "\nUNION ALL\n".join(
    f"SELECT {rank} AS rank, source.* FROM ({source}) AS source"  # noqa: S608 - constants
    for rank, source in enumerate(_SOURCES)
)


async def of_claim(connection: Connection, *, claim_id: UUID) -> Sequence[Happened]:
    """Return what happened to a claim, the first first."""
    rows = await connection.fetch(
        f"""
        SELECT at, kind, role, account, reason, jsonb_strip_nulls(details)::text AS details, trace
          FROM ({_GATHERED}) AS happened ORDER BY at, rank, place
        """,  # noqa: S608 - constants
        claim_id,
    )
    return [Happened(**{**row, "details": _texts(row["details"])}) for row in rows]


def _texts(details: str) -> dict[str, str]:
    return {name: str(value) for name, value in from_json(dict[str, str | int], details).items()}
