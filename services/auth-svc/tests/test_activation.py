from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from accounts import THIEFS_EMAIL, move_to_email
from auth_world import CUSTOMER, PASSWORD, World
from httpx import Response
from msgspec import structs

from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion, SealedContents

SHARING = structs.replace(CUSTOMER, customer_id=UUID("0198c5f0-3333-7aaa-8bbb-123456789abc"), relation_number="777")
"""Another customer who is reached at the same address."""


async def ask(auth: World, relation_number: str = "123456", email: str = "j.voorbeeld@example.org") -> Response:
    return await auth.client.post("/activations", json={"relation_number": relation_number, "email": email})


async def complete(auth: World, link: str, password: str = PASSWORD) -> Response:
    return await auth.client.post("/activations/completion", json={"link": link, "password": password})


def secret_in(contents: SealedContents) -> str:
    assert contents.link is not None
    page, _, secret = contents.link.partition("#")
    assert page == "https://mijn.example.org/activate"
    return secret


async def mailed(auth: World) -> str:
    """Return the secret of the link in the one mail there is."""
    return secret_in(await auth.only_told(Occasion.ACTIVATION_REQUESTED))


async def test_a_customer_activates_by_the_link_in_the_mail(auth: World) -> None:
    await auth.know(CUSTOMER)

    assert (await ask(auth)).status_code == 202
    contents = await auth.only_told(Occasion.ACTIVATION_REQUESTED)
    made = await complete(auth, secret_in(contents))

    assert contents.email == "j.voorbeeld@example.org"
    assert (made.status_code, made.json()) == (201, {"email": "j.voorbeeld@example.org"})
    assert (await auth.only_told(Occasion.ACTIVATED)).email == "j.voorbeeld@example.org"
    assert [event.what for event in auth.events] == [SecurityEvent.ACCOUNT_ACTIVATED]
    ((*account,),) = await auth.rows("SELECT role, relation_number, mobile_phone, mobile_phone_confirmed FROM account")
    assert account == ["customer", "123456", "+31612345678", False]


@pytest.mark.parametrize(
    ("relation_number", "email"),
    [("123456-531-04", "j.voorbeeld@example.org"), ("123456", "J.Voorbeeld@EXAMPLE.org")],
)
async def test_a_whole_policy_number_and_capitals_are_understood(auth: World, relation_number: str, email: str) -> None:
    await auth.know(structs.replace(CUSTOMER, email="j.Voorbeeld@example.org"))

    await ask(auth, relation_number, email)

    assert (await complete(auth, await mailed(auth))).status_code == 201


@pytest.mark.parametrize(
    ("relation_number", "email"),
    [("123456", "thief@example.org"), ("654321", "j.voorbeeld@example.org"), ("1", "nobody@example.org")],
)
async def test_who_does_not_know_both_gets_the_same_answer_and_no_mail(
    auth: World, relation_number: str, email: str
) -> None:
    await auth.know(CUSTOMER)
    known = await ask(auth)
    await auth.told()

    unknown = await ask(auth, relation_number, email)

    assert (unknown.status_code, unknown.content) == (known.status_code, known.content)
    assert await auth.told() == []


async def test_the_advice_says_where_to_look_what_to_use_and_whom_to_call(auth: World) -> None:
    told = (await ask(auth)).json()

    assert len(told["nl"]) == len(told["en"])
    for word in ("spam", "few minutes", "that we know of you", "new password", "088 000 00 00"):
        assert any(word in sentence for sentence in told["en"]), word


async def test_of_several_customers_of_one_number_the_one_with_the_address_is_mailed(auth: World) -> None:
    partner = UUID("0198c5f0-2222-7aaa-8bbb-123456789abc")
    await auth.know(CUSTOMER, structs.replace(CUSTOMER, customer_id=partner, email="partner@example.org"))

    await ask(auth, email="partner@example.org")

    assert (await auth.only_told(Occasion.ACTIVATION_REQUESTED)).customer_id == partner


async def test_a_new_link_ends_the_one_before(auth: World) -> None:
    await auth.know(CUSTOMER)
    await ask(auth)
    first = await mailed(auth)
    await ask(auth)
    second = await mailed(auth)

    assert (await complete(auth, first)).status_code == 410
    assert (await complete(auth, second)).status_code == 201


async def test_a_hundred_uses_of_a_link_at_once_make_one_account(auth: World) -> None:
    await auth.know(CUSTOMER)
    await ask(auth)
    link = await mailed(auth)

    answers = await asyncio.gather(*(complete(auth, link) for _ in range(100)))

    assert [answer.status_code for answer in answers].count(201) == 1
    assert {answer.status_code for answer in answers} <= {201, 410, 429, 503}
    assert len(await auth.rows("SELECT FROM account")) == 1
    assert (await complete(auth, link)).status_code == 410


