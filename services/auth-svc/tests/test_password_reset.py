from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from auth_world import CUSTOMER, PASSWORD, World, cookie_in
from httpx import Response
from login_steps import begin, other_than
from login_steps import complete as complete_login

from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

NEW_PASSWORD = "nog vier andere woorden"
EMAIL = "j.voorbeeld@example.org"


@pytest.fixture
async def customer(auth: World) -> World:
    """One customer has an account."""
    await auth.know(CUSTOMER)
    await auth.client.post("/activations", json={"relation_number": "123456", "email": EMAIL})
    contents = await auth.only_told(Occasion.ACTIVATION_REQUESTED)
    link = (contents.link or "").partition("#")[2]
    made = await auth.client.post("/activations/completion", json={"link": link, "password": PASSWORD})
    assert made.status_code == 201
    await auth.told()
    auth.events.clear()
    return auth


async def ask(auth: World, email: str = EMAIL) -> Response:
    return await auth.client.post("/password-resets", json={"email": email})


async def complete(auth: World, link: str, password: str = NEW_PASSWORD) -> Response:
    return await auth.client.post("/password-resets/completion", json={"link": link, "password": password})


async def mailed(auth: World) -> str:
    contents = await auth.only_told(Occasion.PASSWORD_RESET_REQUESTED)
    page, _, secret = (contents.link or "").partition("#")
    assert (page, contents.email) == ("https://mijn.example.org/reset-password", EMAIL)
    return secret


async def test_a_customer_chooses_a_new_password_and_this_browser_is_remembered(customer: World) -> None:
    assert (await ask(customer, EMAIL.upper())).status_code == 202
    link = await mailed(customer)
    done = await complete(customer, link)

    assert done.status_code == 204
    assert cookie_in(done, "__Host-device")
    assert (await customer.only_told(Occasion.PASSWORD_CHANGED)).email == EMAIL
    assert SecurityEvent.PASSWORD_RESET in [event.what for event in customer.events]
    assert (await complete(customer, link)).status_code == 410


async def test_nobody_stays_in_and_the_second_step_stays(customer: World) -> None:
    ((account_id,),) = await customer.rows(
        "UPDATE account SET totp_secret = 'sealed', totp_added_at = activated_at RETURNING account_id"
    )
    await _is_in(customer, account_id)
    await ask(customer)
    await complete(customer, await mailed(customer))

    for table in ("session", "login", "confirmed_identity", "link"):
        assert await customer.rows(f"SELECT FROM {table}") == [], table
    (device,) = await customer.rows("SELECT remembered_at FROM device")
    assert device["remembered_at"] == customer.clock.at
    ((totp_secret, mobile_phone),) = await customer.rows("SELECT totp_secret, mobile_phone FROM account")
    assert (totp_secret, mobile_phone) == ("sealed", "+31612345678")


async def _is_in(auth: World, account_id: UUID) -> None:
    """Somebody has a session on a device of theirs, another login is half done."""
    now = auth.clock.at
    later, before = now + timedelta(hours=2), now - timedelta(minutes=1)
    await auth.rows(
        "INSERT INTO device VALUES (gen_random_uuid(), 'd', $1, 'thief', 'pin', $2, 0, $2, $2, $3)",
        account_id,
        before,
        later,
    )
    await auth.rows(
        "INSERT INTO session VALUES (gen_random_uuid(), 's', $1, NULL, '{password}', '::1', $2, $2, $3)",
        account_id,
        before,
        later,
    )
    await auth.rows(
        "INSERT INTO login (digest, login_id, account_id, purpose, expires_at)"
        " VALUES ('l', gen_random_uuid(), $1, 'log_in', $2)",
        account_id,
        later,
    )
    await auth.rows("INSERT INTO confirmed_identity VALUES ('c', $1, $2)", account_id, later)


