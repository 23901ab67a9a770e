"""Schemathesis finds no answer that is not as described, and no failure."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest
from dead_letter_rows import insert_dead_letters
from door.served import DESCRIPTION, served
from specimen.access import NAME, READ_NOTES, WRITE_NOTES
from specimen.api import A_NOTE

from contracts.access import Role, operations_of
from devstack.api_fuzz import FuzzFailedError, fuzz
from devstack.outside.issuer import RELATION_NUMBER, Issuer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MADE_TO_FAIL = ("fail", "pass_gate")
OF_OPERATORS = (
    *("read_health", "read_lag", "read_timers", "read_outbox"),
    *("list_dead_letters", "show_dead_letter", "replay_dead_letter", "discard_dead_letter"),
)
PARAMETERS = {"path.relation_number": RELATION_NUMBER, "path.note_id": A_NOTE, "header.If-Match": "*"}


@pytest.mark.parametrize(
    ("only", "without"),
    [((), (*MADE_TO_FAIL, "take_back")), (("take_back",), ())],
    ids=["it stays", "it is taken back"],
)
async def test_every_answer_is_as_described_and_none_is_a_failure(
    database: str, issuer: Issuer, only: Sequence[str], without: Sequence[str]
) -> None:
    token = issuer.token(audience=NAME, role=Role.CUSTOMER, scopes=[READ_NOTES.scope, WRITE_NOTES.scope])
    async with served(database, issuer) as specimen:
        await specimen.add_note(UUID(A_NOTE), relation_number=RELATION_NUMBER)

        await fuzz(DESCRIPTION, url=specimen.url, token=token, parameters=PARAMETERS, only=only, without=without)


async def test_every_answer_to_operators_is_as_described(database: str, issuer: Issuer) -> None:
    scopes = {operation.scope for operation in operations_of(NAME)}
    async with served(database, issuer) as specimen:
        await insert_dead_letters(specimen.pool, count=3)
        (letter,) = await specimen.pool.fetch("SELECT dead_letter_id FROM messaging.dead_letter LIMIT 1")

        report = await fuzz(
            DESCRIPTION,
            url=specimen.url,
            token=issuer.token(audience=NAME, role=Role.OPERATOR, scopes=scopes),
            parameters={"path.dead_letter_id": str(letter["dead_letter_id"])},
            only=OF_OPERATORS,
        )

    assert "Missing test data" not in report, report


async def test_an_answer_that_is_not_as_described_is_found(database: str, issuer: Issuer) -> None:
    token = issuer.token(audience=NAME, role=Role.CUSTOMER, scopes=[READ_NOTES.scope])
    async with served(database, issuer) as specimen:
        with pytest.raises(FuzzFailedError, match="Server error"):
            await fuzz(DESCRIPTION, url=specimen.url, token=token, parameters={"path.kind": "broken"}, only=["fail"])
