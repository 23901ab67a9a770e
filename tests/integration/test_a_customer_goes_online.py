"""A customer makes an account, loses the password, and gets back what somebody else changed: by mail, SMS and HTTP.

Real services send to a mail server and an SMS centre; the customer reads what these have received.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from at_a_browser import CALLBACK, Person, at_home
from whole_platform import WholePlatform

from demo.insurance_change import RELATION_NUMBER
from demo.online_access import EMAIL, MOBILE_PHONE, SOMEBODY_ELSE

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLIENT = "portal-of-the-story"
FIRST_PASSWORD, SECOND_PASSWORD = "vier woorden zonder verband", "vijf heel andere woorden samen"
THIEFS_EMAIL = "dief@example.net"
ACCOUNT = f"/accounts/{RELATION_NUMBER}"


@pytest_asyncio.fixture(loop_scope="session")
async def customer(whole: WholePlatform) -> AsyncIterator[Person]:
    """A customer of the insurer who has no account yet, and a portal."""
    scopes = ("--scope", "account:read", "--scope", "account:write")
    added = ("auth-svc", "clients", "add", CLIENT, "--name", "A portal", "--public", "--redirect-uri", CALLBACK)
    await whole.platform.run(*added, *scopes)
    async with at_home(whole.platform.auth_url, address="127.10.4.1") as http:
        yield Person(*(whole, http, CLIENT), email=EMAIL, relation_number=RELATION_NUMBER, mobile_phone=MOBILE_PHONE)


async def test_a_customer_goes_online_loses_the_password_and_takes_back_what_a_thief_changed(
    customer: Person,
) -> None:
    # An account, a first login, and a token that opens one's own account alone.
    await customer.activate(FIRST_PASSWORD)
    await customer.log_in(FIRST_PASSWORD)
    assert await customer.is_logged_in()
    token = await customer.token()
    assert (await customer.account(token)).status_code == 200
    assert (await customer.account(token, of=SOMEBODY_ELSE)).status_code == 404

    # A new password. The old one, and the session that began with it, are worth nothing.
    await customer.post("/password-resets", {"email": EMAIL}, status=202)
    link = await customer.link_in_mail("reset-password")
    await customer.post("/password-resets/completion", {"link": link, "password": SECOND_PASSWORD}, status=204)
    assert not await customer.is_logged_in()
    await customer.post("/logins", {"email": EMAIL, "password": FIRST_PASSWORD}, status=401)

    # A thief who has password and phone changes the address, and the mail to the old one undoes it.
    thief = replace(customer, cookies={})
    await thief.log_in(SECOND_PASSWORD)
    token = await thief.token()
    confirmed = (await thief.log_in(SECOND_PASSWORD, purpose="confirm_identity")).json()["confirmed_identity"]
    version = (await thief.account(token)).headers["ETag"]
    asked = await thief.http.put(
        f"{ACCOUNT}/email",
        json={"email": THIEFS_EMAIL, "confirmed_identity": confirmed},
        headers={"Authorization": f"Bearer {token}", "If-Match": version},
    )
    assert asked.status_code == 202, asked.text
    link = await thief.link_in_mail("email", to=THIEFS_EMAIL)
    await thief.post("/links/email", {"link": link}, status=204)
    assert (await thief.account(token)).json()["email"] == THIEFS_EMAIL

    await customer.post("/links/undo", {"link": await customer.link_in_mail("undo")}, status=200)

    assert (await customer.account(token)).json()["email"] == EMAIL
    for email in (EMAIL, THIEFS_EMAIL):
        await thief.post("/logins", {"email": email, "password": SECOND_PASSWORD}, status=401)
