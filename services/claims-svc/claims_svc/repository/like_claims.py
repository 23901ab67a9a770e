"""Claims that can be about the same loss as a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.database import Connection
from claims_svc.domain.likeness import EVERY_KIND, LONGEST_DAY, SAME_LOSS_WITHIN, Found, LikeClaim, Sought
from claims_svc.domain.product import EVENT_LENGTH
from claims_svc.repository.distinct_rows import later_end, unless_all_null
from contracts.vocabulary import LONGEST_LOSS

_FEW_CLAIMS = 8
"""As many claims of a policy are gone through faster than the combinations of kinds are looked up."""

_CAN_BE_OF_ONE_EVENT = """
                   outline.loss_from_at < sought.loss_until_at + $8::interval
               AND outline.loss_from_at > sought.loss_from_at - $8::interval - $9::interval
               AND outline.loss_until_at > sought.loss_from_at - $8::interval
               AND outline.families & sought.families <> 0"""
_HAS_SAME_DAMAGE = """
                   outline.damage_digest = sought.damage_digest
               AND outline.loss_from_at BETWEEN sought.loss_from_at - $10::interval
                                            AND sought.loss_from_at + $10::interval
               AND outline.loss_until_at BETWEEN sought.loss_until_at - $10::interval
                                             AND sought.loss_until_at + $10::interval"""
_CAN_BE_OF_ONE_MOMENT = """
                   outline.loss_from_at BETWEEN sought.loss_from_at - $12::interval - $10::interval
                                            AND sought.loss_from_at + $12::interval + $10::interval
               AND (outline.loss_from_at BETWEEN sought.loss_from_at - $10::interval
                                             AND sought.loss_from_at + $10::interval
                    AND outline.loss_until_at BETWEEN sought.loss_until_at - $10::interval
                                                  AND sought.loss_until_at + $10::interval
                    OR outline.loss_until_at - outline.loss_from_at <= $12::interval
                       AND outline.loss_from_at - $10::interval <= sought.loss_from_at
                       AND sought.loss_until_at <= outline.loss_until_at + $10::interval
                    OR sought.loss_until_at - sought.loss_from_at <= $12::interval
                       AND sought.loss_from_at - $10::interval <= outline.loss_from_at
                       AND outline.loss_until_at <= sought.loss_until_at + $10::interval)"""
_IS_ANOTHER = """
                   (own IS NULL OR possible_duplicate_of IS DISTINCT FROM own OR is_paid)
               AND claim_id <> ALL ($11::uuid[])"""


def _statement(first_alike: str) -> str:
    """Return the statement that looks up for all that is sought what `Found` holds; `first_alike` queries for that.

    Claims without damage, which have no kinds, are few: only what lists none itself is compared with all others.
    """
    return f"""
    WITH sought AS MATERIALIZED (
         SELECT policy_number, loss_from_at, coalesce(loss_until_at, loss_from_at) AS loss_until_at, families,
                damage_kinds, damage_digest, own, place
           FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::smallint[], $5::smallint[], $6::text[],
                       $7::uuid[]) WITH ORDINALITY
             AS sought (policy_number, loss_from_at, loss_until_at, families, damage_kinds, damage_digest, own, place))
    SELECT place, same.loss_from_at, same.claim_id, undamaged.loss_from_at, undamaged.claim_id,
           alike.loss_from_at, alike.claim_id
      FROM sought
      LEFT JOIN LATERAL ({first_alike}) AS alike ON true
      LEFT JOIN LATERAL (
            SELECT loss_from_at, claim_id FROM claim AS outline
             WHERE own IS NULL AND outline.policy_number = sought.policy_number AND {_HAS_SAME_DAMAGE}
               AND outline.families & sought.families <> 0 AND claim_id <> ALL ($11::uuid[])
               AND withdrawn_at IS NULL
             ORDER BY policy_number, damage_digest, loss_from_at, claim_id LIMIT 1) AS same ON true
      LEFT JOIN LATERAL (
            SELECT first.loss_from_at, first.claim_id
              FROM generate_series(0, CASE sought.damage_kinds WHEN 0 THEN {EVERY_KIND} ELSE 0 END) AS kinds
                   CROSS JOIN LATERAL (
                   SELECT loss_from_at, claim_id FROM claim AS outline
                    WHERE own IS NULL AND outline.policy_number = sought.policy_number
                      AND outline.damage_kinds = kinds::smallint AND {_CAN_BE_OF_ONE_MOMENT}
                      AND outline.families & sought.families <> 0 AND claim_id <> ALL ($11::uuid[])
                      AND withdrawn_at IS NULL
                    ORDER BY policy_number, damage_kinds, loss_from_at, claim_id LIMIT 1) AS first
             ORDER BY loss_from_at, claim_id LIMIT 1) AS undamaged ON true
    """  # noqa: S608 - constants


_AMONG_FEW: Final = _statement(
    f"""
            SELECT loss_from_at, claim_id FROM outline_now AS outline
             WHERE outline.policy_number = sought.policy_number
               AND (outline.damage_kinds & sought.damage_kinds <> 0 AND {_CAN_BE_OF_ONE_EVENT}
                    OR {_HAS_SAME_DAMAGE})
               AND {_IS_ANOTHER}
             ORDER BY loss_from_at, claim_id LIMIT 1"""  # noqa: S608 - constants
)
"""Goes through the claims of each policy."""


def _among_many(outlines: str) -> str:
    """Return the statement that looks up the first claim of each combination of kinds, so that no others are read."""
    return _statement(
        f"""
            (SELECT first.loss_from_at, first.claim_id
               FROM generate_series(1, {EVERY_KIND}) AS kinds CROSS JOIN LATERAL (
                    SELECT loss_from_at, claim_id FROM {outlines} AS outline
                     WHERE outline.policy_number = sought.policy_number AND outline.damage_kinds = kinds::smallint
                       AND {_CAN_BE_OF_ONE_EVENT}
                       AND {_IS_ANOTHER}
                     ORDER BY policy_number, damage_kinds, loss_from_at, claim_id LIMIT 1) AS first
              WHERE kinds & sought.damage_kinds <> 0)
            UNION ALL (
             SELECT loss_from_at, claim_id FROM {outlines} AS outline
              WHERE outline.policy_number = sought.policy_number AND {_HAS_SAME_DAMAGE}
                AND {_IS_ANOTHER}
              ORDER BY policy_number, damage_digest, loss_from_at, claim_id LIMIT 1)
            ORDER BY loss_from_at, claim_id LIMIT 1"""  # noqa: S608 - constants
    )


_AMONG_MANY: Final = _among_many("outline_now")
_AMONG_FORMER_TOO: Final = _among_many("outline")


async def find(
    connection: Connection, *, sought: Collection[Sought], except_for: Collection[UUID]
) -> Mapping[Sought, Found]:
    """Return the claims that are alike to what is sought, as `Outline` defines it, leaving out the claims `except_for`.

    Their policies must be locked already. The claims of a policy that has few are gone through. On a policy that has
    many, or where a claim was about something else before, the first claim of each combination of kinds that can be
    alike is looked up instead, so that thousands are not gone through. The view `outline_now` holds what claims are
    about, `outline` also what they were about before; most policies need only the first.
    """
    statements = await _statements(connection, {each.outline.policy_number for each in sought})
    places: defaultdict[str, list[Sought]] = defaultdict(list)
    for each in sought:
        if each.outline.policy_number in statements:
            places[statements[each.outline.policy_number]].append(each)
    found: dict[Sought, Found] = {}
    for statement, given in places.items():
        found |= await _find(connection, statement, given, except_for=except_for)
    return found


async def _find(
    connection: Connection, statement: str, sought: Sequence[Sought], *, except_for: Collection[UUID]
) -> Mapping[Sought, Found]:
    outlines = [each.outline for each in sought]
    rows = await connection.fetch(
        statement,
        [outline.policy_number for outline in outlines],
        [outline.loss.from_at for outline in outlines],
        unless_all_null([later_end(outline.loss) for outline in outlines]),
        [outline.families for outline in outlines],
        [outline.damage_kinds for outline in outlines],
        [outline.damage_digest for outline in outlines],
        unless_all_null([each.own for each in sought]),
        EVENT_LENGTH,
        LONGEST_LOSS,
        SAME_LOSS_WITHIN,
        list(except_for),
        LONGEST_DAY,
    )
    return {sought[row["place"] - 1]: _found(*row[1:]) for row in rows}


async def _statements(connection: Connection, policy_numbers: Collection[str]) -> Mapping[str, str]:
    """Return which statement finds the claims alike on each of these policies; without claims there is none to find."""
    rows = await connection.fetch(
        """
        SELECT policy_number, has_former, claims > $2
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
    return {
        policy_number: _AMONG_FORMER_TOO if has_former else _AMONG_MANY if has_many else _AMONG_FEW
        for policy_number, has_former, has_many in rows
    }


def _found(*moments_and_ids: datetime | UUID | None) -> Found:
    same, undamaged, alike = (
        LikeClaim(loss_from_at, claim_id) if isinstance(loss_from_at, datetime) and isinstance(claim_id, UUID) else None
        for loss_from_at, claim_id in zip(moments_and_ids[::2], moments_and_ids[1::2], strict=True)
    )
    return Found(same=same, undamaged=undamaged, alike=alike)
