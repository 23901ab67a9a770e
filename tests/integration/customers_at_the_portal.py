"""A customer at the portal, with a mailbox and a phone. The portal runs in this process, beside the real services."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from portal_world import Browser
from received import mails_sent, text_of, texts_sent
from whole_platform import WholePlatform

from chassis.testing import harness
from demo.platform import PORTAL
from devstack.process.ports import LOOPBACK, free_port
from portal_svc.app import build
from portal_svc.clients.services import ServiceName
from portal_svc.settings import Settings

CLIENT = "portal-of-customers"
SCOPES = (
    *("account:read", "account:write", "sessions:end", "customers:read", "customers:write"),
    *("policies:read", "policies:write", "documents:read"),
)
"""What the rooms of a customer's own account and insurances ask for."""
RELATION_NUMBER, EMAIL, MOBILE_PHONE = "200710", "ada.denkbeeldig@example.org", "31612345710"
HOME_POLICY, CAR, PET = (f"{RELATION_NUMBER}-{code}-01" for code in (531, 540, 550))
_HOME = {
    "postcode": "6011RA",
    "house_number": "16",
    "location": {"latitude_microdegrees": 51_190_000, "longitude_microdegrees": 5_790_000, "accuracy_metres": 25},
    "home_type": "corner",
    "building": {"floor_area_m2": 120, "volume_m3": 400, "built_in": 1985},
}
_ADDRESS = "127.10.17.1"
"""Of the portal towards the services: limits are those of a network, and all stories share one machine."""


@dataclass
class Customer:
    """Somebody with a browser, a mailbox and a phone."""

    whole: WholePlatform
    browser: Browser

    async def get(self, path: str) -> httpx.Response:
        """Go to a page, and on to where it leads: auth-svc knows the portal by another name."""
        return await self.to_the_end(await self.browser.get(path))

    async def submit(
        self, page: httpx.Response, values: Mapping[str, str | Sequence[str]] | None = None, *, action: str
    ) -> httpx.Response:
        """Send a form, and go to where it leads."""
        return await self.to_the_end(await self.browser.submit(page, values, action=action))

    async def to_the_end(self, answer: httpx.Response) -> httpx.Response:
        """Follow redirects."""
        for _ in range(8):
            if not answer.has_redirect_location:
                return answer
            path = answer.headers["location"].removeprefix(self.browser.origin).removeprefix(PORTAL)
            answer = await self.browser.get(path)
        raise AssertionError("it leads round in circles")

    async def link_to(self, page: str) -> str:
        """Return the link to a page of the portal in the newest mail that has one."""
        link = re.compile(rf"{re.escape(PORTAL)}/{page}#[\w.-]+")

        def links() -> list[str]:
            mails = [mail for mail in mails_sent(self.whole.stack.output_dir) if mail["To"] == EMAIL]
            return [found for mail in mails for found in link.findall(text_of(mail))]

        await self.whole.until(lambda: links() != [], what=f"a mail with a link to {page}")
        return links()[-1]

    def texts(self) -> list[str]:
        """Return the text messages received so far."""
        received = texts_sent(self.whole.stack.output_dir)
        return [sms["text"] for sms in received if sms["destination"] == MOBILE_PHONE]

    async def code_after(self, seen: int) -> str:
        """Return the code in the next text message, when there were `seen` before."""
        await self.whole.until(lambda: len(self.texts()) > seen, what="a text message with a code")
        found = re.search(r"\b\d{6}\b", self.texts()[seen])
        assert found is not None
        return found[0]


def write_policies(path: Path) -> None:
    """Write her insurances, one line each."""
    holder = {
        "name": "Ada Denkbeeldig",
        "email": EMAIL,
        "mobile_phone": f"+{MOBILE_PHONE}",
        "language": "nl",
        "postal_address": {"postcode": "6011RA", "house_number": "16"},
    }
    days = {"effective_on": "2019-04-01", "ends_on": None, "deductible_cents": 0}
    car = {"licence_plate": "RT123H", "make": "Volvo", "model": "V60", "list_price_cents": 4_500_000}
    pet = {"species": "dog", "name": "Bobbie", "born_on": "2020-05-01"}
    lines = [
        ("buildings", HOME_POLICY, {"home": _HOME, "covers": ["buildings"], "product_version": "home-2021.1"}),
        ("car", CAR, {"car": car, "covers": ["third_party"], "product_version": "car-2026.1"}),
        ("pet", PET, {"pet": pet, "covers": ["veterinary"], "product_version": "pet-2026.1"}),
    ]
    path.write_text(
        "".join(
            json.dumps({"policy_number": number, "kind": kind, "policyholder": holder, "terms": [days | terms]}) + "\n"
            for kind, number, terms in lines
        )
    )


def write_declarations(path: Path) -> None:
    """Write what she declared for her dog."""
    items = [
        {"treatment": "Consult", "declared_cents": 9_000, "paid_cents": 6_500, "not_paid_because": "deductible"},
        {"treatment": "Verband", "declared_cents": 1_250, "paid_cents": 1_250},
    ]
    declaration = {
        "declaration_number": "D-2026-000710",
        "policy_number": PET,
        "practice": "Dierenkliniek De Voorbeeldhof",
        "treated_on": "2026-11-02",
        "received_on": "2026-11-04",
        "decided_on": "2026-11-06",
        "paid_on": "2026-11-09",
        "items": items,
    }
    path.write_text(f"{json.dumps(declaration)}\n")


@asynccontextmanager
async def customer_at_the_portal(whole: WholePlatform, directory: Path) -> AsyncIterator[Customer]:
    """Let her be insured, and the portal answer."""
    platform, port = whole.platform, free_port()
    write_policies(directory / "policies-of-ada.jsonl")
    write_declarations(directory / "declarations-of-ada.jsonl")
    await platform.run("policy-svc", "import", str(directory / "policies-of-ada.jsonl"))
    await platform.run("policy-svc", "import-declarations", str(directory / "declarations-of-ada.jsonl"))
    origin = f"http://{LOOPBACK}:{port}"
    printed = await platform.printed_by(
        *("auth-svc", "clients", "add", CLIENT, "--name", "The portal", "--redirect-uri", f"{origin}/callback"),
        *(word for scope in SCOPES for word in ("--scope", scope)),
    )
    line = next(line for line in printed.splitlines() if "client_secret" in line)
    settings = Settings.model_validate(
        {
            "kafka_bootstrap_servers": whole.stack.kafka_bootstrap_servers,
            "database_url": platform.databases["portal-svc"],
            "api_port": port,
            "api_issuer": platform.auth_url,
            "api_jwks_url": f"{platform.auth_url}/.well-known/jwks.json",
            "portal_url": origin,
            "portal_keys": base64.b64encode(secrets.token_bytes(32)).decode(),
            "client_id": CLIENT,
            "client_secret": json.loads(line)["client_secret"],
            "insurer_phone": "088 000 00 00",
            **{f"{name}_url": f"http://{LOOPBACK}:{platform.api_ports[f'{name}-svc']}" for name in ServiceName},
        }
    )
    service = build(settings, transport_of=lambda _: httpx.AsyncHTTPTransport(local_address=_ADDRESS))
    async with (
        harness(service) as running,
        running.answering() as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client,
    ):
        yield Customer(whole, Browser(client, origin))
