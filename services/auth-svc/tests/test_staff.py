from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from accounts import account
from auth_world import CUSTOMER, PASSWORD, World, cookie_in
from httpx import Response
from oauth_world import command

from contracts.auth import SecurityEvent

EMAIL = "a.jansen@insurer.example"


class Invited:
    """Somebody who holds the link of an invitation, and an authenticator app."""

    def __init__(self, world: World, link: str) -> None:
        self.world, self.link = world, link
        self.app = pyotp.TOTP(pyotp.random_base32())

    async def choose(self, password: str = PASSWORD) -> Response:
        """Choose a password; the app is given its secret."""
        answer = await self.world.client.post("/staff-activations", json={"link": self.link, "password": password})
        if answer.status_code == 200:
            (secret,) = parse_qs(urlsplit(answer.json()["uri"]).query)["secret"]
            self.app = pyotp.TOTP(secret)
        return answer

    def code(self) -> str:
        return self.app.at(self.world.clock.at)

    async def confirm(self, code: str | None = None) -> Response:
        body = {"link": self.link, "code": code or self.code()}
        return await self.world.client.post("/staff-activations/confirmation", json=body)

    async def log_in(self, password: str = PASSWORD) -> Response:
        """Log in as far as it goes."""
        begun = await self.world.client.post("/logins", json={"email": EMAIL, "password": password})
        if begun.status_code != 200:
            return begun
        assert begun.json()["next"] == "totp"
        return await self.world.client.post(
            "/logins/completion", json={"login": begun.json()["login"], "code": self.code()}
        )


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    return capsys


async def invited(world: World, printed: pytest.CaptureFixture[str], *, role: str = "claims-handler") -> Invited:
    printed.readouterr()
    assert await command(world, "staff", "invite", "--email", EMAIL.upper(), "--role", role) == 0
    link = urlsplit(printed.readouterr().out.splitlines()[-1])
    assert (link.scheme, link.netloc, link.path) == ("https", "mijn.example.org", "/staff")
    return Invited(world, link.fragment)


async def member(world: World, printed: pytest.CaptureFixture[str]) -> Invited:
    """Return a member of staff whose first code is over."""
    person = await invited(world, printed)
    assert (await person.choose()).status_code == 200
    assert (await person.confirm()).status_code == 204
    world.clock.advance(timedelta(seconds=60))
    return person


async def test_an_account_begins_with_the_first_code_and_logs_in_by_password_and_app(
    auth: World, printed: pytest.CaptureFixture[str]
) -> None:
    person = await invited(auth, printed)
    assert (await person.choose()).status_code == 200
    assert (await person.log_in()).status_code == 401
    assert await auth.rows("SELECT FROM account") == []

    assert (await person.confirm()).status_code == 204
    (stored,) = await auth.rows("SELECT role, relation_number, mobile_phone, totp_secret FROM account")
    assert (stored["role"], stored["relation_number"], stored["mobile_phone"]) == ("claims-handler", None, None)
    assert person.app.secret not in stored["totp_secret"]

    assert (await person.log_in()).status_code == 401, "the code that began the account is used up"
    auth.clock.advance(timedelta(seconds=60))
    assert cookie_in(await person.log_in(), "__Host-session")
    assert await auth.told() == []


async def test_neither_a_wrong_code_nor_a_bad_password_uses_up_the_link(
    auth: World, printed: pytest.CaptureFixture[str]
) -> None:
    person = await invited(auth, printed)
    assert (await person.confirm("123456")).json()["type"].endswith("/nothing-to-confirm")
    assert (await person.choose("kort")).json()["type"].endswith("/password-length")
    assert (await person.choose("password123")).json()["type"].endswith("/password-common")
    assert (await person.choose()).status_code == 200
    wrong = f"{(int(person.code()) + 1) % 1_000_000:06d}"
    assert (await person.confirm(wrong)).json()["type"].endswith("/wrong-code")

    assert (await person.confirm()).status_code == 204


