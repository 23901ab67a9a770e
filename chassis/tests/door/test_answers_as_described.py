"""Schemathesis finds no answer that is not as described, and no failure."""

from __future__ import annotations

from uuid import UUID

from door.served import DESCRIPTION, served
from specimen.access import NAME, READ_NOTES, WRITE_NOTES
from specimen.api import A_NOTE

from contracts.access import Role
from devstack.api_fuzz import fuzz
from devstack.outside.issuer import RELATION_NUMBER, Issuer

MADE_TO_FAIL = ("fail", "pass_gate")


async def test_every_answer_is_as_described_and_none_is_a_failure(database: str, issuer: Issuer) -> None:
    token = issuer.token(audience=NAME, role=Role.CUSTOMER, scopes=[READ_NOTES.scope, WRITE_NOTES.scope])
    async with served(database, issuer) as specimen:
        await specimen.add_note(UUID(A_NOTE), relation_number=RELATION_NUMBER)

        report = await fuzz(
            DESCRIPTION,
            url=specimen.url,
            token=token,
            parameters={"path.relation_number": RELATION_NUMBER, "path.note_id": A_NOTE},
            without=MADE_TO_FAIL,
        )
        print(report)
