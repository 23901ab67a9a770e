"""A claim that people bring to its end: asked, answered, denied, reviewed, repaired; and another one that is paid."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID, uuid4

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from PIL import Image

from contracts.access import Role
from contracts.claim_reports import REPORT_RECEIVED, ReportReceived
from contracts.envelope import decode, encode
from contracts.loss_reports import LOSS_REPORTED, DamageKind, LossReported, ReportChannel
from contracts.payments import PAYMENT_ORDERED, PAYMENT_SETTLED, PaymentOutcome, PaymentSettled
from contracts.repairs import (
    REPAIR_JOB_REPORTED,
    REPAIR_REQUESTED,
    JobStatus,
    RepairedItem,
    RepairJobReported,
    RepairRequested,
)
from contracts.topic import Event, Topic
from contracts.vocabulary import LossInterval
from demo import staff
from demo.insurance_change import POLICY_NUMBER, RELATION_NUMBER, mails_to_customer
from demo.steps import Step, StepError, expect, take

_LOSS = LossInterval(
    from_at=datetime(2021, 7, 10, 22, 0, tzinfo=UTC), until_at=datetime(2021, 7, 11, 21, 59, tzinfo=UTC)
)
"""A Dutch day: more nobody knows yet."""
_REPORTED_AT = datetime(2021, 7, 12, 7, 30, tzinfo=UTC)
_DAMAGE_CENTS, _REPAIRED_CENTS = 310_000, 272_500
PARTNER: Final = "partner-droog"
_WAITING_SECONDS = 20
_LOOK_EVERY_SECONDS = 0.1
E = TypeVar("E", bound=Event)


class Services(staff.Services, Protocol):
    """The running services, and what the outside world received of them."""

    @property
    def auth_url(self) -> str:
        """Where auth-svc answers."""

    @property
    def claims_url(self) -> str:
        """Where claims-svc answers."""

    @property
    def policy_url(self) -> str:
        """Where policy-svc answers."""

    async def collect_messages(self, directory: Path) -> None:
        """Let `directory` hold every mail and SMS received so far."""


@dataclass
class Outside:
    """The systems around the platform, at its broker: who reports, pays and repairs."""

    kafka: Mapping[str, Any]
    producer: AIOKafkaProducer

    async def send(self, topic: Topic[E], event: E) -> None:
        """Publish as an outside system does."""
        message = encode(topic, event, event_id=str(uuid4()), source="/demo", time=datetime.now(UTC))
        await self.producer.send_and_wait(message.topic, message.value, key=message.key, headers=list(message.headers))

    async def find(self, topic: Topic[E], wanted: Callable[[E], bool]) -> E:
        """Return the first event like that on a topic, from its beginning on; wait for it a while.

        Raises:
            StepError: it did not come.
        """
        consumer = AIOKafkaConsumer(topic.name, **self.kafka, auto_offset_reset="earliest", group_id=None)
        await consumer.start()
        try:
            async with asyncio.timeout(_WAITING_SECONDS):
                async for record in consumer:
                    event = decode(topic, headers=record.headers, key=record.key, value=record.value).event
                    if wanted(event):
                        return event
        except TimeoutError:
            pass
        finally:
            await consumer.stop()
        raise StepError(f"nothing like that came on {topic.name} within {_WAITING_SECONDS} s")


@dataclass
class ClaimByPeople:
    """What has happened so far. `token` tells the customer's access token, `handler` and `senior` those of staff."""

    services: Services
    accounts: httpx.AsyncClient
    claims: httpx.AsyncClient
    outside: Outside
    token: Callable[[], str]
    received: Path
    email: str
    handler: str = ""
    senior: str = ""
    third: str = ""
    report_id: UUID = field(default_factory=uuid4)
    reference: str = ""
    questions: Sequence[str] = ()
    file_id: UUID = field(default_factory=uuid4)
    proposal: str = ""
    job: RepairRequested | None = None

    def steps(self) -> Sequence[tuple[str, Callable[[], Awaitable[None]]]]:
        """Return what happens, in order."""
        return (
            ("reports a loss by policy number and day alone, and is answered on Kafka", self.report),
            ("is asked by mail how the water came in and what was damaged", self.be_asked),
            ("answers", self.answer),
            ("adds a photo; its preview does not say where it was taken", self.add_photo),
            ("three members of staff log in by password and app", self.let_staff_in),
            ("a handler takes the claim and proposes a denial, which is no decision yet", self.propose),
            ("the same handler cannot approve it; a senior handler does: denied", self.approve),
            ("asks for a review, which another person ends: overturned, covered", self.review),
            ("chooses repair; a firm accepts, is told how to call, and completes it", self.repair),
            ("sees that an earlier claim's payment was ordered, and that it was transferred", self.be_paid),
        )

    async def report(self) -> None:
        """A system upstream knows two things of the loss; the answer names the claim and what is still open."""
        report = LossReported(
            report_id=self.report_id,
            policy_number=POLICY_NUMBER,
            channel=ReportChannel.PORTAL,
            reported_at=_REPORTED_AT,
            loss=_LOSS,
        )
        await self.outside.send(LOSS_REPORTED, report)

        def answers_it(answer: ReportReceived) -> bool:
            return answer.report_id == self.report_id

        answer = await self.outside.find(REPORT_RECEIVED, answers_it)
        self.reference, self.questions = answer.claim_reference, answer.open_questions
        if list(self.questions) != ["route", "damage"]:
            raise StepError(f"open are {list(self.questions)}")

    async def be_asked(self) -> None:
        """The mail names the claim; the page behind it shows the questions in words."""
        await self._mail_with(self.reference)
        asked = await self._get("/questions")
        if [question["code"] for question in asked.json()["questions"]] != list(self.questions):
            raise StepError(f"{asked.json()} is asked")

    async def answer(self) -> None:
        """A storm opened the way for the water: the policy leaves that to a handler, whatever it rained."""
        told = [
            {"code": "route", "routes": ["storm"]},
            {"code": "damage", "damage": [{"kind": "buildings", "amount_cents": _DAMAGE_CENTS}]},
        ]
        await self._post("/answers", {"answers": told})
        left = (await self._get("/questions")).json()["questions"]
        if left:
            raise StepError(f"{left} is still asked")
        await self._until("referred", lambda claim: claim["state"] == "referred")

    async def add_photo(self) -> None:
        """A photo that says where it was taken."""
        path = f"{self._path}/files/{self.file_id}"
        headers = {**self._headers(), "Content-Type": "image/jpeg"}
        expect(await self.claims.put(path, content=_photo(), headers=headers), HTTPStatus.CREATED)
        preview = await self.claims.get(f"{path}/preview", headers=self._headers())
        expect(preview, HTTPStatus.OK)
        if Image.open(io.BytesIO(preview.content)).getexif():
            raise StepError("the preview still tells something of the camera")

    async def let_staff_in(self) -> None:
        """Two senior handlers and a handler: each is invited, and shows the codes of an app of their own."""
        senior = Role.SENIOR_HANDLER
        people = (("handler-1", Role.CLAIMS_HANDLER), ("senior-1", senior), ("senior-2", senior))
        self.handler, self.senior, self.third = [
            await staff.log_in(
                self.services, self.accounts, role=role, email=f"{name}@insurer.example", scopes=staff.STAFF_SCOPES
            )
            for name, role in people
        ]

    async def propose(self) -> None:
        """A denial needs a second person."""
        expect(await self._at_desk("PUT", "/assignment", self.handler), HTTPStatus.NO_CONTENT)
        ruled = await self._rule("denied", self.handler)
        if ruled["state"] != "proposed":
            raise StepError(f"the denial is {ruled['state']}")
        self.proposal = ruled["proposal_id"]

    async def approve(self) -> None:
        """Whoever proposed cannot approve."""
        path, body = f"/proposals/{self.proposal}/approval", {"reason": "No storm was measured that day"}
        expect(await self._at_desk("POST", path, self.handler, body), HTTPStatus.CONFLICT)
        expect(await self._at_desk("POST", path, self.senior, body), HTTPStatus.OK)
        await self._until("denied", lambda claim: claim["outcome"] == "denied")

    async def review(self) -> None:
        """A person who had no part in it looks again, and sees the photo."""
        asked = await self._post("/reviews", {"reason": "Three roofs in our street are open: see the photo"})
        await self._rule("covered", self.third)
        ended = {"outcome": "overturned", "answer": "You are right: the photo shows it"}
        path = f"/reviews/{asked.json()['review_id']}/outcome"
        expect(await self._at_desk("POST", path, self.third, ended), HTTPStatus.OK)
        await self._until("covered", lambda claim: claim["outcome"] == "covered")

    async def repair(self) -> None:
        """The job tells an area and no person; the firm that takes it learns how to call, and no other does."""
        chosen = {"choice": "repair", "contact_may_be_given": True, "areas": ["ground_floor"]}
        await self._post("/repair", chosen)

        def is_it(job: RepairRequested) -> bool:
            return job.claim_reference == self.reference

        job = await self.outside.find(REPAIR_REQUESTED, is_it)
        await self._tell_job(job, JobStatus.ACCEPTED)
        token = await self._partner_token()
        await self._until_partner_reads(f"/repair-jobs/{job.job_id}/contact", token)
        repaired = RepairedItem(kind=DamageKind.BUILDINGS, amount_cents=_REPAIRED_CENTS)
        await self._tell_job(job, JobStatus.COMPLETED, items=(repaired,))

        async def state() -> str:
            return str((await self._get("/repair")).json()["state"])

        await _wait_for("completed", state)

    async def be_paid(self) -> None:
        """The order names an amount and no account; whoever pays tells that it was transferred."""
        listed = await self._get_own("/claims")
        paid = {claim["reference"]: claim for claim in listed.json()["items"] if claim["payable_cents"]}
        order = await self.outside.find(PAYMENT_ORDERED, lambda order: order.claim_reference in paid)
        settled = PaymentSettled(
            payment_id=order.payment_id, outcome=PaymentOutcome.SETTLED, ended_at=datetime.now(UTC)
        )
        await self.outside.send(PAYMENT_SETTLED, settled)

        async def state() -> str:
            answer = await self._get_own(f"/claims/{order.claim_reference}/payments")
            return str(answer.json()["payments"][0]["state"])

        await _wait_for("settled", state)

    async def _tell_job(self, job: RepairRequested, status: JobStatus, *, items: tuple[RepairedItem, ...] = ()) -> None:
        told = RepairJobReported(
            job_id=job.job_id, partner_id=PARTNER, status=status, items=items, reported_at=datetime.now(UTC)
        )
        await self.outside.send(REPAIR_JOB_REPORTED, told)

    async def _partner_token(self) -> str:
        printed = await self.services.printed_by(
            *("auth-svc", "clients", "add", "--name", "A repair firm", "--role", "partner"),
            *("--scope", "repair-contacts:read", PARTNER),
        )
        form = {"grant_type": "client_credentials", "scope": "repair-contacts:read"}
        answer = await self.accounts.post("/oauth/token", data=form, auth=(PARTNER, _secret_in(printed)))
        expect(answer, HTTPStatus.OK)
        return str(answer.json()["access_token"])

    async def _until_partner_reads(self, path: str, token: str) -> None:
        async with httpx.AsyncClient(base_url=self.services.policy_url, timeout=_WAITING_SECONDS) as policies:

            async def status() -> int:
                return (await policies.get(path, headers={"Authorization": f"Bearer {token}"})).status_code

            await _wait_for(HTTPStatus.OK, status)

    async def _rule(self, outcome: str, token: str) -> dict[str, Any]:
        """Decide everything that is left open of the claim in one way."""
        shown = (await self._at_desk("GET", "", token)).json()
        rulings = [
            {
                "outcome": outcome,
                "reason": "Seen on the photo",
                **{name: each[name] for name in ("ground", "route", "by_fire", "item", "overrules")},
            }
            for each in shown["can_be_decided"]
            if outcome in each["outcomes"]
        ]
        ruled = await self._at_desk(
            "POST", "/rulings", token, {"claim_version": shown["claim_version"], "rulings": rulings[:1]}
        )
        expect(ruled, HTTPStatus.OK)
        return dict(ruled.json())

    async def _at_desk(self, method: str, path: str, token: str, body: object = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        return await self.claims.request(method, f"/desk/claims/{self.reference}{path}", json=body, headers=headers)

    @property
    def _path(self) -> str:
        return f"/customers/{RELATION_NUMBER}/claims/{self.reference}"

    async def _get(self, path: str) -> httpx.Response:
        return await self._get_own(f"/claims/{self.reference}{path}")

    async def _get_own(self, path: str) -> httpx.Response:
        answer = await self.claims.get(f"/customers/{RELATION_NUMBER}{path}", headers=self._headers())
        expect(answer, HTTPStatus.OK)
        return answer

    async def _post(self, path: str, body: object) -> httpx.Response:
        headers = {**self._headers(), "Idempotency-Key": str(uuid4())}
        answer = await self.claims.post(f"{self._path}{path}", json=body, headers=headers)
        if answer.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise StepError(f"{path} answered {answer.status_code}: {answer.text}")
        return answer

    async def _until(self, what: str, is_so: Callable[[Mapping[str, Any]], bool]) -> None:
        async def as_wanted() -> bool:
            return is_so((await self._get("")).json())

        await _wait_for(True, as_wanted, what=what)  # noqa: FBT003 - what is waited for

    async def _mail_with(self, words: str) -> None:
        async def came() -> bool:
            await self.services.collect_messages(self.received)
            return any(words in text for text in mails_to_customer(self.received, self.email))

        await _wait_for(True, came, what=f"a mail about {words}")  # noqa: FBT003 - what is waited for

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}", "Accept-Language": "nl"}


