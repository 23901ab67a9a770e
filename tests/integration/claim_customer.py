"""A customer at the portal's pages about claims, and a handler at the desk: what their browsers ask claims-svc."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from at_a_browser import Person
from received import mails_sent, text_of

from demo.input_files import HOURS

_PATIENCE_SECONDS = 20
_HOME = {
    "postcode": "6229AA",
    "house_number": "17",
    "location": {"latitude_microdegrees": 50_873_200, "longitude_microdegrees": 5_727_900, "accuracy_metres": 25},
    "home_type": "terraced",
}
"""In Maastricht, where it rained heavily on 14 July 2021 and little on 10 July."""
_STATION, _LAST_YEAR = "380", datetime.now(UTC).year - 1
"""A loss that is reported by HTTP is reported now, and what is reported after three years goes to a handler."""
DAY_OF_HEAVY_RAIN, QUIET_DAY = f"{_LAST_YEAR}-07-14", f"{_LAST_YEAR}-07-10"


def write_hours(path: Path) -> None:
    """Write the rain of July 2021 near that home as if it had fallen last year."""
    lines = HOURS[0].read_text().splitlines()
    ours = [line for line in lines if line.startswith(("#", f"{_STATION:>5},"))]
    path.write_text("\n".join(ours).replace(",202107", f",{_LAST_YEAR}07") + "\n")


def write_policies(path: Path, holders: Sequence[tuple[str, str, str]], *, homes: int) -> None:
    """Write insurances of so many homes for each holder, who is told by relation number, e-mail address and phone."""
    terms = {"effective_on": "2019-04-01", "ends_on": None, "deductible_cents": 0, "product_version": "home-2021.1"}
    lines = [
        {
            "policy_number": policy_of(relation_number, home),
            "policyholder": {"name": "Anna Bedacht", "email": email, "mobile_phone": f"+{phone}", "language": "nl"},
            "terms": [{**terms, "home": _HOME, "covers": ["buildings", "contents"]}],
        }
        for relation_number, email, phone in holders
        for home in range(1, homes + 1)
    ]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def policy_of(relation_number: str, home: int) -> str:
    """Return the number of a customer's insurance of one home: losses at different homes are different losses."""
    return f"{relation_number}-531-{home:02d}"


@dataclass(frozen=True)
class AtDesk:
    """A handler who is logged in."""

    claims: httpx.AsyncClient
    token: str

    async def get(self, reference: str, path: str = "") -> dict[str, Any]:
        """Read a claim, or something of it."""
        return await self._ask("GET", reference, path)

    async def post(self, reference: str, path: str, body: object) -> dict[str, Any]:
        """Do something about a claim."""
        return await self._ask("POST", reference, path, body)

    async def cover_what_is_open(self, reference: str, *, reason: str) -> dict[str, Any]:
        """Decide the first of what is left open in the customer's favour."""
        shown = await self.get(reference)
        opened = next(each for each in shown["can_be_decided"] if "covered" in each["outcomes"])
        about = {name: opened[name] for name in ("ground", "route", "by_fire", "item", "overrules")}
        ruling = {"outcome": "covered", "reason": reason, **about}
        return await self.post(reference, "/rulings", {"claim_version": shown["claim_version"], "rulings": [ruling]})

    async def kinds(self, reference: str) -> list[str]:
        """Return what happened to a claim, as handlers see it."""
        return [entry["kind"] for entry in (await self.get(reference, "/timeline"))["items"]]

    async def _ask(self, method: str, reference: str, path: str, body: object = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid4())}
        answer = await self.claims.request(method, f"/desk/claims/{reference}{path}", json=body, headers=headers)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return dict(answer.json()) if answer.content else {}


@dataclass(frozen=True)
class ClaimCustomer:
    """The customer. `token` opens the own claims."""

    person: Person
    claims: httpx.AsyncClient
    token: str

    @property
    def relation_number(self) -> str:
        """As in the welcome mail."""
        return self.person.relation_number

    async def ask(
        self,
        method: str,
        path: str,
        *,
        of: str = "",
        headers: Mapping[str, str] | None = None,
        language: str = "nl",
        **content: Any,  # noqa: ANN401 - as httpx takes it
    ) -> httpx.Response:
        """Send a request about one's own claims, or about those `of` somebody else."""
        sent = {"Authorization": f"Bearer {self.token}", "Accept-Language": language, **(headers or {})}
        if method == "POST":
            sent.setdefault("Idempotency-Key", str(uuid4()))
        path = f"/customers/{of or self.relation_number}/claims{path}"
        answer = await self.claims.request(method, path, headers=sent, **content)
        while answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:  # it has just started and knows no keys yet
            await asyncio.sleep(int(answer.headers["Retry-After"]))
            answer = await self.claims.request(method, path, headers=sent, **content)
        return answer

    async def get(self, path: str, *, language: str = "nl") -> dict[str, Any]:
        """Read something of one's own."""
        answer = await self.ask("GET", path, language=language)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return dict(answer.json())

    async def post(self, path: str, body: object, *, status: int = 200) -> dict[str, Any]:
        """Send something about one's own claims."""
        answer = await self.ask("POST", path, json=body)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return dict(answer.json())

    async def report(self, home: int, **told: object) -> dict[str, Any]:
        """Report a loss at one of the homes; return what the portal shows then."""
        policy_number = policy_of(self.relation_number, home)
        return await self.post("", {"policy_number": policy_number, **told}, status=201)

    async def until(self, reference: str, is_so: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
        """Look at a claim until it is so; return it."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        claim = await self.get(f"/{reference}")
        while not is_so(claim):
            assert time.monotonic() < deadline, claim
            await asyncio.sleep(0.05)
            claim = await self.get(f"/{reference}")
        return claim

    async def mail_with(self, *words: str) -> str:
        """Wait for a mail that holds all these words; return its text on one line."""

        def found() -> list[str]:
            mails = mails_sent(self.person.whole.stack.output_dir)
            texts = [" ".join(text_of(mail).split()) for mail in mails if mail["To"] == self.person.email]
            return [text for text in texts if all(word in text for word in words)]

        await self.person.whole.until(lambda: found() != [], what=f"a mail with {words}")
        return found()[-1]

    async def put_file(self, reference: str, contents: bytes, media_type: str) -> tuple[str, httpx.Response]:
        """Send a photo or document under a new id; return the id, and the answer."""
        file_id = str(uuid4())
        path = f"/{reference}/files/{file_id}"
        return file_id, await self.ask("PUT", path, content=contents, headers={"Content-Type": media_type})
