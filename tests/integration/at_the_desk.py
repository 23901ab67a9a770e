"""Those around a claim, on the running platform: its customer, handlers, an operator, partners, and who pays."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import uuid4

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition
from at_a_browser import CALLBACK, Person, at_home
from received import mails_sent, text_of
from whole_platform import PATIENCE_SECONDS, WholePlatform

from contracts.access import Role
from contracts.topic import Topic
from demo import staff
from demo.claim_by_people import Outside
from demo.tokens import CALLBACK as STAFFS_CALLBACK

RELATION_NUMBER: Final = "200700"
NAME, EMAIL, MOBILE_PHONE = "Noor Waterkant", "noor.waterkant@example.org", "31612345700"
POSTCODE, HOUSE_NUMBER = "6011XN", "7703b"
PORTAL, DESK = "portal-beside-handlers", "desk-of-handlers"
_STAFF: Final = (
    *("claims:read", "claims:write", "claims:search", "claims:assess"),
    *("desk:read", "desk:write", "desk:decide"),
)
_OPERATOR: Final = ("claims:search", "claims:assess")
_CUSTOMER: Final = ("account:read", "claims:read", "claims:write")
_PASSWORD = "acht woorden over water dat komt"
_ONE_DAY = timedelta(days=1)
TODAY: Final = datetime.now(UTC).date()
WET_DAY, DRY_DAY = TODAY - 12 * _ONE_DAY, TODAY - 5 * _ONE_DAY
"""Of these tests' own rain: so lately that a report by phone is no late one, so long ago that a no is final."""
ELL, MAASTRICHT = "377", "380"
"""Stations: heavy rain was measured at the first, and 0.4 mm less than that at the other."""
IN_MAASTRICHT, EXPENSIVE = "08", "07"
"""The policy of a home there, and one with the highest deductible."""
NUMBERS: Final = tuple(f"{number:02}" for number in range(1, 17))
OVER_LAND: Final = {"precipitation_left_its_course": "true", "came_through_open_window_or_door": "false"}
STORM: Final = {"storm_caused_damage": "true"}
BEARING: Final = 25_000
"""What is borne at least of damage by heavy weather."""
_HOMES: Final = {ELL: (51_190_000, 5_790_000), MAASTRICHT: (50_873_200, 5_727_900)}
T = TypeVar("T")


def moment(day: date, *, hour: int = 14) -> datetime:
    """Return half past an hour of a day, UTC: on the wet day it has rained for six hours at half past two."""
    return datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)


def write_hours(path: Path, *, station: str, tenths_mm: int, at_noon: int | None = None) -> Path:
    """Write three dry weeks of a station but for twelve hours of one day, of which one can differ; return the path."""
    lines = ["# STN,YYYYMMDD,   HH,   DR,   RH"]
    for back in range(21, 0, -1):
        day = TODAY - back * _ONE_DAY
        for hour in range(1, 25):
            rain = tenths_mm if day == WET_DAY and hour in range(9, 21) else 0
            if day == WET_DAY and hour == 12 and at_noon is not None:
                rain = at_noon
            lines.append(f"  {station},{day:%Y%m%d},{hour:5},{10 if rain else 0:5},{rain:5}")
    path.write_text("\n".join(lines) + "\n")
    return path


def policy(number: str) -> str:
    """Return the number of one of the customer's policies: each story has one of its own."""
    return f"{RELATION_NUMBER}-531-{number}"


def policy_line(number: str, *, deductible_cents: int = 0) -> str:
    """Return one insurance of the customer as it is imported."""
    latitude, longitude = _HOMES[MAASTRICHT if number == policy(IN_MAASTRICHT) else ELL]
    home = {
        "postcode": POSTCODE,
        "house_number": HOUSE_NUMBER,
        "location": {"latitude_microdegrees": latitude, "longitude_microdegrees": longitude, "accuracy_metres": 25},
        "home_type": "detached",
    }
    terms = {
        "effective_on": "2019-04-01",
        "ends_on": None,
        "home": home,
        "covers": ["buildings", "contents"],
        "deductible_cents": deductible_cents,
        "product_version": "home-2021.1",
    }
    holder = {"name": NAME, "email": EMAIL, "mobile_phone": f"+{MOBILE_PHONE}", "language": "nl"}
    return json.dumps({"policy_number": number, "policyholder": holder, "terms": [terms]}) + "\n"


