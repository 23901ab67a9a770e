"""Passkeys as a browser makes and uses them, where the machine has one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from accounts import ACCOUNT, account, identity
from auth_world import World
from browser import CHROMIUM, page_of, portal

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="this machine has no Chromium")
HOST = "mijn.example.org"
MAKE = """
const asked = PublicKeyCredential.parseCreationOptionsFromJSON(%s);
return (await navigator.credentials.create({ publicKey: asked })).toJSON();
"""
LOG_IN = """
const post = (path, body) => fetch(path, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
});
const begun = await (await post("/passkey-logins", { purpose: "log_in" })).json();
const asked = PublicKeyCredential.parseRequestOptionsFromJSON(begun.public_key);
const credential = (await navigator.credentials.get({ publicKey: asked })).toJSON();
return [
  (await post("/passkey-logins/completion", { credential })).status,
  (await post("/passkey-logins/completion", { credential })).status,
  document.cookie,
];
"""


async def test_a_browser_adds_a_passkey_and_logs_in_with_it(auth: World, tmp_path: Path) -> None:
    account_id = await account(auth)
    begun = await auth.client.post(
        f"{ACCOUNT}/passkeys/options",
        json={"confirmed_identity": await identity(auth, account_id)},
        headers=auth.as_customer(),
    )
    async with (
        portal(HOST, auth.client, directory=tmp_path) as port,
        page_of(HOST, at_port=port, profile=tmp_path / "profile") as page,
    ):
        made = await page.run(MAKE % json.dumps(begun.json()["public_key"]))
        added = await auth.client.post(
            f"{ACCOUNT}/passkeys", json={"credential": made, "name": "Chromium"}, headers=auth.as_customer()
        )
        assert added.status_code == 201, added.text

        assert await page.run(LOG_IN) == [200, 401, ""]

        kept = (await page.ask("Network.getCookies"))["cookies"]
    assert {cookie["name"] for cookie in kept} == {"__Host-session", "__Host-device"}
    ((account_of_session, methods),) = await auth.rows("SELECT account_id, methods FROM session")
    assert (account_of_session, methods) == (account_id, ["passkey"])
