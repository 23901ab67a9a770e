"""Authenticator apps, played by pyotp."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from accounts import ACCOUNT, EMAIL, PHONE, THIEFS_PHONE, account, identity, undo
from auth_world import World, settings
from httpx import Response
from login_steps import begin as begin_login
from login_steps import complete, log_in
from pyotp import TOTP, parse_uri

from auth_svc.flows.totp import totp_matches
from auth_svc.parts import Parts
from auth_svc.repository import accounts
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion


async def begin(world: World, account_id: UUID) -> TOTP:
    body = {"confirmed_identity": await identity(world, account_id)}
    begun = await world.client.post(f"{ACCOUNT}/totp", json=body, headers=world.as_customer())
    assert begun.status_code == 200, begun.text
    app = parse_uri(begun.json()["uri"])
    assert isinstance(app, TOTP)
    assert (app.secret, app.name, app.issuer) == (begun.json()["secret"], EMAIL, "mijn.example.org")
    return app


async def confirm(world: World, code: str) -> Response:
    return await world.client.put(f"{ACCOUNT}/totp/confirmation", json={"code": code}, headers=world.as_customer())


async def added(world: World, account_id: UUID) -> TOTP:
    app = await begin(world, account_id)
    assert (await confirm(world, shown(world, app))).status_code == 204
    return app


def shown(world: World, app: TOTP, *, later: int = 0) -> str:
    """Return what the app shows, so many steps of 30 seconds later."""
    return app.at(world.clock.at, counter_offset=later)


async def log_in_by_app(world: World, code: str) -> int:
    """Return the status of the last step of a login by password and `code`."""
    begun = (await begin_login(world)).json()
    assert begun["next"] == "totp"
    return (await complete(world, begun["login"], code)).status_code


async def is_taken(world: World, account_id: UUID, code: str) -> bool:
    """Whether a login would take `code` as its second step."""
    async with world.running.runtime.transaction() as work:
        found = await accounts.with_id(work.connection, account_id=account_id)
        assert found is not None
        return await totp_matches(work, Parts.of(settings("postgresql://localhost/unused")), found, code)


async def test_an_app_counts_once_it_has_shown_a_code(auth: World) -> None:
    account_id = await account(auth)
    app = await begin(auth, account_id)
    assert not await is_taken(auth, account_id, shown(auth, app))

    assert (await confirm(auth, shown(auth, app, later=5))).status_code == 401
    assert (await confirm(auth, shown(auth, app))).status_code == 204

    assert (await auth.only_told(Occasion.AUTHENTICATOR_ADDED)).email == EMAIL
    assert [event.what for event in auth.events] == [SecurityEvent.AUTHENTICATOR_ADDED]
    assert await is_taken(auth, account_id, shown(auth, app, later=1))


async def test_an_app_is_the_second_step_of_logins_from_the_moment_it_has_shown_a_code(auth: World) -> None:
    account_id = await account(auth)
    app = await begin(auth, account_id)
    assert (await log_in(auth)).status_code == 200  # by SMS, as before
    confirmed_by = shown(auth, app)
    assert (await confirm(auth, confirmed_by)).status_code == 204
    await auth.told()

    assert await log_in_by_app(auth, confirmed_by) == 401
    next_code = shown(auth, app, later=1)
    assert await log_in_by_app(auth, next_code) == 200
    assert await log_in_by_app(auth, next_code) == 401
    assert {occasion for occasion, _ in await auth.told()} == {Occasion.NEW_DEVICE_USED}
    sessions = await auth.rows("SELECT methods FROM session ORDER BY began_at, session_id")
    assert [session["methods"] for session in sessions] == [["password", "sms"], ["password", "totp"]]


async def test_who_has_lost_the_app_asks_for_a_text_message_at_the_number_that_is_confirmed(auth: World) -> None:
    await added(auth, await account(auth))
    await auth.told()
    begun = (await begin_login(auth)).json()
    assert (begun["next"], begun["instead"]) == ("totp", ["code"])
    asked = await auth.client.post("/logins/codes", json={"login": begun["login"]})
    assert (asked.status_code, asked.json()["next"], asked.json()["instead"]) == (200, "code", [])
    sent = await auth.only_told(Occasion.LOGIN_CODE_REQUESTED)
    assert sent.mobile_phone == PHONE
    assert (await complete(auth, begun["login"], sent.code)).status_code == 200


async def test_a_number_that_no_code_has_reached_gets_none_instead_of_an_apps(auth: World) -> None:
    app = await added(auth, await account(auth))
    await auth.told()
    await auth.rows("UPDATE account SET mobile_phone_confirmed = false")
    begun = (await begin_login(auth)).json()
    assert (begun["next"], begun["instead"]) == ("totp", [])
    for path, more in (("codes", {}), ("phone", {"mobile_phone": None}), ("phone", {"mobile_phone": THIEFS_PHONE})):
        refused = await auth.client.post(f"/logins/{path}", json={"login": begun["login"], **more})
        assert refused.status_code == 409
    assert await auth.told() == []
    assert (await complete(auth, begun["login"], shown(auth, app, later=1))).status_code == 200


async def test_a_code_is_taken_once_and_no_earlier_one_after_it(auth: World) -> None:
    account_id = await account(auth)
    app = await added(auth, account_id)
    assert not await is_taken(auth, account_id, shown(auth, app))  # by which the app was confirmed
    auth.clock.advance(timedelta(minutes=5))
    now, before = shown(auth, app), shown(auth, app, later=-1)
    assert await is_taken(auth, account_id, now)
    assert not await is_taken(auth, account_id, now)
    assert not await is_taken(auth, account_id, before)


@pytest.mark.parametrize(("later", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_phone_may_be_a_step_early_or_late(auth: World, later: int, is_right: bool) -> None:  # noqa: FBT001 - a case
    account_id = await account(auth)
    app = await added(auth, account_id)
    auth.clock.advance(timedelta(minutes=5))
    assert await is_taken(auth, account_id, shown(auth, app, later=later)) == is_right


async def test_the_app_before_counts_until_the_new_one_has_shown_a_code(auth: World) -> None:
    account_id = await account(auth)
    old = await added(auth, account_id)
    auth.clock.advance(timedelta(minutes=5))
    new = await begin(auth, account_id)
    assert await is_taken(auth, account_id, shown(auth, old, later=-1))
    assert (await confirm(auth, shown(auth, new))).status_code == 204
    assert not await is_taken(auth, account_id, shown(auth, old, later=1))
    assert await is_taken(auth, account_id, shown(auth, new, later=1))


async def test_what_was_begun_is_over_after_ten_minutes_and_serves_once(auth: World) -> None:
    account_id = await account(auth)
    app = await added(auth, account_id)
    assert (await confirm(auth, shown(auth, app, later=1))).status_code == 409
    late = await begin(auth, account_id)
    auth.clock.advance(timedelta(minutes=10))
    assert (await confirm(auth, shown(auth, late))).status_code == 409


async def test_the_secret_is_sealed_where_it_is_stored(auth: World) -> None:
    account_id = await account(auth)
    app = await begin(auth, account_id)
    (begun,) = await auth.rows("SELECT secret FROM totp_enrolment")
    assert (await confirm(auth, shown(auth, app))).status_code == 204
    (kept,) = await auth.rows("SELECT totp_secret FROM account")
    assert app.secret not in begun["secret"] + kept["totp_secret"]


async def test_nobody_adds_or_removes_an_app_without_having_shown_who_they_are(auth: World) -> None:
    account_id = await account(auth)
    app = await added(auth, account_id)
    for path in ("totp", "totp/removal"):
        answer = await auth.client.post(
            f"{ACCOUNT}/{path}", json={"confirmed_identity": "A" * 43}, headers=auth.as_customer()
        )
        assert answer.status_code == 403
    assert await is_taken(auth, account_id, shown(auth, app, later=1))


async def test_who_removes_the_app_is_told_and_its_codes_are_worth_nothing(auth: World) -> None:
    account_id = await account(auth)

    async def remove() -> int:
        body = {"confirmed_identity": await identity(auth, account_id)}
        return (await auth.client.post(f"{ACCOUNT}/totp/removal", json=body, headers=auth.as_customer())).status_code

    assert await remove() == 404
    app = await added(auth, account_id)
    await auth.told()
    assert await remove() == 204
    assert (await auth.only_told(Occasion.AUTHENTICATOR_REMOVED)).email == EMAIL
    assert not await is_taken(auth, account_id, shown(auth, app, later=1))


async def test_the_link_of_the_mail_removes_the_app(auth: World) -> None:
    account_id = await account(auth)
    app = await added(auth, account_id)
    assert await undo(auth, await auth.only_told(Occasion.AUTHENTICATOR_ADDED)) == 200
    assert not await is_taken(auth, account_id, shown(auth, app, later=1))
