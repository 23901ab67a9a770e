"""What the database is asked tells nothing of who is a customer, or has an account."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack

import pytest
from accounts import EMAIL, account, change_email
from asyncpg.connection import LoggedQuery
from auth_world import CUSTOMER, World


async def logged(auth: World) -> list[str]:
    """Return a list to which every connection from now on adds its statements."""
    statements: list[str] = []

    def log(query: LoggedQuery) -> None:
        statements.append(" ".join(query.query.split()))

    async with AsyncExitStack() as stack:
        for _ in range(auth.running.pool.get_max_size()):
            connection = await stack.enter_async_context(auth.running.pool.acquire())
            connection.add_query_logger(log)
    return statements


async def statements_of(auth: World, path: str, body: dict[str, str], log: list[str]) -> Sequence[str]:
    """Return the statements of one request."""
    log.clear()
    assert (await auth.client.post(path, json=body)).status_code == 202
    return list(log)


@pytest.mark.parametrize(
    ("path", "known", "unknown"),
    [
        (
            "/activations",
            {"relation_number": "123456", "email": EMAIL},
            {"relation_number": "654321", "email": "nobody@example.org"},
        ),
        ("/password-resets", {"email": EMAIL}, {"email": "nobody@example.org"}),
    ],
)
async def test_a_request_makes_the_same_statements_for_whom_we_know_and_for_others(
    auth: World, path: str, known: dict[str, str], unknown: dict[str, str]
) -> None:
    await auth.know(CUSTOMER)
    if path == "/password-resets":
        await account(auth)
    log = await logged(auth)
    await statements_of(auth, path, known, log)  # the first of all may prepare something

    of_known = await statements_of(auth, path, known, log)
    of_unknown = await statements_of(auth, path, unknown, log)

    assert any("INSERT INTO asked" in statement for statement in of_known)
    assert of_unknown == of_known


async def test_asking_for_an_address_makes_the_same_statements_whether_or_not_somebody_has_it(auth: World) -> None:
    account_id = await account(auth)
    await account(auth, relation_number="654321", email="buur@example.org")
    log = await logged(auth)
    of_each = []
    for email in ("eerste@example.org", "buur@example.org", "vrij@example.org"):
        log.clear()
        assert (await change_email(auth, account_id, email)).status_code == 202
        of_each.append(list(log))

    _, of_taken, of_free = of_each  # the first of all may prepare something
    assert any("INSERT INTO asked" in statement for statement in of_free)
    assert of_taken == of_free