def write_policies(path: Path) -> Path:
    """Write all insurances of the customer; return the path."""
    path.write_text(
        "".join(
            policy_line(policy(number), deductible_cents=100_000 if number == EXPENSIVE else 0) for number in NUMBERS
        )
    )
    return path


@dataclass(frozen=True)
class Visitor:
    """Somebody who comes to a service with a token."""

    http: httpx.AsyncClient
    token: str

    async def send(self, method: str, path: str, body: object = None, **query: str) -> httpx.Response:
        """Ask for something."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "nl"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        return await self.http.request(method, path, json=body, params=query or None, headers=headers)

    async def get(self, path: str, **query: str) -> Any:  # noqa: ANN401 - any JSON
        """Read something that is there."""
        answer = await self.send("GET", path, **query)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    async def post(self, path: str, body: object = None, *, status: int) -> Any:  # noqa: ANN401 - any JSON
        """Send something, which must be answered by this status."""
        answer = await self.send("POST", path, body)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: object = None) -> str:
        """Ask for something that conflicts with what is so; return the name of the problem, which says what to do."""
        answer = await self.send(method, path, body)
        assert answer.status_code == 409, (path, answer.status_code, answer.text)
        problem = answer.json()
        assert problem["title"], problem
        assert problem.get("remedy") or problem.get("detail"), problem
        return str(problem["type"]).rpartition("/")[2]


@dataclass(frozen=True)
class Desk:
    """Everybody who has to do with the customer's claims. `handler` and `colleague` are claims handlers."""

    whole: WholePlatform
    outside: Outside
    customer: Visitor
    handler: Visitor
    colleague: Visitor
    senior: Visitor
    operator: Visitor
    directory: Path

    async def correct_policy(self, number: str, *, deductible_cents: int) -> None:
        """Let the insurance of a home always have had another deductible."""
        path = self.directory / f"{number}-{deductible_cents}.jsonl"
        path.write_text(policy_line(number, deductible_cents=deductible_cents))
        await self.whole.platform.run("policy-svc", "import", str(path))

    async def rain(self, station: str, *, at_noon: int) -> None:
        """Let KNMI correct the hour until noon of the wet day, though that is long ago, to so many tenths of a mm."""
        path = self.directory / f"corrected_{station}_{at_noon}.txt"
        write_hours(path, station=station, tenths_mm=33, at_noon=at_noon)
        await self.whole.platform.run("weather-svc", "import-hours", "--force", str(path))

    async def phoned(
        self,
        policy_number: str,
        facts: Mapping[str, str],
        *damage: tuple[str, int] | tuple[str, int, str],
        day: date = WET_DAY,
        by: Visitor | None = None,
    ) -> str:
        """Let a handler, or somebody else, report a loss; return the reference of its claim once that is decided on."""
        answer = await (by or self.handler).post(
            f"/customers/{RELATION_NUMBER}/claims", loss(policy_number, facts, *damage, day=day), status=201
        )
        reference = str(answer["reference"])
        await self.until_claim(reference, lambda claim: claim["claim_version"] > 0, what="a decision")
        return reference

    async def claim(self, reference: str) -> Any:  # noqa: ANN401 - any JSON
        """Return a claim as its customer reads it."""
        return await self.customer.get(f"{own(reference)}")

    async def found(self, **known: str) -> list[Any]:
        """Return the claims that an operator finds by what is known of them."""
        return list((await self.operator.get("/claims", limit="100", **known))["items"])

    async def queued(self, **filters: str) -> list[str]:
        """Return the references of claims in the queue, as a handler sees it."""
        answer = await self.handler.get("/desk/queue", limit="100", **filters)
        return [item["reference"] for item in answer["items"]]

    async def at_desk(self, reference: str) -> Any:  # noqa: ANN401 - any JSON
        """Return a claim as a handler reads it."""
        return await self.handler.get(f"/desk/claims/{reference}")

    async def until_claim(self, reference: str, wanted: Callable[[Any], bool], *, what: str) -> Any:  # noqa: ANN401
        """Wait until a claim is so; return it as a handler reads it."""
        return await self.eventually(lambda: self.at_desk(reference), wanted, what=f"{what} of {reference}")

    async def eventually(self, look: Callable[[], Awaitable[T]], wanted: Callable[[T], bool], *, what: str) -> T:
        """Look until it is as wanted."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not wanted(seen := await look()):
            self.whole.platform.check_alive()
            if time.monotonic() > deadline:
                pytest.fail(f"not within {PATIENCE_SECONDS} s: {what}; last seen: {seen}")
            await asyncio.sleep(0.1)
        return seen

    async def rule(
        self, by: Visitor, reference: str, outcome: str, *routes: str, reason: str = "Gezien op de foto's"
    ) -> Any:  # noqa: ANN401 - any JSON
        """Decide each of these routes by hand, on the decision that stands."""
        return await by.post(
            f"/desk/claims/{reference}/rulings",
            await self.rulings(
                reference, *({"route": route, "outcome": outcome, "reason": reason} for route in routes)
            ),
            status=200,
        )

    async def rulings(self, reference: str, *rulings: Mapping[str, object]) -> dict[str, Any]:
        """Return the body of a decision by hand about the claim as it stands."""
        return {"claim_version": (await self.at_desk(reference))["claim_version"], "rulings": list(rulings)}

    async def paid(self, reference: str) -> list[int]:
        """Return the cents of each payment that was ordered."""
        answer = await self.customer.get(f"{own(reference)}/payments")
        return [payment["amount_cents"] for payment in answer["payments"]]

    async def kinds(self, reference: str) -> list[str]:
        """Return the kinds of what happened to a claim, as a handler sees it."""
        return [entry["kind"] for entry in await self.history(reference)]

    async def history(self, reference: str) -> list[Any]:
        """Return what happened to a claim, as a handler sees it."""
        return list((await self.handler.get(f"/desk/claims/{reference}/timeline", limit="100"))["items"])

    async def mail_about(self, *words: str) -> None:
        """Wait for a mail to the customer that holds all these words."""

        def came() -> bool:
            mails = [mail for mail in mails_sent(self.whole.stack.output_dir) if EMAIL in str(mail["To"])]
            return any(all(word in f"{mail['Subject']} {text_of(mail)}" for word in words) for mail in mails)

        await self.whole.until(came, what=f"a mail to the customer about {words}")

    async def records(self, topic: Topic[Any]) -> list[bytes]:
        """Return all that is on a topic, each record with its key and headers."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.whole.stack.kafka_bootstrap_servers, enable_auto_commit=False
        )
        await consumer.start()
        try:
            partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
            ends = await consumer.end_offsets(partitions)
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            found: list[bytes] = []
            while any([await consumer.position(each) < ends[each] for each in partitions]):
                batches = await consumer.getmany(timeout_ms=200)
                found += [
                    b"\n".join((record.key or b"", record.value or b"", repr(record.headers).encode()))
                    for records in batches.values()
                    for record in records
                ]
            return found
        finally:
            await consumer.stop()


