"""The account of a member of staff at auth-svc, from the invitation to the first code of an app."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from portal_svc.clients.services import Asking


async def choose_password(auth: Asking, *, link: str, password: str) -> str:
    """Choose a password by the link of an invitation; return the address that an authenticator app is given."""
    begun = await auth.post("/staff-activations", {"link": link, "password": password})
    return str(begun["uri"])


async def show_first_code(auth: Asking, *, link: str, code: str, headers: Mapping[str, str]) -> httpx.Response:
    """Begin the account by the first code of the app; the answer holds the cookie by which a browser is remembered."""
    return await auth.send(
        "POST", "/staff-activations/confirmation", json={"link": link, "code": code}, headers=headers
    )
