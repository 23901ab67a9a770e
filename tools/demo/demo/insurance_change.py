"""A customer has a higher deductible computed, confirms it, is told by mail, and downloads the policy schedule."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import uuid4

import httpx

from demo.steps import StepError, expect

RELATION_NUMBER: Final = "123456"
"""The customer of the first policy that is imported."""
POLICY_NUMBER: Final = f"{RELATION_NUMBER}-531-04"
DEDUCTIBLE_CENTS: Final = 50_000
PREVIEW_FILE, SCHEDULE_FILE = "change-preview.json", "policy-schedule.pdf"
_WAITING_SECONDS = 20
_LOOK_EVERY_SECONDS = 0.1


class Services(Protocol):
    """The running services, and what the outside world received of them."""

    @property
    def policy_url(self) -> str:
        """Where policy-svc answers."""

    async def collect_messages(self, directory: Path) -> None:
        """Let `directory` hold every mail and SMS received so far."""


@dataclass
class InsuranceChange:
    """What the customer has seen so far. `token` tells the access token, once there is one."""

    services: Services
    client: httpx.AsyncClient
    token: Callable[[], str]
    output: Path
    email: str
    preview: Mapping[str, Any] = field(default_factory=dict)

    def steps(self) -> Sequence[tuple[str, Callable[[], Awaitable[None]]]]:
        """Return what the customer does, in order."""
        return (
            ("sees the own insurances, with premium and cover", self.look),
            ("has a deductible of € 500 computed: a lower premium from tomorrow", self.have_it_computed),
            ("confirms it, twice: it is changed once", self.confirm),
            ("is told by e-mail that a new policy is ready", self.be_told),
            ("downloads the policy schedule of that day as PDF", self.download),
        )

    async def look(self) -> None:
        """All insurances of the relation number are shown."""
        answer = await self._get("/policies")
        shown = {policy["policy_number"] for policy in answer.json()["items"]}
        if POLICY_NUMBER not in shown:
            raise StepError(f"{sorted(shown)} were shown")

    async def have_it_computed(self) -> None:
        """A preview tells the new premium; nothing is changed yet."""
        asked = {"kind": "deductible", "deductible_cents": DEDUCTIBLE_CENTS}
        answer = await self._post(f"/policies/{POLICY_NUMBER}/change-previews", asked)
        expect(answer, HTTPStatus.CREATED)
        (self.output / PREVIEW_FILE).write_bytes(answer.content)
        self.preview = answer.json()
        if self.preview["premium_difference_cents"] >= 0:
            raise StepError(f"the premium changed by {self.preview['premium_difference_cents']} cents")

    async def confirm(self) -> None:
        """A repetition changes nothing, and is answered alike."""
        path = f"/policies/{POLICY_NUMBER}/change-previews/{self.preview['preview_id']}/confirmation"
        answers = [await self._post(path, None) for _ in range(2)]
        for answer in answers:
            expect(answer, HTTPStatus.OK)
        if answers[0].json() != answers[1].json():
            raise StepError("the second confirmation was answered otherwise")

    async def be_told(self) -> None:
        """The mail names relation number and policy."""
        for _ in range(int(_WAITING_SECONDS / _LOOK_EVERY_SECONDS)):
            await self.services.collect_messages(self.output)
            if any(
                POLICY_NUMBER in text and RELATION_NUMBER in text for text in mails_to_customer(self.output, self.email)
            ):
                return
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        raise StepError(f"no mail about policy {POLICY_NUMBER} came within {_WAITING_SECONDS} s")

    async def download(self) -> None:
        """The schedule of the first day with the new deductible."""
        day = self.preview["effective_on"]
        answer = await self._get(f"/policies/{POLICY_NUMBER}/schedule", {"on": day})
        if not answer.content.startswith(b"%PDF-"):
            raise StepError("what was downloaded is no PDF")
        (self.output / SCHEDULE_FILE).write_bytes(answer.content)

    async def _get(self, path: str, query: Mapping[str, str] | None = None) -> httpx.Response:
        answer = await self.client.get(f"/customers/{RELATION_NUMBER}{path}", params=query, headers=self._headers())
        expect(answer, HTTPStatus.OK)
        return answer

    async def _post(self, path: str, body: object) -> httpx.Response:
        headers = {**self._headers(), "Idempotency-Key": str(uuid4())}
        return await self.client.post(f"/customers/{RELATION_NUMBER}{path}", json=body, headers=headers)

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token()}", "Accept-Language": "nl"}


def mails_to_customer(received: Path, address: str) -> Iterable[str]:
    """Return the text of each mail to an address, the newest first."""
    for path in sorted((received / "mailbox").glob("*.eml"), reverse=True):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        if address in str(mail["To"]) and body is not None:
            yield str(body.get_content())