async def test_a_link_serves_once_however_many_use_it_at_once(auth: World, printed: pytest.CaptureFixture[str]) -> None:
    person = await invited(auth, printed)
    await person.choose()

    answers = await asyncio.gather(*(person.confirm() for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [204, *[410] * 9]
    assert (await person.choose()).status_code == 410


@pytest.mark.parametrize("why", ["it is over", "another replaced it"])
async def test_a_link_that_is_over_or_replaced_makes_no_account(
    auth: World, printed: pytest.CaptureFixture[str], why: str
) -> None:
    person = await invited(auth, printed)
    await person.choose()
    if why == "it is over":
        auth.clock.advance(timedelta(hours=24))
    else:
        await invited(auth, printed)

    assert (await person.confirm()).status_code == 410
    assert (await person.choose()).status_code == 410
    assert await auth.rows("SELECT FROM account") == []


@pytest.mark.parametrize("whose", ["account", "contact data", "undo"])
async def test_the_address_of_a_customer_is_refused_with_a_sentence(
    auth: World, printed: pytest.CaptureFixture[str], whose: str
) -> None:
    email = EMAIL
    if whose == "contact data":
        await auth.know(CUSTOMER)
        email = "j.voorbeeld@example.org"
    else:
        account_id = await account(auth, email=EMAIL)
        if whose == "undo":
            await reserve(auth, account_id)

    assert await command(auth, "staff", "invite", "--email", email, "--role", "operator") == 1

    assert f"{email} is the address of a customer" in printed.readouterr().err
    assert await auth.rows("SELECT FROM link") == []


async def reserve(auth: World, account_id: object) -> None:
    """Let a customer have moved from `EMAIL` to another address."""
    await auth.rows("UPDATE account SET email = 'new@example.org' WHERE account_id = $1", account_id)
    await auth.rows(
        "INSERT INTO undo (account_id, undo_id, email, mobile_phone_confirmed, since, expires_at)"
        " VALUES ($1, gen_random_uuid(), $2, true, $3, $4)",
        account_id,
        EMAIL,
        auth.clock.at,
        auth.clock.at + timedelta(days=7),
    )


async def test_an_address_that_became_a_customers_meanwhile_makes_no_staff_account(
    auth: World, printed: pytest.CaptureFixture[str]
) -> None:
    person = await invited(auth, printed)
    await person.choose()
    await account(auth, email=EMAIL)

    assert (await person.confirm()).json()["type"].endswith("/address-taken")
    (kept,) = await auth.rows("SELECT role FROM account")
    assert kept["role"] == "customer"


async def test_who_is_invited_again_begins_anew_and_nobody_stays_logged_in(
    auth: World, printed: pytest.CaptureFixture[str]
) -> None:
    before = await member(auth, printed)
    assert (await before.log_in()).status_code == 200
    again = await invited(auth, printed, role="operator")
    await again.choose("vijf heel andere woorden samen")
    assert (await again.confirm()).status_code == 204

    assert (await before.log_in()).status_code == 401
    (row,) = await auth.rows("SELECT role, (SELECT count(*) FROM session) AS sessions FROM account")
    assert (row["role"], row["sessions"]) == ("operator", 0)
    auth.clock.advance(timedelta(seconds=60))
    assert (await again.log_in("vijf heel andere woorden samen")).status_code == 200


async def test_who_is_suspended_is_logged_out_and_stays_out_until_reinstated(
    auth: World, printed: pytest.CaptureFixture[str]
) -> None:
    person = await member(auth, printed)
    assert (await person.log_in()).status_code == 200

    assert await command(auth, "staff", "suspend", "--email", EMAIL) == 0
    assert await auth.rows("SELECT FROM session") == []
    auth.clock.advance(timedelta(seconds=60))
    assert (await person.log_in()).status_code == 401

    assert await command(auth, "staff", "reinstate", "--email", EMAIL) == 0
    assert (await person.log_in()).status_code == 200


async def test_an_invitation_reinstates_nobody(auth: World, printed: pytest.CaptureFixture[str]) -> None:
    await member(auth, printed)
    await command(auth, "staff", "suspend", "--email", EMAIL)
    again = await invited(auth, printed)
    await again.choose()
    await again.confirm()
    auth.clock.advance(timedelta(seconds=60))

    assert (await again.log_in()).status_code == 401


async def test_sessions_are_ended_and_the_next_login_succeeds(auth: World, printed: pytest.CaptureFixture[str]) -> None:
    person = await member(auth, printed)
    await person.log_in()
    printed.readouterr()

    assert await command(auth, "staff", "end-sessions", "--email", EMAIL) == 0
    assert printed.readouterr().out == "1 ended\n"
    assert await auth.rows("SELECT FROM session") == []
    auth.clock.advance(timedelta(seconds=60))
    assert (await person.log_in()).status_code == 200


@pytest.mark.parametrize("action", ["suspend", "reinstate", "end-sessions"])
async def test_a_command_about_staff_touches_no_customer(
    auth: World, printed: pytest.CaptureFixture[str], action: str
) -> None:
    await account(auth, email=EMAIL)

    assert await command(auth, "staff", action, "--email", EMAIL) == 1

    assert f"no member of staff has the address {EMAIL}" in printed.readouterr().err
    (kept,) = await auth.rows("SELECT suspended_at FROM account")
    assert kept["suspended_at"] is None


@pytest.mark.parametrize(
    ("email", "role"),
    [("nobody", "operator"), (EMAIL, "customer"), (EMAIL, "partner"), (EMAIL, "service")],
    ids=["no address", "a customer", "a partner", "a service"],
)
async def test_only_staff_can_be_invited(auth: World, email: str, role: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        await command(auth, "staff", "invite", "--email", email, "--role", role)


async def test_staff_are_listed_without_secrets(auth: World, printed: pytest.CaptureFixture[str]) -> None:
    await account(auth)
    person = await member(auth, printed)
    await person.log_in()
    printed.readouterr()

    assert await command(auth, "staff", "list") == 0

    (line,) = printed.readouterr().out.splitlines()
    listed = json.loads(line)
    assert set(listed) == {"account_id", "role", "email", "activated_at", "suspended_at", "team", "sessions"}
    assert (listed["email"], listed["role"], listed["sessions"]) == (EMAIL, "claims-handler", 1)


async def test_everything_about_staff_is_on_record_by_whom_and_without_the_address(
    auth: World, printed: pytest.CaptureFixture[str]
) -> None:
    await member(auth, printed)
    for action in ("end-sessions", "suspend", "reinstate"):
        await command(auth, "staff", action, "--email", EMAIL)
    await command(auth, "staff", "team", "--email", EMAIL, "--team", "storm-north")

    rows = await auth.rows(
        "SELECT what, actor, account_id, audit_trail::text AS line FROM audit_trail ORDER BY event_id"
    )

    assert [(row["what"], row["actor"]) for row in rows] == [
        (SecurityEvent.STAFF_INVITED, "command"),
        (SecurityEvent.ACCOUNT_ACTIVATED, None),
        (SecurityEvent.DEVICE_REMEMBERED, None),
        (SecurityEvent.SESSIONS_ENDED, "command"),
        (SecurityEvent.ACCOUNT_SUSPENDED, "command"),
        (SecurityEvent.ACCOUNT_REINSTATED, "command"),
        (SecurityEvent.STAFF_TEAM_CHANGED, "command"),
    ]
    assert not any(EMAIL in row["line"] for row in rows)


async def test_who_was_kept_out_by_guessers_gets_in_again_by_a_new_invitation_and_stays_known_to_the_browser(
    auth: World, printed: pytest.CaptureFixture[str]
) -> None:
    await member(auth, printed)
    await auth.client.post("/logins", json={"email": EMAIL, "password": "geraden woorden"})
    await auth.rows("UPDATE wrong_passwords SET in_a_row = 100")
    person = await invited(auth, printed)
    await person.choose()

    device = cookie_in(await person.confirm(), "__Host-device")
    auth.clock.advance(timedelta(seconds=60))

    assert (await person.log_in()).status_code == 200
    for _ in range(5):
        await auth.client.post("/logins", json={"email": EMAIL, "password": "geraden woorden"})
    begun = await auth.client.post(
        "/logins", json={"email": EMAIL, "password": PASSWORD}, headers={"Cookie": f"__Host-device={device}"}
    )
    assert begun.status_code == 200
