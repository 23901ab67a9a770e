"""The door lets everybody do what the access matrix grants, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from dead_letter_rows import insert_dead_letters
from httpx import AsyncClient, Response
from specimen.access import NAME, READ_NOTES, WRITE_NOTES
from specimen.app import Settings, build

from chassis.database import Pool
from chassis.http.api import Api
from chassis.http.public_port import PublicPort
from chassis.testing import REFUSALS, AccessTrial, access_trials, harness
from contracts.access import Role
from devstack.outside.issuer import Issuer

MINE, THEIRS = "123456", "654321"


def _door() -> Api:
    door = build(Settings(database_url="postgresql://", specimen_api=True)).door
    assert door is not None
    return door


DOOR = _door()
_PARTITIONS = count()
METHODS = ("GET", "DELETE")
BODIES: Mapping[str, Any] = {
    "POST /sums": {"cents": [1_050, 2]},
    "POST /customers/{relation_number}/notes": {"text": "The roof leaks"},
    "PUT /notes/{note_id}": {"text": "The roof is mended"},
    "POST /operations/dead-letters/{dead_letter_id}/discard": {"reason": "sent again"},
}
"""What a route is sent where it takes a body."""
PATHS = {"/failures/{kind}": "/failures/none"}
"""What is asked where a path needs more than a relation number or a note."""


@dataclass
class Guarded:
    """The specimen's public port, its issuer and its database."""

    client: AsyncClient
    issuer: Issuer
    pool: Pool

    def authorization(self, role: Role, *scopes: str, relation_number: str = MINE) -> Mapping[str, str]:
        token = self.issuer.token(audience=NAME, role=role, scopes=scopes, relation_number=relation_number)
        return {"Authorization": f"Bearer {token}"}

    async def note_of(self, relation_number: str) -> UUID:
        note_id = uuid4()
        await self.pool.execute(
            "INSERT INTO note (note_id, relation_number, text) VALUES ($1, $2, 'The roof leaks')",
            note_id,
            relation_number,
        )
        return note_id

    async def dead_letter(self) -> UUID:
        """The id of a new one, which nobody can replay: it is no event."""
        await insert_dead_letters(self.pool, partition=next(_PARTITIONS))
        dead_letter_id: UUID = await self.pool.fetchval(
            "SELECT dead_letter_id FROM messaging.dead_letter ORDER BY dead_lettered_at DESC LIMIT 1"
        )
        return dead_letter_id

    async def notes(self) -> int:
        return int(await self.pool.fetchval("SELECT count(*) FROM note"))

    async def ask(self, trial: AccessTrial) -> Response:
        """Ask the route of `trial` for what is, or is not, the asker's own."""
        owner = MINE if trial.is_own else THEIRS
        path = PATHS.get(trial.route.path, trial.route.path).format(
            relation_number=owner, note_id=await self.note_of(owner), dead_letter_id=await self.dead_letter()
        )
        headers = {"Idempotency-Key": str(uuid4())} if trial.route.takes_idempotency_key else {"If-Match": "*"}
        if trial.role:
            headers |= self.authorization(trial.role, trial.route.operation.scope)
        return await self.client.request(trial.route.method, path, headers=headers, json=BODIES.get(str(trial.route)))


@pytest.fixture
async def guarded(database: str, issuer: Issuer) -> AsyncIterator[Guarded]:
    settings = Settings(database_url=database, api_issuer=issuer.name, api_jwks_url=issuer.jwks_url)
    async with harness(build(settings)) as running:
        port = PublicPort(DOOR, service=NAME, settings=settings, work=running.runtime.work)
        address = f"http://{settings.api_host}:{await port.start()}"
        try:
            async with AsyncClient(base_url=address, trust_env=False) as client:
                yield Guarded(client, issuer, running.pool)
        finally:
            await port.stop()