async def test_what_a_thief_added_goes_and_older_authenticators_stay(customer: World) -> None:
    ((account_id, activated_at),) = await customer.rows("SELECT account_id, activated_at FROM account")
    customer.clock.advance(timedelta(hours=1))
    since = customer.clock.at
    await customer.rows(
        "INSERT INTO undo VALUES ($1, gen_random_uuid(), $2, NULL, false, $3, $4)",
        account_id,
        EMAIL,
        since,
        since + timedelta(days=7),
    )
    for name, added_at in (("mine", activated_at), ("thief's", since)):
        await customer.rows(
            "INSERT INTO passkey VALUES ($1, gen_random_uuid(), $2, 'key', 0, $3, $4)",
            name.encode(),
            account_id,
            name,
            added_at,
        )

    await ask(customer)
    await complete(customer, await mailed(customer))

    assert [row["name"] for row in await customer.rows("SELECT name FROM passkey")] == ["mine"]


async def test_a_reset_lifts_the_block_and_the_second_step_is_still_asked(customer: World) -> None:
    await customer.rows("UPDATE account SET mobile_phone_confirmed = true")
    await _block(customer)
    assert (await begin(customer)).status_code == 401
    await customer.told()
    await ask(customer)
    await complete(customer, await mailed(customer))
    await customer.told()

    first = await begin(customer, password=NEW_PASSWORD)
    sent = await customer.only_told(Occasion.LOGIN_CODE_REQUESTED)
    wrong = await complete_login(customer, first.json()["login"], other_than(sent.code))

    assert (first.status_code, first.json()["next"]) == (200, "code")
    assert (sent.mobile_phone, wrong.status_code) == ("+31612345678", 401)
    assert await customer.rows("SELECT FROM session") == []
    assert (await complete_login(customer, first.json()["login"], sent.code)).status_code == 200


async def test_who_guesses_after_a_reset_keeps_the_browser_that_finished_it_out_of_nothing(customer: World) -> None:
    await ask(customer)
    done = await complete(customer, await mailed(customer))
    await _block(customer)

    known = {"Cookie": f"__Host-device={cookie_in(done, '__Host-device')}"}

    assert (await begin(customer, password=NEW_PASSWORD)).status_code == 401
    assert (await begin(customer, password=NEW_PASSWORD, headers=known)).status_code == 200


async def _block(auth: World) -> None:
    for _ in range(5):
        assert (await begin(auth, password="wrong")).status_code == 401


async def test_who_has_no_account_gets_the_same_answer_and_no_mail(customer: World) -> None:
    known = await ask(customer)
    await customer.told()

    unknown = await ask(customer, "nobody@example.org")

    assert (unknown.status_code, unknown.content) == (known.status_code, known.content)
    assert await customer.told() == []


@pytest.mark.parametrize(
    "change",
    [
        "role = 'operator', relation_number = NULL, customer_id = NULL",
        "suspended_at = activated_at",
    ],
)
async def test_staff_and_suspended_accounts_get_no_link(customer: World, change: str) -> None:
    await customer.rows(f"UPDATE account SET {change}")  # noqa: S608 - of this file

    assert (await ask(customer)).status_code == 202
    assert await customer.told() == []


async def test_a_link_is_over_after_an_hour_and_when_a_newer_one_is_mailed(customer: World) -> None:
    await ask(customer)
    first = await mailed(customer)
    await ask(customer)
    second = await mailed(customer)
    assert (await complete(customer, first)).status_code == 410

    customer.clock.advance(timedelta(hours=1))

    assert (await complete(customer, second)).status_code == 410


@pytest.mark.parametrize("change", ["email = 'new@example.org'", "suspended_at = activated_at"])
async def test_a_link_is_over_when_the_account_is_another_by_now(customer: World, change: str) -> None:
    await ask(customer)
    link = await mailed(customer)

    await customer.rows(f"UPDATE account SET {change}")  # noqa: S608 - of this file

    assert (await complete(customer, link)).status_code == 410


async def test_a_weak_password_leaves_the_link(customer: World) -> None:
    await ask(customer)
    link = await mailed(customer)

    assert (await complete(customer, link, "voorbeeld1")).status_code == 422
    assert (await complete(customer, link, "abc-123456")).status_code == 422, "it is the relation number"
    assert (await complete(customer, link)).status_code == 204


async def test_a_link_for_one_thing_is_good_for_nothing_else(customer: World) -> None:
    await ask(customer)
    link = await mailed(customer)

    refused = await customer.client.post("/activations/completion", json={"link": link, "password": NEW_PASSWORD})

    assert refused.status_code == 410
