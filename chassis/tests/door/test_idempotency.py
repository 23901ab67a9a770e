"""One effect for one Idempotency-Key of one caller, and the same answer however often the request comes."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from counting_api import CALLER, CountingApi
from specimen_driver import until

from chassis import retention
from chassis.http import idempotency
from chassis.http.kept_answers import RETENTION
from chassis.retention import clean_up_kept_answers
from chassis.service import Service
from chassis.telemetry.trouble import Trouble
from chassis.testing import Harness, harness
from chassis.timers.clock_guard import ClockGuard
from contracts.access import Role

CUSTOMER = UUID("0193a3f4-7c1e-7d31-8a2b-5b6c7d8e9f00")
COUNT = f"/{CUSTOMER}/count"
AN_ADDRESS, ANOTHER_ADDRESS = "192.0.2.1", "192.0.2.2"


@pytest.fixture
async def running(service: Service) -> AsyncIterator[Harness]:
    async with harness(service) as running:
        yield running


@pytest.fixture
def api(running: Harness) -> CountingApi:
    return CountingApi(running.runtime.work)


def client_at(api: CountingApi, address: str = AN_ADDRESS) -> httpx.AsyncClient:
    """What talks to `api` from `address`; a failure is an answer of 500, as over the network."""
    transport = httpx.ASGITransport(api.app, raise_app_exceptions=False, client=(address, 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://specimen")


@pytest.fixture
async def client(api: CountingApi) -> AsyncIterator[httpx.AsyncClient]:
    async with client_at(api) as client:
        yield client


async def post(
    client: httpx.AsyncClient,
    *,
    key: str,
    path: str = COUNT,
    version: int = 1,
    does: str = "",
    caller: Mapping[str, str] = CALLER,
) -> httpx.Response:
    content = json.dumps({"version": version, "does": does})
    return await client.post(path, content=content, headers={**caller, "Idempotency-Key": key})


async def effects(running: Harness) -> Sequence[tuple[UUID, int]]:
    rows = await running.pool.fetch("SELECT customer_id, version FROM effect ORDER BY effect_id")
    return [(row["customer_id"], row["version"]) for row in rows]


async def kept(running: Harness) -> int:
    count: int = await running.pool.fetchval("SELECT count(*) FROM messaging.idempotency_key")
    return count


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def test_a_repeated_request_is_answered_the_same_byte_by_byte_and_has_no_second_effect(
    running: Harness, client: httpx.AsyncClient
) -> None:
    first = await post(client, key="once")
    again = await post(client, key="once")

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "Zoë" in first.json()["name"]
    for name in ("content-type", "content-length", "location", "etag"):
        assert first.headers[name] == again.headers[name]
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert await effects(running) == [(CUSTOMER, 1)]
    assert len(await running.published()) == 1


async def test_an_answer_without_a_body_is_repeated_as_well(running: Harness, client: httpx.AsyncClient) -> None:
    answers = [await post(client, key="empty", does="empty") for _ in range(2)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b""), (204, b"")]
    assert "content-type" not in answers[1].headers
    assert len(await effects(running)) == 1


async def test_a_hundred_parallel_uses_of_one_key_have_one_effect(running: Harness, client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(post(client, key="storm") for _ in range(100)))

    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    successes = [answer for answer in answers if answer.status_code == 201]
    assert len([answer for answer in successes if "idempotent-replayed" not in answer.headers]) == 1
    assert len({answer.content for answer in successes}) == 1
    assert {problem_of(answer) for answer in answers if answer.status_code == 409} <= {(409, "idempotency-key-in-use")}
    assert await effects(running) == [(CUSTOMER, 1)]
    assert (await post(client, key="storm")).content == successes[0].content


async def test_who_repeats_a_request_that_is_still_being_answered_is_told_to_wait(
    running: Harness, api: CountingApi, client: httpx.AsyncClient
) -> None:
    async with asyncio.TaskGroup() as requests:
        first = requests.create_task(post(client, key="slow", does="wait"))
        await api.waiting.wait()

        early = await post(client, key="slow", does="wait")
        assert problem_of(early) == (409, "idempotency-key-in-use")
        assert early.headers["retry-after"] == "1"
        assert (await post(client, key="another")).status_code == 201

        api.may_go_on.set()
    answered = first.result()
    assert answered.status_code == 201
    assert (await post(client, key="slow", does="wait")).content == answered.content
    assert len(await effects(running)) == 2


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"version": 2}, id="body"),
        pytest.param({"path": f"/{uuid4()}/count"}, id="path"),
        pytest.param({"path": f"{COUNT}?urgent=1"}, id="query"),
    ],
)
async def test_a_key_of_another_request_is_refused_and_nothing_happens(
    running: Harness, client: httpx.AsyncClient, changed: Mapping[str, object]
) -> None:
    await post(client, key="mine")

    answer = await post(client, key="mine", **changed)  # type: ignore[arg-type]

    assert problem_of(answer) == (422, "idempotency-key-of-another-request")
    assert await effects(running) == [(CUSTOMER, 1)]
    assert len(await running.published()) == 1


async def test_a_key_belongs_to_one_operation(running: Harness, client: httpx.AsyncClient) -> None:
    counted = await post(client, key="shared")
    repeated = await post(client, key="shared", path=f"/{CUSTOMER}/repeat")

    assert (counted.status_code, repeated.status_code) == (201, 201)
    assert counted.content != repeated.content
    assert len(await effects(running)) == 2


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"Test-Subject": "account-2"}, id="subject"),
        pytest.param({"Test-Client": "app"}, id="client"),
        pytest.param({"Test-Role": "claims-handler"}, id="role"),
        pytest.param({"Test-Relation": "654321"}, id="relation-number"),
        pytest.param({"Test-Subject": "ccount-1", "Test-Client": "portala"}, id="names-that-run-into-each-other"),
    ],
)
async def test_the_key_of_another_caller_gives_neither_that_answer_nor_a_hint_of_it(
    running: Harness, client: httpx.AsyncClient, changed: Mapping[str, str]
) -> None:
    theirs = await post(client, key="11111111-1111-4111-8111-111111111111")

    answers = [
        await post(client, key="11111111-1111-4111-8111-111111111111", version=version, caller={**CALLER, **changed})
        for version in (1, 2)
    ]

    assert answers[0].status_code == 201
    assert answers[0].content != theirs.content
    assert "idempotent-replayed" not in answers[0].headers
    assert problem_of(answers[1]) == (422, "idempotency-key-of-another-request"), "of the own first request"
    assert len(await effects(running)) == 2


async def test_the_key_of_another_caller_that_is_in_use_is_free_for_everybody_else(
    api: CountingApi, client: httpx.AsyncClient
) -> None:
    theirs = asyncio.create_task(post(client, key="busy", does="wait"))
    await api.waiting.wait()

    mine = await post(client, key="busy", caller={**CALLER, "Test-Subject": "account-2"})

    assert mine.status_code == 201
    api.may_go_on.set()
    assert (await theirs).status_code == 201


async def test_without_a_token_a_key_belongs_to_an_address_and_a_request(running: Harness, api: CountingApi) -> None:
    async with client_at(api, AN_ADDRESS) as here, client_at(api, ANOTHER_ADDRESS) as there:
        first = await post(here, key="public", caller={})
        again = await post(here, key="public", caller={})
        other = await post(here, key="public", version=2, caller={})
        elsewhere = await post(there, key="public", caller={})

    assert again.content == first.content
    assert {answer.status_code for answer in (other, elsewhere)} == {201}
    assert len({answer.content for answer in (first, other, elsewhere)}) == 3
    assert [version for _, version in await effects(running)] == [1, 2, 1]


async def test_an_answer_is_given_again_as_long_as_it_is_there_and_deleted_after_a_day(
    running: Harness, client: httpx.AsyncClient
) -> None:
    old, young = await post(client, key="old"), await post(client, key="young")
    for key_age, count in ((RETENTION - timedelta(minutes=1), 2), (RETENTION + timedelta(minutes=1), 1)):
        await running.pool.execute(
            "UPDATE messaging.idempotency_key SET created_at = now() - $1::interval WHERE body = $2",
            key_age,
            old.content,
        )
        assert (await post(client, key="old")).content == old.content, "it was not deleted yet"
        await clean_up(running)
        assert await kept(running) == count

    new = await post(client, key="old")

    assert new.status_code == 201
    assert new.content != old.content
    assert (await post(client, key="young")).content == young.content
    assert len(await effects(running)) == 3
    assert timedelta(hours=24) == RETENTION


async def test_a_caller_uses_so_many_keys_a_day_and_no_more_and_what_was_sent_is_still_answered(
    running: Harness, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "MOST_A_DAY", {Role.CUSTOMER: 3})
    other = {**CALLER, "Test-Subject": "account-2"}
    statuses = [(await post(client, key=key)).status_code for key in "aaabb"]
    failed = [(await post(client, key="failed", does="raise")).status_code for _ in range(3)]
    third, fourth = await post(client, key="c"), await post(client, key="d")
    again, others = await post(client, key="a"), await post(client, key="d", caller=other)

    assert (statuses, failed, third.status_code) == ([201] * 5, [404] * 3, 201)
    assert problem_of(fourth) == (429, "idempotency-keys-used-up")
    assert 0 < int(fourth.headers["retry-after"]) <= 86_400
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert others.status_code == 201
    assert await kept(running) == len(await effects(running)) == 4


async def test_another_day_has_keys_of_its_own_and_what_is_over_is_deleted(
    running: Harness, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "MOST_A_DAY", {Role.CUSTOMER: 1})
    await post(client, key="a")
    await running.pool.execute("UPDATE messaging.keys_used SET day = day - 1")

    assert (await post(client, key="b")).status_code == 201
    assert problem_of(await post(client, key="c")) == (429, "idempotency-keys-used-up")
    await clean_up_kept_answers(work=running.runtime.work, stopping=asyncio.Event())
    assert await running.pool.fetchval("SELECT sum(keys) FROM messaging.keys_used") == 1
    await running.pool.execute("UPDATE messaging.keys_used SET day = day - 2")
    await clean_up_kept_answers(work=running.runtime.work, stopping=asyncio.Event())
    assert await running.pool.fetchval("SELECT count(*) FROM messaging.keys_used") == 0


async def test_who_has_no_token_shares_their_keys_with_their_address(
    api: CountingApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "MOST_A_DAY", {None: 1})
    async with client_at(api) as one, client_at(api) as same, client_at(api, ANOTHER_ADDRESS) as other:
        assert (await post(one, key="a", caller={})).status_code == 201
        assert problem_of(await post(same, key="b", caller={})) == (429, "idempotency-keys-used-up")
        assert (await post(other, key="b", caller={})).status_code == 201


def test_it_is_said_of_every_role_how_many_keys_it_has() -> None:
    assert idempotency.MOST_A_DAY.keys() == {None, *Role}


async def test_an_answer_that_is_too_large_to_keep_is_a_failure_that_has_no_effect(
    running: Harness, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LARGEST_KEPT_BYTES", 4)

    assert (await post(client, key="large")).status_code == 500
    assert await kept(running) == len(await effects(running)) == 0


async def test_however_many_answers_are_old_all_are_deleted(running: Harness) -> None:
    await insert_old_answers(running, count=2_500)

    await clean_up(running)

    assert await kept(running) == 0


async def test_a_service_deletes_old_answers_again_and_again(running: Harness) -> None:
    runtime, stopping = running.runtime, asyncio.Event()
    cleaning = asyncio.create_task(
        retention.clean_up(
            (),
            every_seconds=0.01,
            dead_letter_retention=timedelta(days=90),
            work=runtime.work,
            guard=ClockGuard(limit=timedelta(hours=1), anchor=None),
            stopping=stopping,
            trouble=Trouble("clean-up"),
        )
    )
    for _ in range(2):
        await insert_old_answers(running, count=1)
        await until(lambda: _none_is_kept(running), what="deleted")

    stopping.set()
    await cleaning


async def _none_is_kept(running: Harness) -> bool:
    return await kept(running) == 0


async def insert_old_answers(running: Harness, *, count: int) -> None:
    await running.pool.execute(
        """
        INSERT INTO messaging.idempotency_key (identity, fingerprint, operation, status, headers, body, created_at)
        SELECT sha256(n::text::bytea), '', 'effects.count', 201, '{}', '', now() - interval '2 days'
          FROM generate_series(1, $1) AS n
        """,
        count,
    )


async def clean_up(running: Harness) -> None:
    await clean_up_kept_answers(work=running.runtime.work, stopping=running.runtime.stopping)


@pytest.mark.parametrize(("does", "status"), [("raise", 404), ("break", 500), ("fail", 500), ("die", 500)])
async def test_a_failure_has_no_effect_and_its_key_is_free(
    running: Harness, client: httpx.AsyncClient, does: str, status: int
) -> None:
    assert (await post(client, key="again", does=does)).status_code == status
    assert await effects(running) == []
    assert await kept(running) == 0

    assert (await post(client, key="again", version=2)).status_code == 201
    assert await effects(running) == [(CUSTOMER, 2)]
    assert len(await running.published()) == 1


async def test_a_refusal_that_a_handler_returns_is_an_answer_like_any_other(
    running: Harness, client: httpx.AsyncClient
) -> None:
    answers = [await post(client, key="no", does="refuse") for _ in range(2)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(409, b'{"refused": true}')] * 2
    assert len(await effects(running)) == 1


async def test_a_caller_who_hangs_up_leaves_nothing_behind_that_blocks_the_repetition(
    running: Harness, api: CountingApi, client: httpx.AsyncClient
) -> None:
    first = asyncio.create_task(post(client, key="gone", does="wait"))
    await api.waiting.wait()
    first.cancel()
    await asyncio.wait([first])

    api.may_go_on.set()
    assert (await post(client, key="gone", does="wait")).status_code == 201
    assert len(await effects(running)) == 1


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        pytest.param([], "idempotency-key-missing", id="missing"),
        pytest.param([b""], "idempotency-key-invalid", id="empty"),
        pytest.param([b"k" * 256], "idempotency-key-invalid", id="too-long"),
        pytest.param([b"two words"], "idempotency-key-invalid", id="space"),
        pytest.param([b"a\tb"], "idempotency-key-invalid", id="tab"),
        pytest.param(["clé".encode("latin-1")], "idempotency-key-invalid", id="latin-1"),
        pytest.param(["clé".encode()], "idempotency-key-invalid", id="utf-8"),
        pytest.param([b"\x7f"], "idempotency-key-invalid", id="delete"),
        pytest.param([b"one", b"two"], "idempotency-key-invalid", id="two"),
        pytest.param([b"same", b"same"], "idempotency-key-invalid", id="twice"),
    ],
)
async def test_without_one_sound_key_nothing_happens(
    running: Harness, client: httpx.AsyncClient, headers: Sequence[bytes], problem: str
) -> None:
    answer = await client.post(
        COUNT,
        content=b'{"version": 1}',
        headers=[
            *((name.encode(), value.encode()) for name, value in CALLER.items()),
            *((b"Idempotency-Key", value) for value in headers),
        ],
    )

    assert problem_of(answer) == (400, problem)
    assert await effects(running) == []


@pytest.mark.parametrize("key", ["!", "~" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"'])
async def test_a_key_is_any_visible_text(running: Harness, client: httpx.AsyncClient, key: str) -> None:
    assert [(await post(client, key=key)).status_code for _ in range(2)] == [201, 201]
    assert len(await effects(running)) == 1


async def test_neither_a_caller_nor_a_key_nor_a_cookie_is_stored(running: Harness, client: httpx.AsyncClient) -> None:
    first = await post(client, key="jan.jansen@example.com")
    again = await post(client, key="jan.jansen@example.com")

    row = await running.pool.fetchrow("SELECT * FROM messaging.idempotency_key")
    assert row is not None
    stored = b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
    assert first.content in stored
    for word in (b"jansen", b"account-1", b"portal", b"secret"):
        assert word not in stored
    assert ("set-cookie" in first.headers, "set-cookie" in again.headers) == (True, False)