async def test_every_role_gets_what_the_matrix_grants_of_its_own_data_and_of_others(guarded: Guarded) -> None:
    trials = access_trials(DOOR)

    seen = {str(trial): (await guarded.ask(trial)).status_code for trial in trials}

    refused = {str(trial): trial.refusal for trial in trials}
    assert {trial: status if status in REFUSALS else None for trial, status in seen.items()} == refused
    assert {status for trial, status in seen.items() if refused[trial] is None} <= {200, 201, 204, 409}
    assert len(seen) == len(DOOR.routes) * (len(Role) + 1) * 2


def test_the_trials_hold_every_kind_of_answer() -> None:
    trials = access_trials(DOOR)

    assert {trial.refusal for trial in trials} == {None, *REFUSALS}
    assert {trial.route.operation for trial in trials} == set(DOOR.access)


async def test_what_is_somebody_elses_and_what_does_not_exist_are_told_in_the_same_words(guarded: Guarded) -> None:
    headers = guarded.authorization(Role.CUSTOMER, READ_NOTES.scope, WRITE_NOTES.scope)
    paths = [f"/notes/{await guarded.note_of(THEIRS)}", f"/notes/{uuid4()}"]

    answers = [await guarded.client.request(method, path, headers=headers) for path in paths for method in METHODS]

    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert {tuple(sorted(_comparable(answer).items())) for answer in answers} == {
        tuple(sorted(_comparable(answers[0]).items()))
    }
    assert await guarded.notes() == 1


def _comparable(answer: Response) -> Mapping[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in {"date", "traceparent"}}


async def test_nobody_reads_what_does_not_exist(guarded: Guarded) -> None:
    headers = guarded.authorization(Role.CLAIMS_HANDLER, READ_NOTES.scope)

    assert (await guarded.client.get(f"/notes/{uuid4()}", headers=headers)).status_code == 404


@pytest.mark.parametrize("scopes", [(), ("notes:write",), ("notes:read-all",), ("NOTES:READ",), ("notes", "read")])
async def test_without_the_scope_of_the_operation_the_role_does_not_suffice(
    guarded: Guarded, scopes: Sequence[str]
) -> None:
    answer = await guarded.client.get(
        f"/customers/{MINE}/notes", headers=guarded.authorization(Role.CLAIMS_HANDLER, *scopes)
    )

    assert answer.status_code == 403
    assert answer.json()["detail"] == "Ask for a token with the scope notes:read."
    assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="notes:read"'


async def test_without_a_token_it_is_told_what_is_needed(guarded: Guarded) -> None:
    answer = await guarded.client.get(f"/customers/{MINE}/notes")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "/problems/unauthenticated"


