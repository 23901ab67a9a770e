from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.login.flood import Flood, figures, table, wrong_login
from bench.login.steady import NO_ANSWER, Answer, Question, ask_steadily


@asynccontextmanager
async def answering(answer: bytes, *, after_seconds: float, sources: list[str]) -> AsyncIterator[int]:
    """A server that answers everybody after a while, and keeps from where it was asked; yields its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        sources.append(writer.get_extra_info("peername")[0])
        await asyncio.sleep(after_seconds)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_slow_server_is_asked_as_often_as_a_quick_one_and_every_wait_counts() -> None:
    sources: list[str] = []
    async with answering(b"HTTP/1.1 401 Unauthorized\r\n\r\n", after_seconds=0.3, sources=sources) as port:
        began = asyncio.get_running_loop().time()
        answers = await ask_steadily(port, per_second=100, seconds=0.2, question=wrong_login)
        took = asyncio.get_running_loop().time() - began

    assert [answer.status for answer in answers] == [401] * 20
    assert min(answer.milliseconds for answer in answers) >= 300
    assert took < 20 * 0.3
    assert len({source.rpartition(".")[0] for source in sources}) == 20


async def test_who_gets_no_answer_is_counted_and_ends_nothing() -> None:
    async with answering(b"", after_seconds=0, sources=[]) as port:
        answers = await ask_steadily(port, per_second=100, seconds=0.02, question=lambda _: Question(b"GET\r\n\r\n"))

    assert [answer.status for answer in answers] == [NO_ANSWER, NO_ANSWER]


def test_figures_tell_waits_and_answers_of_each_kind() -> None:
    quick, slow, refused = Answer(200, 2.0), Answer(200, 40.0), Answer(429, 1.0)

    found = figures(Flood(), alone=[quick, quick], beside=[quick, slow], wrong=[Answer(401, 50.0), refused])

    assert found["reads_alone"] == {"ms": {"p50": 2.0, "p99": 2.0, "p99.9": 2.0, "max": 2.0}, "answers": {"200": 2}}
    assert found["reads_beside_wrong_logins"] == {
        "ms": {"p50": 2.0, "p99": 40.0, "p99.9": 40.0, "max": 40.0},
        "answers": {"200": 2},
    }
    assert found["wrong_logins"] == {
        "ms": {"p50": 1.0, "p99": 50.0, "p99.9": 50.0, "max": 50.0},
        "answers": {"401": 1, "429": 1},
    }
    assert "p99.9" in table(found | {"busy_cores": 1.2, "highest_resident_mib": 90.0})