async def _wait_for(wanted: object, look: Callable[[], Awaitable[object]], *, what: str | None = None) -> None:
    """Return once `look` gives what is wanted; raise `StepError` when that takes too long."""
    deadline = time.monotonic() + _WAITING_SECONDS
    seen = await look()
    while seen != wanted:
        if time.monotonic() > deadline:
            raise StepError(f"{what or wanted} did not come within {_WAITING_SECONDS} s; last seen: {seen}")
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
        seen = await look()


def _secret_in(printed: str) -> str:
    """Return the secret among what the command prints."""
    line = next(line for line in printed.splitlines() if "client_secret" in line)
    return str(json.loads(line)["client_secret"])


def _photo() -> bytes:
    """Return a picture, as a camera writes it that knows where it is."""
    picture = Image.new("RGB", (1_200, 900), (96, 122, 140))
    exif = Image.Exif()
    exif[_GPS] = {1: "N", 2: (51.0, 11.0, 24.0), 3: "E", 4: (5.0, 47.0, 24.0)}
    written = io.BytesIO()
    picture.save(written, "JPEG", exif=exif)
    return written.getvalue()


_GPS: Final = 0x8825
"""Where EXIF keeps the place."""


async def bring_to_an_end(
    services: Services, kafka: Mapping[str, Any], *, token: Callable[[], str], received: Path, email: str
) -> Sequence[Step]:
    """Take every step in turn; after one that failed the others are not taken. `token` is the customer's."""
    async with AsyncExitStack() as open_until_the_end:
        accounts, claims = [
            await open_until_the_end.enter_async_context(httpx.AsyncClient(base_url=url, timeout=_WAITING_SECONDS))
            for url in (services.auth_url, services.claims_url)
        ]
        producer = AIOKafkaProducer(**kafka)
        await producer.start()
        open_until_the_end.push_async_callback(producer.stop)
        outside = Outside(kafka, producer)
        claim = ClaimByPeople(services, accounts, claims, outside, token=token, received=received, email=email)
        return await take(claim.steps())