def headers_of(token: str) -> Mapping[str, Sequence[tuple[str, str]]]:
    return {
        "no scheme": [("Authorization", token)],
        "another scheme": [("Authorization", f"Basic {token}")],
        "nothing behind the scheme": [("Authorization", "Bearer")],
        "a word behind it": [("Authorization", f"Bearer {token} more")],
        "a comma and another": [("Authorization", f"Bearer {token}, Bearer {token}")],
        "two headers": [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")],
        "a cookie": [("Cookie", f"access_token={token}")],
        "a proxy's header": [("Proxy-Authorization", f"Bearer {token}")],
        "another header": [("X-Forwarded-Access-Token", token), ("X-Relation-Number", MINE)],
    }


async def test_a_token_counts_in_one_authorization_header_and_nowhere_else(guarded: Guarded) -> None:
    path = f"/customers/{MINE}/notes"
    token = guarded.issuer.token(audience=NAME, scopes=[READ_NOTES.scope])

    seen = {
        name: (await guarded.client.get(path, headers=list(headers))).status_code
        for name, headers in headers_of(token).items()
    }
    in_query = await guarded.client.get(path, params={"access_token": token, "token": token})

    assert set(seen.values()) == {401}, seen
    assert in_query.status_code == 401
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert (await guarded.client.get(path, headers={"Authorization": f"{scheme} {token}"})).status_code == 200


async def test_a_token_of_another_service_or_of_nobody_is_refused(guarded: Guarded) -> None:
    for token in (
        guarded.issuer.token(audience="policy-svc", scopes=[READ_NOTES.scope]),
        guarded.issuer.token(audience=NAME, scopes=[READ_NOTES.scope], exp=1),
        "a" * 4_000,
        "not-a-token",
    ):
        answer = await guarded.client.get(f"/customers/{MINE}/notes", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert token not in answer.text


OTHER_WAYS_TO_WRITE_IT = (
    f"/customers/{THEIRS}%00/notes",
    "/customers/%36%35%34%33%32%31/notes",
    f"/customers/{MINE}%2F..%2F{THEIRS}/notes",
    f"/customers/{MINE}/../{THEIRS}/notes",
    f"/customers/{MINE};{THEIRS}/notes",
    f"/customers/{MINE},{THEIRS}/notes",
    f"/customers/{THEIRS}/notes?relation_number={MINE}",
    f"/customers/+{MINE}/notes",
    f"/customers/%20{MINE}/notes",
    f"/customers/0{MINE}/notes",
    f"/customers/{MINE}.0/notes",
    "/customers/\uff11\uff12\uff13\uff14\uff15\uff16/notes",
    "/customers/*/notes",
    "/customers/null/notes",
    "/customers/%2A/notes",
)


async def test_no_other_way_to_write_a_relation_number_leads_to_somebody_elses_data(guarded: Guarded) -> None:
    await guarded.note_of(THEIRS)
    headers = guarded.authorization(Role.CUSTOMER, READ_NOTES.scope)

    seen = {path: (await guarded.client.get(path, headers=headers)).status_code for path in OTHER_WAYS_TO_WRITE_IT}

    assert set(seen.values()) <= {400, 404}, seen


async def test_who_may_not_is_told_so_before_a_body_is_looked_at(guarded: Guarded) -> None:
    path = f"/customers/{THEIRS}/notes"
    trials = [
        ({}, 401),
        (guarded.authorization(Role.OPERATOR, WRITE_NOTES.scope), 403),
        (guarded.authorization(Role.CUSTOMER, WRITE_NOTES.scope), 404),
    ]

    for headers, status in trials:
        answer = await guarded.client.post(path, headers=headers, content=b"{not JSON")
        assert answer.status_code == status
    assert await guarded.notes() == 0


async def test_a_stranger_changes_nothing(guarded: Guarded) -> None:
    theirs = await guarded.note_of(THEIRS)
    headers = guarded.authorization(Role.CUSTOMER, READ_NOTES.scope, WRITE_NOTES.scope)

    taken_back = await guarded.client.delete(f"/notes/{theirs}", headers=headers)
    written = await guarded.client.post(
        f"/customers/{THEIRS}/notes", headers={**headers, "Idempotency-Key": "1"}, json={"text": "Mine now"}
    )

    assert (taken_back.status_code, written.status_code) == (404, 404)
    assert await guarded.notes() == 1


async def test_while_the_issuer_is_away_who_has_been_let_in_once_is_let_in_again(guarded: Guarded) -> None:
    path = f"/customers/{MINE}/notes"
    headers = guarded.authorization(Role.CUSTOMER, READ_NOTES.scope)
    assert (await guarded.client.get(path, headers=headers)).status_code == 200

    guarded.issuer.stop()

    assert (await guarded.client.get(path, headers=headers)).status_code == 200
    another = guarded.authorization(Role.CLAIMS_HANDLER, READ_NOTES.scope)
    assert (await guarded.client.get(path, headers=another)).status_code == 200


async def test_without_any_key_what_is_guarded_is_unavailable_and_what_is_public_is_not(guarded: Guarded) -> None:
    guarded.issuer.stop()

    answer = await guarded.client.get(
        f"/customers/{MINE}/notes", headers=guarded.authorization(Role.CUSTOMER, READ_NOTES.scope)
    )

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert (await guarded.client.get("/greeting")).status_code == 200