def own(reference: str) -> str:
    """Return the path of a claim as its customer asks for it."""
    return f"/customers/{RELATION_NUMBER}/claims/{reference}"


def loss(
    policy_number: str,
    facts: Mapping[str, str],
    *damage: tuple[str, int] | tuple[str, int, str],
    day: date = WET_DAY,
) -> dict[str, Any]:
    """Return a loss as it is reported by HTTP: each item of damage is its kind, its cents, and perhaps its water."""
    at = moment(day).isoformat()
    items = [dict(zip(("kind", "amount_cents", "route"), item, strict=False)) for item in damage]
    return {
        "policy_number": policy_number,
        "loss": {"from_at": at, "until_at": at},
        "facts": dict(facts),
        "damage": items,
    }


async def add_portal(whole: WholePlatform, client: str, callback: str, scopes: tuple[str, ...]) -> None:
    """Let people log in by a portal."""
    await whole.platform.run(
        *("auth-svc", "clients", "add", "--name", client, "--public", "--redirect-uri", callback),
        *(word for scope in dict.fromkeys(scopes) for word in ("--scope", scope)),
        client,
    )


async def partner(whole: WholePlatform, accounts: httpx.AsyncClient, policies: httpx.AsyncClient, name: str) -> Visitor:
    """Add a repair firm that may ask policy-svc whom to call; return it."""
    scope = "repair-contacts:read"
    printed = await whole.platform.printed_by(
        *("auth-svc", "clients", "add", "--name", "A repair firm", "--role", "partner", "--scope", scope, name)
    )
    line = next(line for line in printed.splitlines() if "client_secret" in line)
    form = {"grant_type": "client_credentials", "scope": scope}
    answer = await accounts.post("/oauth/token", data=form, auth=(name, json.loads(line)["client_secret"]))
    assert answer.status_code == 200, answer.text
    return Visitor(policies, str(answer.json()["access_token"]))


