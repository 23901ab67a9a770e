"""Several accounts on one browser: each knows it by a secret of its own, and none is forgotten for another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from accounts import EMAIL, account, identity
from auth_world import World, cookie_in
from login_steps import begin, complete

from auth_svc.domain.parameters import MOST_DEVICE_SECRETS, PIN_TRIES
from contracts.message_requests import Occasion

PARTNERS, CHILDS = "partner@example.org", "kind@example.org"
BROWSER: Mapping[str, str] = {}


async def log_in(auth: World, email: str, browser: Mapping[str, str] = BROWSER) -> dict[str, str]:
    """Log in completely; return the cookie that the browser has from then on."""
    begun = await begin(auth, email=email, headers=browser)
    assert begun.status_code == 200, begun.text
    sent = await auth.only_told(Occasion.LOGIN_CODE_REQUESTED)
    done = await complete(auth, begun.json()["login"], sent.code, headers=browser)
    auth.clock.advance(timedelta(minutes=15))
    return {"Cookie": f"__Host-device={cookie_in(done, '__Host-device')}"}


async def family(auth: World) -> None:
    await account(auth)
    await account(auth, relation_number="654321", email=PARTNERS)
    await account(auth, relation_number="777777", email=CHILDS)


async def test_who_logs_in_on_the_familys_browser_is_not_new_there_because_others_were_there_meanwhile(
    auth: World,
) -> None:
    await family(auth)
    browser: dict[str, str] = {}
    for _ in range(2):
        for email in (EMAIL, PARTNERS, CHILDS):
            browser = await log_in(auth, email, browser)
            assert await auth.told() == []
    assert len(await auth.rows("SELECT FROM device")) == 3


async def test_what_one_account_knows_a_browser_by_is_worth_nothing_to_another(auth: World) -> None:
    await family(auth)
    mine = await log_in(auth, EMAIL)
    ours = await log_in(auth, PARTNERS, mine)

    await log_in(auth, PARTNERS)
    await auth.only_told(Occasion.NEW_DEVICE_USED)
    await log_in(auth, PARTNERS, mine)
    await auth.only_told(Occasion.NEW_DEVICE_USED)
    await log_in(auth, PARTNERS, ours)
    assert await auth.told() == []


async def test_a_secret_that_somebody_else_has_put_there_gets_no_further_than_its_own_account(auth: World) -> None:
    await family(auth)
    planted = await log_in(auth, PARTNERS)

    mine = await log_in(auth, EMAIL, planted)

    of_me = await auth.rows("SELECT FROM device JOIN account USING (account_id) WHERE email = $1", EMAIL)
    assert len(of_me) == 1
    await log_in(auth, EMAIL, planted)
    await auth.only_told(Occasion.NEW_DEVICE_USED)
    assert mine != planted


async def test_what_is_no_secret_is_not_handed_back(auth: World) -> None:
    await account(auth)

    mine = await log_in(auth, EMAIL, {"Cookie": f'__Host-device="line\\012feed.{"x" * 3_000}"'})

    assert mine["Cookie"].removeprefix("__Host-device=").replace("_", "").replace("-", "").isalnum()


async def test_a_browser_keeps_a_few_secrets_those_of_the_last_logins(auth: World) -> None:
    emails = [f"lid{number}@example.org" for number in range(MOST_DEVICE_SECRETS + 1)]
    for number, email in enumerate(emails):
        await account(auth, relation_number=str(200000 + number), email=email)
    browser: dict[str, str] = {}
    for email in emails:
        browser = await log_in(auth, email, browser)

    assert browser["Cookie"].count(".") == MOST_DEVICE_SECRETS - 1
    await log_in(auth, emails[1], browser)
    assert await auth.told() == []
    await log_in(auth, emails[0], browser)
    await auth.only_told(Occasion.NEW_DEVICE_USED)


async def test_a_pin_that_is_chosen_on_the_familys_browser_is_of_who_chose_it(auth: World) -> None:
    mine = await account(auth)
    await account(auth, relation_number="654321", email=PARTNERS)
    browser = await log_in(auth, PARTNERS, await log_in(auth, EMAIL))

    chosen = await auth.client.put(
        "/accounts/123456/devices/current/pin",
        json={"pin": "40718", "confirmed_identity": await identity(auth, mine)},
        headers=auth.as_customer() | browser,
    )

    assert chosen.status_code == 204, chosen.text
    ((of_me,),) = await auth.rows("SELECT account_id FROM device WHERE pin_hash IS NOT NULL")
    assert of_me == mine
    assert (await auth.client.post("/pin-logins", json={"pin": "40718"}, headers=browser)).status_code == 200
    ((session_of,),) = await auth.rows(
        "SELECT account_id FROM session WHERE methods = ARRAY['pin'] ORDER BY began_at DESC LIMIT 1"
    )
    assert session_of == mine


async def test_each_account_of_the_familys_browser_has_a_pin_and_wrong_ones_of_its_own(auth: World) -> None:
    mine = await account(auth)
    partners = await account(auth, relation_number="654321", email=PARTNERS)
    browser = await log_in(auth, PARTNERS, await log_in(auth, EMAIL))
    for account_id, relation_number, pin in ((mine, "123456", "40718"), (partners, "654321", "81730")):
        chosen = await auth.client.put(
            f"/accounts/{relation_number}/devices/current/pin",
            json={"pin": pin, "confirmed_identity": await identity(auth, account_id)},
            headers=auth.as_customer(relation_number) | browser,
        )
        assert chosen.status_code == 204, chosen.text

    async def status_of(pin: str, relation_number: str) -> int:
        asked = {"pin": pin, "relation_number": relation_number}
        return (await auth.client.post("/pin-logins", json=asked, headers=browser)).status_code

    assert [await status_of("81730", "123456") for _ in range(PIN_TRIES)] == [401] * PIN_TRIES
    assert await status_of("40718", "123456") == 401, "the device is forgotten for this account"
    assert await status_of("81730", "654321") == 200
    assert await status_of("81730", "999999") == 401