async def test_a_link_is_over_after_a_day(auth: World) -> None:
    await auth.know(CUSTOMER)
    await ask(auth)
    link = await mailed(auth)

    auth.clock.advance(timedelta(hours=24))

    assert (await complete(auth, link)).status_code == 410


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("kort", "/problems/password-length"),
        ("x" * 129, "/problems/password-length"),
        ("password123", "/problems/password-common"),
        ("voorbeeld123456", "/problems/password-common"),
    ],
)
async def test_a_weak_password_is_refused_with_what_to_change_and_leaves_the_link(
    auth: World, password: str, problem: str
) -> None:
    await auth.know(CUSTOMER)
    await ask(auth)
    link = await mailed(auth)

    refused = await complete(auth, link, password)

    assert (refused.status_code, refused.json()["type"]) == (422, problem)
    assert (await complete(auth, link)).status_code == 201


async def test_who_has_an_account_gets_no_other(auth: World) -> None:
    await auth.know(CUSTOMER)
    await ask(auth)
    await complete(auth, await mailed(auth))
    await auth.told()

    assert (await ask(auth)).status_code == 202
    assert await auth.told() == []


async def test_a_customer_without_mobile_number_may_activate(auth: World) -> None:
    await auth.know(structs.replace(CUSTOMER, mobile_phone=None))
    await ask(auth)

    assert (await complete(auth, await mailed(auth))).status_code == 201


async def test_a_link_is_over_when_the_customer_is_reached_at_another_address_by_now(auth: World) -> None:
    await auth.know(CUSTOMER)
    await ask(auth)
    link = await mailed(auth)

    await auth.know(structs.replace(CUSTOMER, version=2, email="new@example.org"))

    assert (await complete(auth, link)).status_code == 410
    assert await auth.rows("SELECT FROM account") == []


async def test_older_contact_data_do_not_come_back(auth: World) -> None:
    new = structs.replace(CUSTOMER, version=3, email="new@example.org")
    await auth.know(new, structs.replace(CUSTOMER, version=2, email="old@example.org"))
    await auth.know(CUSTOMER)

    await ask(auth)
    await ask(auth, email="old@example.org")
    assert await auth.told() == []
    await ask(auth, email="new@example.org")
    assert (await auth.only_told(Occasion.ACTIVATION_REQUESTED)).email == "new@example.org"


@pytest.fixture
async def reserved(auth: World) -> str:
    """A customer has left an address, and may get it back; return the link mailed there to another before that."""
    await auth.know(CUSTOMER, SHARING)
    await ask(auth, "777")
    link = await mailed(auth)
    await ask(auth)
    assert (await complete(auth, await mailed(auth))).status_code == 201
    await auth.told()
    ((account_id,),) = await auth.rows("SELECT account_id FROM account")
    await move_to_email(auth, account_id, THIEFS_EMAIL)
    return link


@pytest.mark.usefixtures("reserved")
async def test_to_an_address_that_an_account_may_get_back_no_link_is_mailed(auth: World) -> None:
    assert (await ask(auth, "777")).status_code == 202
    assert await auth.told() == []


async def test_a_link_that_was_mailed_before_its_address_was_reserved_activates_nothing(
    auth: World, reserved: str
) -> None:
    assert (await complete(auth, reserved)).status_code == 410
    assert [row["relation_number"] for row in await auth.rows("SELECT relation_number FROM account")] == ["123456"]


async def test_an_address_gets_few_mails_an_hour_and_nobody_is_told(auth: World) -> None:
    await auth.know(CUSTOMER)

    answers = [await ask(auth) for _ in range(6)]

    assert {answer.status_code for answer in answers} == {202}
    assert len(await auth.told()) == 5


async def test_one_household_may_ask_ten_times_an_hour(auth: World) -> None:
    for _ in range(10):
        assert (await ask(auth)).status_code == 202

    refused = await ask(auth)

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


@pytest.mark.parametrize("email", ["İ@example.org", "É@example.org", "j@ÉXAMPLE.org", "\u212a@example.org"])
async def test_letters_that_not_everybody_writes_in_lower_case_alike_are_refused_as_capitals(
    auth: World, email: str
) -> None:
    refused = await auth.client.post("/password-resets", json={"email": email})

    assert refused.status_code == 422
    assert "lower case" in refused.text
    assert email not in refused.text


async def test_an_address_with_accents_in_lower_case_is_as_good_as_any(auth: World) -> None:
    answer = await auth.client.post("/password-resets", json={"email": "é.ß.ΐ@EXAMPLE.org"})

    assert answer.status_code == 202