@asynccontextmanager
async def desk_at(whole: WholePlatform, directory: Path) -> AsyncIterator[Desk]:
    """Let rain fall, and everybody log in."""
    await asyncio.gather(
        whole.platform.run(
            *("weather-svc", "import-hours"),
            *(
                str(write_hours(directory / f"hours_{station}.txt", station=station, tenths_mm=tenths_mm))
                for station, tenths_mm in ((ELL, 34), (MAASTRICHT, 33))
            ),
        ),
        whole.platform.run("policy-svc", "import", str(write_policies(directory / "policies_of_noor.jsonl"))),
        add_portal(whole, PORTAL, CALLBACK, _CUSTOMER),
        add_portal(whole, DESK, STAFFS_CALLBACK, (*_STAFF, *_OPERATOR)),
    )
    async with AsyncExitStack() as open_until_the_end:
        accounts, claims = [
            await open_until_the_end.enter_async_context(at_home(url, address="127.10.2.1"))
            for url in (whole.platform.auth_url, whole.platform.claims_url)
        ]
        noor = Person(
            *(whole, accounts, PORTAL), email=EMAIL, relation_number=RELATION_NUMBER, mobile_phone=MOBILE_PHONE
        )
        people = (
            ("handler", Role.CLAIMS_HANDLER, _STAFF),
            ("colleague", Role.CLAIMS_HANDLER, _STAFF),
            ("senior", Role.SENIOR_HANDLER, _STAFF),
            ("operator", Role.OPERATOR, _OPERATOR),
        )
        # One after the other: so many passwords at once from one address are refused.
        tokens = [await _token_of_customer(noor)]
        for name, role, scopes in people:
            email = f"{name}@desk.example"
            logged_in = staff.log_in(whole.platform, accounts, role=role, email=email, scopes=scopes, client=DESK)
            tokens.append(await logged_in)
        kafka = {"bootstrap_servers": whole.stack.kafka_bootstrap_servers}
        producer = AIOKafkaProducer(**kafka)
        await producer.start()
        open_until_the_end.push_async_callback(producer.stop)
        customer, handler, colleague, senior, operator = [Visitor(claims, token) for token in tokens]
        yield Desk(whole, Outside(kafka, producer), customer, handler, colleague, senior, operator, directory)


async def _token_of_customer(noor: Person) -> str:
    await noor.activate(_PASSWORD)
    await noor.log_in(_PASSWORD)
    return await noor.token()
