"""What guards accounts, over the real services: blocks, apps and their undoing, operators who watch."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pyotp
import pytest
import pytest_asyncio
from at_a_browser import CALLBACK, Person
from received import mails_sent, text_of
from whole_platform import WholePlatform

from demo.platform import PORTAL

pytestmark = pytest.mark.asyncio(loop_scope="session")

CUSTOMERS, STAFF = "portal-that-guards", "desk-that-guards"
PASSWORD, NEW_PASSWORD = "zes woorden die niemand raadt", "zeven andere woorden die niemand raadt"
_STEP_SECONDS, _TOO_LATE_IN_A_STEP = 30, 25


@pytest_asyncio.fixture(loop_scope="session")
async def http(whole: WholePlatform) -> AsyncIterator[httpx.AsyncClient]:
    """Connections to auth-svc."""
    async with httpx.AsyncClient(base_url=whole.platform.auth_url, timeout=20) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def _portals(whole: WholePlatform) -> None:
    for client, scopes in (
        (CUSTOMERS, ("account:read", "account:write")),
        (STAFF, ("audit:read", "accounts:suspend")),
    ):
        await whole.platform.run(
            *("auth-svc", "clients", "add", client, "--name", client, "--public", "--redirect-uri", CALLBACK),
            *(word for scope in scopes for word in ("--scope", scope)),
        )


async def a_code_of(app: pyotp.TOTP, *, steps_ago: int = 0) -> str:
    """Return what the app shows, or showed, so early in a step that it is still taken."""
    if time.time() % _STEP_SECONDS > _TOO_LATE_IN_A_STEP:
        await asyncio.sleep(_STEP_SECONDS - time.time() % _STEP_SECONDS)
    return app.at(time.time() - steps_ago * _STEP_SECONDS)


async def has_mail(person: Person, words: str) -> None:
    """Wait for a mail to `person` with these words in it."""

    def there() -> bool:
        mails = mails_sent(person.whole.stack.output_dir)
        return any(mail["To"] == person.email and words in text_of(mail) for mail in mails)

    await person.whole.until(there, what=f"a mail to {person.email} that says {words}")


async def test_guessers_are_blocked_the_owner_is_told_and_a_reset_lets_in_at_once(
    whole: WholePlatform, http: httpx.AsyncClient
) -> None:
    owner = Person(
        *(whole, http, CUSTOMERS),
        email="grace.example@example.org",
        relation_number="100206",
        mobile_phone="31612340006",
    )
    await owner.activate(PASSWORD)

    guesses = [
        await http.post("/logins", json={"email": owner.email, "password": f"guess number {number}"})
        for number in range(5)
    ]
    stranger = await http.post("/logins", json={"email": "nobody@example.org", "password": PASSWORD})
    blocked = await http.post("/logins", json={"email": owner.email, "password": PASSWORD})

    assert {(answer.status_code, answer.text) for answer in (*guesses, stranger, blocked)} == {(401, stranger.text)}
    await has_mail(owner, "logging in to your account is blocked")
    await owner.post("/password-resets", {"email": owner.email}, status=202)
    link = await owner.link_in_mail("reset-password")
    await owner.post("/password-resets/completion", {"link": link, "password": NEW_PASSWORD}, status=204)
    await owner.log_in(NEW_PASSWORD)
    assert await owner.is_logged_in()


async def test_an_app_takes_the_place_of_text_messages_until_the_mail_about_it_undoes_it(
    whole: WholePlatform, http: httpx.AsyncClient
) -> None:
    owner = Person(
        *(whole, http, CUSTOMERS),
        email="henk.schijnbaar@example.org",
        relation_number="100207",
        mobile_phone="31612340007",
    )
    await owner.activate(PASSWORD)
    await owner.log_in(PASSWORD)
    token = await owner.token()
    assert (await owner.account(token)).status_code == 200
    path = f"/accounts/{owner.relation_number}"

    # The app is added, and its codes take the place of text messages.
    confirmed = (await owner.log_in(PASSWORD, purpose="confirm_identity")).json()["confirmed_identity"]
    offered = await owner.post(f"{path}/totp", {"confirmed_identity": confirmed}, status=200, token=token)
    app = pyotp.TOTP(offered.json()["secret"])
    shown = await http.put(
        f"{path}/totp/confirmation", json={"code": await a_code_of(app, steps_ago=1)}, headers=owner.headers(token)
    )
    assert shown.status_code == 204, shown.text
    sent = len(owner.texts())
    begun = await owner.post("/logins", {"email": owner.email, "password": PASSWORD}, status=200)
    assert begun.json()["next"] == "totp"
    body = {"login": begun.json()["login"], "code": await a_code_of(app)}
    await owner.post("/logins/completion", body, status=200)
    await owner.post("/logins/completion", body, status=410)
    assert len(owner.texts()) == sent

    # The mail about the app undoes it; whoever was in is out, and a new password must be chosen.
    await owner.post("/links/undo", {"link": await owner.link_in_mail("undo")}, status=200)
    assert not await owner.is_logged_in()
    await owner.post("/logins", {"email": owner.email, "password": PASSWORD}, status=401)
    await owner.post("/password-resets", {"email": owner.email}, status=202)
    link = await owner.link_in_mail("reset-password")
    await owner.post("/password-resets/completion", {"link": link, "password": NEW_PASSWORD}, status=204)
    begun = await owner.post("/logins", {"email": owner.email, "password": NEW_PASSWORD}, status=200)
    assert begun.json()["next"] == "code"


async def test_an_operator_sees_what_happened_and_suspends_an_account_that_was_taken_over(
    whole: WholePlatform, http: httpx.AsyncClient
) -> None:
    customer = Person(
        *(whole, http, CUSTOMERS),
        email="ilse.testhuis@example.org",
        relation_number="100208",
        mobile_phone="31612340008",
    )
    await customer.activate(PASSWORD)
    await customer.log_in(PASSWORD)
    token = await customer.token()
    operator = await an_operator(whole, http)

    found = await operator.post(
        "/audit/searches", {"relation_number": customer.relation_number}, status=200, token=await operator.token()
    )
    whats = [line["what"] for line in found.json()["items"]]
    assert {"account_activated", "login_succeeded", "tokens_granted"} <= set(whats)
    assert customer.email not in found.text
    refused = await http.post("/audit/searches", json={}, headers=customer.headers(token))
    assert refused.status_code == 403

    suspended = await http.put(
        f"/accounts/{customer.relation_number}/suspension", headers=operator.headers(await operator.token())
    )
    assert suspended.status_code == 204, suspended.text
    assert not await customer.is_logged_in()
    await customer.post("/logins", {"email": customer.email, "password": PASSWORD}, status=401)

    # The customer calls, says who they are, and that the number is theirs.
    reinstated = await http.put(
        f"/accounts/{customer.relation_number}/reinstatement",
        json={},
        headers={**operator.headers(await operator.token()), "If-Match": "*"},
    )
    assert reinstated.status_code == 204, reinstated.text
    await customer.log_in(PASSWORD)
    assert await customer.is_logged_in()


async def an_operator(whole: WholePlatform, http: httpx.AsyncClient) -> Person:
    """Invite an operator by command, who makes an account and logs in by password and app."""
    operator = Person(whole, http, STAFF, email=f"operator-{secrets.token_hex(4)}@insurer.example")
    await whole.platform.run("auth-svc", "staff", "invite", "--role", "operator", "--email", operator.email)
    (printed,) = whole.platform.log_directory.glob(f"auth-svc-{operator.email.rpartition('.')[0]}*")
    found = re.search(rf"{re.escape(PORTAL)}/staff#([\w-]+)", printed.read_text())
    printed.unlink()  # what a command prints is for whoever typed it, and no log
    assert found is not None
    link: Any = {"link": found[1]}
    chosen = await operator.post("/staff-activations", {**link, "password": PASSWORD}, status=200)
    app = pyotp.parse_uri(chosen.json()["uri"])
    assert isinstance(app, pyotp.TOTP)
    await operator.post(
        "/staff-activations/confirmation", {**link, "code": await a_code_of(app, steps_ago=1)}, status=204
    )
    begun = await operator.post("/logins", {"email": operator.email, "password": PASSWORD}, status=200)
    body = {"login": begun.json()["login"], "code": await a_code_of(app)}
    await operator.post("/logins/completion", body, status=200)
    return operator
