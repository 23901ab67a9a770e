"""Claims that can be about the same loss as a report."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from chassis.database import Connection
from claims_svc.domain.likeness import EVERY_KIND, SAME_LOSS_WITHIN, Found, LikeClaim, Sought
from claims_svc.domain.product import EVENT_LENGTH
from contracts.vocabulary import LONGEST_LOSS

_FEW_CLAIMS = 8
"""As many claims of a policy are gone through faster than the combinations of kinds are looked up."""


async def find(
    connection: Connection, *, sought: Collection[Sought], except_for: Collection[UUID]
) -> Mapping[Sought, Found]:
    """Return the claims that are alike to what is sought, as `Outline` defines it, leaving out the claims `except_for`.

    Their policies must be locked already. The claims of a policy that has few are gone through. On a policy that has
    many, or where a claim was about something else before, the first claim of each combination of kinds that can be
    alike is looked up instead, so that thousands are not gone through. The view `outline` holds what claims are about
    and what they were about before, `outline_now` the former alone, which is all there is on most policies.
    """
    known = await _policies_with_claims(connection, {each.outline.policy_number for each in sought})
    places = [each for each in sought if each.outline.policy_number in known]
    if not places:
        return {}
    outlines = "outline" if any(has_former for has_former, _ in known.values()) else "outline_now"
    rows = await connection.fetch(
        f"""
        WITH sought AS MATERIALIZED (
            SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::smallint[], $5::smallint[],
                                 $6::text[], $7::uuid[], $13::boolean[]) WITH ORDINALITY
                       AS sought (policy_number, loss_from_at, loss_until_at, families, damage_kinds, damage_digest,
                                  own, has_many, place)
        )
        SELECT place, alike.loss_from_at, alike.claim_id, same.loss_from_at AS same_from_at, same.claim_id AS same_id
          FROM sought, LATERAL (
               SELECT first.loss_from_at, first.claim_id
                 FROM generate_series(1, CASE WHEN has_many THEN $12::integer ELSE 0 END) AS kinds, LATERAL (
                      SELECT loss_from_at, claim_id FROM {outlines} AS outline
                       WHERE outline.policy_number = sought.policy_number AND outline.damage_kinds = kinds::smallint
                         AND outline.loss_from_at < sought.loss_until_at + $8::interval
                         AND outline.loss_from_at > sought.loss_from_at - $8::interval - $9::interval
                         AND outline.loss_until_at > sought.loss_from_at - $8::interval
                         AND outline.families & sought.families <> 0
                         AND (own IS NULL OR possible_duplicate_of IS DISTINCT FROM own OR is_paid)
                         AND claim_id <> ALL ($11::uuid[])
                       ORDER BY policy_number, damage_kinds, loss_from_at, claim_id LIMIT 1) AS first
                WHERE kinds & sought.damage_kinds <> 0
               UNION ALL (
               SELECT loss_from_at, claim_id FROM outline_now AS outline
                WHERE NOT has_many AND outline.policy_number = sought.policy_number
                  AND outline.damage_kinds & sought.damage_kinds <> 0
                  AND outline.loss_from_at < sought.loss_until_at + $8::interval
                  AND outline.loss_from_at > sought.loss_from_at - $8::interval - $9::interval
                  AND outline.loss_until_at > sought.loss_from_at - $8::interval
                  AND outline.families & sought.families <> 0
                  AND (own IS NULL OR possible_duplicate_of IS DISTINCT FROM own OR is_paid)
                  AND claim_id <> ALL ($11::uuid[])
                ORDER BY loss_from_at, claim_id LIMIT 1)
               UNION ALL (
               SELECT loss_from_at, claim_id FROM {outlines} AS outline
                WHERE outline.policy_number = sought.policy_number AND outline.damage_digest = sought.damage_digest
                  AND outline.loss_from_at BETWEEN sought.loss_from_at - $10::interval
                                               AND sought.loss_from_at + $10::interval
                  AND outline.loss_until_at BETWEEN sought.loss_until_at - $10::interval
                                                AND sought.loss_until_at + $10::interval
                  AND (own IS NULL OR possible_duplicate_of IS DISTINCT FROM own OR is_paid)
                  AND claim_id <> ALL ($11::uuid[])
                ORDER BY policy_number, damage_digest, loss_from_at, claim_id LIMIT 1)
                ORDER BY loss_from_at, claim_id LIMIT 1) AS alike
          LEFT JOIN LATERAL (
               SELECT loss_from_at, claim_id FROM claim
                WHERE own IS NULL AND claim.policy_number = sought.policy_number
                  AND claim.damage_digest = sought.damage_digest
                  AND claim.loss_from_at BETWEEN sought.loss_from_at - $10::interval
                                             AND sought.loss_from_at + $10::interval
                  AND claim.loss_until_at BETWEEN sought.loss_until_at - $10::interval
                                              AND sought.loss_until_at + $10::interval
                  AND claim.families & sought.families <> 0
                  AND claim_id <> ALL ($11::uuid[])
                ORDER BY policy_number, damage_digest, loss_from_at, claim_id LIMIT 1) AS same ON true
        """,  # noqa: S608 - a constant
        [each.outline.policy_number for each in places],
        [each.outline.loss.from_at for each in places],
        [each.outline.loss.until_at for each in places],
        [each.outline.families for each in places],
        [each.outline.damage_kinds for each in places],
        [each.outline.damage_digest for each in places],
        [each.own for each in places],
        EVENT_LENGTH,
        LONGEST_LOSS,
        SAME_LOSS_WITHIN,
        list(except_for),
        EVERY_KIND,
        [known[each.outline.policy_number][1] for each in places],
    )
    return {places[row["place"] - 1]: _found(*row) for row in rows}


async def _policies_with_claims(
    connection: Connection, policy_numbers: Collection[str]
) -> Mapping[str, tuple[bool, bool]]:
    """Return the policies of which there are claims, or were.

    Of each it says whether a claim was about something else before, and whether that or more than a few claims forbid
    to go through them.
    """
    rows = await connection.fetch(
        """
        SELECT policy_number, has_former, has_former OR claims > $2
          FROM unnest($1::text[]) AS named (policy_number) CROSS JOIN LATERAL (
               SELECT EXISTS (SELECT FROM former_outline AS former
                               WHERE former.policy_number = named.policy_number) AS has_former,
                      (SELECT count(*) FROM (
                              SELECT FROM claim
                               WHERE claim.policy_number = named.policy_number LIMIT $2 + 1) AS first) AS claims
                      OFFSET 0) AS counted
         WHERE has_former OR claims > 0
        """,
        list(policy_numbers),
        _FEW_CLAIMS,
    )
    return {policy_number: (has_former, has_many) for policy_number, has_former, has_many in rows}


def _found(
    _: int, loss_from_at: datetime, claim_id: UUID, same_from_at: datetime | None, same_id: UUID | None
) -> Found:
    same = None if same_from_at is None or same_id is None else LikeClaim(same_from_at, same_id)
    return Found(same=same, alike=LikeClaim(loss_from_at, claim_id))
