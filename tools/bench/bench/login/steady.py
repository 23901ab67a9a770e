"""Asks at moments that are fixed beforehand: who is slow is asked no less."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from devstack.process.ports import LOOPBACK

NO_ANSWER = 0
"""In place of a status: the connection was refused, cut, or silent for too long."""
_LONGEST_SECONDS = 30.0
_LEAD_SECONDS = 0.2
_MOST_BYTES_AT_ONCE = 65_536


@dataclass(frozen=True)
class Question:
    """A whole request, and the address of this machine that it comes from."""

    request: bytes
    source: str = LOOPBACK


@dataclass(frozen=True)
class Answer:
    """A status, and the milliseconds from the moment at which it should have been asked for to its last byte."""

    status: int
    milliseconds: float


async def ask_steadily(
    port: int, *, per_second: float, seconds: float, question: Callable[[int], Question]
) -> Sequence[Answer]:
    """Ask each question, by its number, at its moment, over a connection of its own; return the answers in order."""
    return await steadily(lambda number: _ask(port, question(number)), per_second=per_second, seconds=seconds)


async def steadily(ask: Callable[[int], Awaitable[int]], *, per_second: float, seconds: float) -> Sequence[Answer]:
    """Call `ask`, which returns a status, by each number at its moment; return the answers in that order."""
    loop = asyncio.get_running_loop()
    begin = loop.time() + _LEAD_SECONDS
    asked = []
    async with asyncio.TaskGroup() as tasks:
        for number in range(round(per_second * seconds)):
            moment = begin + number / per_second
            await asyncio.sleep(max(0, moment - loop.time()))
            asked.append(tasks.create_task(_answer(ask(number), moment=moment)))
    return [task.result() for task in asked]


async def _answer(asked: Awaitable[int], *, moment: float) -> Answer:
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            status = await asked
    except (OSError, EOFError, TimeoutError):
        status = NO_ANSWER
    return Answer(status, (asyncio.get_running_loop().time() - moment) * 1_000)


async def _ask(port: int, question: Question) -> int:
    """Return the status, once the server has closed the connection: the request has to ask for that.

    By bare sockets: who asks shares the cores with who answers, and asyncio's streams take several times as much.
    """
    loop = asyncio.get_running_loop()
    answer = b""
    with socket.socket() as connection:
        connection.setblocking(False)  # noqa: FBT003 - as the standard library has it
        connection.bind((question.source, 0))
        await loop.sock_connect(connection, (LOOPBACK, port))
        await loop.sock_sendall(connection, question.request)
        while part := await loop.sock_recv(connection, _MOST_BYTES_AT_ONCE):
            answer += part
    _, _, status = answer.partition(b" ")
    if not status[:3].isdigit():
        raise EOFError
    return int(status[:3])
