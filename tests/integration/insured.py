"""A customer with one insurance of every kind, logged in, who asks policy-svc what the portal would ask for her."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from at_a_browser import CALLBACK, Person, at_home
from pypdf import PdfReader
from received import mails_sent, text_of
from whole_platform import PATIENCE_SECONDS, WholePlatform

from contracts.access import POLICY
from demo.tokens import CALLBACK as STAFFS_CALLBACK

PASSWORD = "drie losse woorden bijeen"
RELATION_NUMBER, EMAIL, MOBILE_PHONE = "200500", "zoe.denkbeeldig@example.org", "31612345500"
HOME_POLICY, CONTENTS, CAR, PET, LIABILITY, TRAVEL, HEALTH = (
    f"{RELATION_NUMBER}-{code}-01" for code in (531, 532, 540, 550, 560, 570, 590)
)
_HOME = {
    "postcode": "6011RA",
    "house_number": "14",
    "location": {"latitude_microdegrees": 51_190_000, "longitude_microdegrees": 5_790_000, "accuracy_metres": 25},
    "home_type": "corner",
    "building": {"floor_area_m2": 120, "volume_m3": 400, "built_in": 1985},
}
_ONE_OF_EACH: Mapping[str, Mapping[str, Any]] = {
    HOME_POLICY: {"home": _HOME, "covers": ["buildings"], "product_version": "home-2021.1"},
    CONTENTS: {"home": _HOME, "covers": ["contents"], "product_version": "home-2021.1"},
    CAR: {
        "car": {"licence_plate": "RT123H", "make": "Volvo", "model": "V60", "list_price_cents": 4_500_000},
        "covers": ["third_party", "limited_casco"],
        "product_version": "car-2026.1",
    },
    PET: {
        "pet": {"species": "dog", "name": "Bobbie", "born_on": "2020-05-01"},
        "covers": ["veterinary"],
        "product_version": "pet-2026.1",
    },
    LIABILITY: {"persons": "family", "covers": ["private_liability"], "product_version": "liability-2026.1"},
    TRAVEL: {
        "persons": "family",
        "area": "europe",
        "covers": ["travel", "luggage"],
        "product_version": "travel-2026.1",
    },
    HEALTH: {"persons": "single", "covers": ["basic_health"], "product_version": "health-2026"},
}
_KINDS = ("buildings", "contents", "car", "pet", "liability", "travel", "health")


def write_policy_file(path: Path) -> None:
    """Write the customer's insurances, one line each."""
    holder = {
        "name": "Zoë Denkbeeldig",
        "email": EMAIL,
        "mobile_phone": f"+{MOBILE_PHONE}",
        "language": "nl",
        "postal_address": {"postcode": "6011RA", "house_number": "14"},
    }
    days = {"effective_on": "2019-04-01", "ends_on": None, "deductible_cents": 0}
    lines = [
        {"policy_number": number, "kind": kind, "policyholder": holder, "terms": [days | dict(terms)]}
        for kind, (number, terms) in zip(_KINDS, _ONE_OF_EACH.items(), strict=True)
    ]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


@dataclass
class Insured:
    """The customer. `token` opens her own insurances."""

    person: Person
    http: httpx.AsyncClient
    token: str

    async def get(self, path: str, query: Mapping[str, str] | None = None, *, status: int = 200) -> httpx.Response:
        """Read something of her own, once policy-svc knows by which keys tokens are signed."""
        answer = await self.http.get(f"{self._own}{path}", params=query, headers=self._headers())
        while answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            await asyncio.sleep(int(answer.headers["Retry-After"]))
            answer = await self.http.get(f"{self._own}{path}", params=query, headers=self._headers())
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer

    async def post(self, path: str, body: object = None, *, status: int) -> dict[str, Any]:
        """Send something about herself."""
        headers = {**self._headers(), "Idempotency-Key": str(uuid4())}
        answer = await self.http.post(f"{self._own}{path}", json=body, headers=headers)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return dict(answer.json())

    async def change(self, policy_number: str, **asked: object) -> dict[str, Any]:
        """Have a change computed and confirm it; return what was shown."""
        path = f"/policies/{policy_number}/change-previews"
        shown = await self.post(path, asked, status=201)
        confirmed = await self.post(f"{path}/{shown['preview_id']}/confirmation", status=200)
        assert confirmed["effective_on"] == shown["effective_on"]
        return shown

    async def policy(self, policy_number: str, *, on: date | str | None = None) -> dict[str, Any]:
        """Read one insurance as it stands on a day."""
        answer = await self.get(f"/policies/{policy_number}", {"on": str(on)} if on else None)
        return dict(answer.json())

    async def version_because(self, policy_number: str, reason: str) -> dict[str, Any]:
        """Read the newest version of an insurance once it was made for this reason."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                newest = (await self.get(f"/policies/{policy_number}/versions")).json()["items"][0]
                if newest["reason"] == reason:
                    return dict(newest)
                await asyncio.sleep(0.2)

    async def pdf(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """Download a document and return the text in it."""
        answer = await self.get(path, query)
        assert answer.headers["Content-Type"] == "application/pdf"
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)

    async def mail_about(self, *words: str) -> str:
        """Wait for a mail to her that holds all these words; return its text on one line."""

        def found() -> list[str]:
            mails = [
                " ".join(text_of(mail).split())
                for mail in mails_sent(self.person.whole.stack.output_dir)
                if mail["To"] == self.person.email
            ]
            return [text for text in mails if all(word in text for word in words)]

        await self.person.whole.until(lambda: found() != [], what=f"a mail with {words}")
        return found()[-1]

    @property
    def _own(self) -> str:
        return f"/customers/{self.person.relation_number}"

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": "nl"}


@asynccontextmanager
async def logged_in(
    whole: WholePlatform, *, portal: str, address: str, email: str, relation_number: str, mobile_phone: str
) -> AsyncIterator[Insured]:
    """Let a customer make an account and log in from an address, by a portal of that name that is added for this."""
    scopes = sorted({operation.scope for operation in POLICY if operation.scope})
    await whole.platform.run(
        *("auth-svc", "clients", "add", portal, "--name", "A portal", "--public"),
        *("--redirect-uri", CALLBACK, "--redirect-uri", STAFFS_CALLBACK),
        *(argument for scope in scopes for argument in ("--scope", scope)),
    )
    async with (
        at_home(whole.platform.auth_url, address=address) as accounts,
        httpx.AsyncClient(base_url=whole.platform.policy_url, timeout=20) as insurances,
    ):
        person = Person(
            *(whole, accounts, portal), email=email, relation_number=relation_number, mobile_phone=mobile_phone
        )
        await person.activate(PASSWORD)
        await person.log_in(PASSWORD)
        yield Insured(person, insurances, await person.token())
