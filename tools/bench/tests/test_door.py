from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench.door.client import ask
from bench.door.price import Load, figures, measure, table
from bench.door.route import Served
from bench.processes import RunFailedError


@asynccontextmanager
async def answering(answer: bytes, *, seen: list[bytes]) -> AsyncIterator[int]:
    """A server that keeps every request it has seen and gives each the same answer; yields its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                seen.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(answer)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_every_request_is_sent_in_its_turn_and_as_often_as_is_asked() -> None:
    seen: list[bytes] = []
    requests = [f"GET /{number} HTTP/1.1\r\n\r\n".encode() for number in range(3)]
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", seen=seen) as port:
        bodies = await ask(port, requests, times=7, connections=2)

    assert bodies == dict.fromkeys(requests, b"{}")
    assert sorted(seen) == sorted([*requests, *requests, requests[0]])


async def test_a_refusal_is_no_answer_that_counts() -> None:
    async with answering(b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 4\r\n\r\nslow", seen=[]) as port:
        with pytest.raises(RunFailedError, match=r"HTTP/1.1 429 Too Many Requests: slow$"):
            await ask(port, [b"GET / HTTP/1.1\r\n\r\n"], times=1, connections=1)


def test_the_price_is_compared_within_each_round() -> None:
    slow_machine, quick_machine = {Served.BARE: 900.0, Served.DOOR: 1_220.0}, {Served.BARE: 300.0, Served.DOOR: 590.0}

    found = figures([slow_machine, quick_machine, quick_machine])

    assert found == {
        "cpu_us_per_request": {"bare": 300.0, "door": 590.0},
        "price_us": 290.0,
        "price_us_rounds": [320.0, 290.0, 290.0],
        "goal_us": 300,
        "goal_met": True,
    }
    assert "290.0 µs, by round [320.0, 290.0, 290.0]; goal 300 µs met" in table(found)


async def test_the_door_answers_as_fastapi_does_alone(tmp_path: Path) -> None:
    load = Load(rounds=2, requests=40, warm_up_requests=40, connections=2)

    found = await measure(load, output=tmp_path)

    assert isinstance(found["price_us_rounds"], list)
    assert (len(found["price_us_rounds"]), found["requests_a_round"]) == (2, 40)
    log = (tmp_path / "logs" / "door-door.log").read_text()
    assert log.count('"event": "request.answered"') == 3 * 40
    assert log.count('"route": "/customers/{relation_number}/policies", "status": 200') == 3 * 40
