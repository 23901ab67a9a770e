"""The door of a service that runs as several processes: every connection goes to one that listens."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from devstack.outside.door import Door, addresses_of

FIRST, SECOND, THIRD = PROCESSES = ("127.0.0.2", "127.0.0.3", "127.0.0.4")


@asynccontextmanager
async def process(address: str, *, port: int = 0) -> AsyncIterator[int]:
    """A process that answers with its address and with all that it was sent, once that has ended."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(address.encode() + b" " + await reader.read())
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, address, port)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def door_to(addresses: Sequence[str], *, port: int) -> AsyncIterator[int]:
    """A door to processes of which `addresses` are known at the moment of a connection."""

    async def find() -> Sequence[str]:
        return tuple(addresses)

    server = await asyncio.start_server(Door(find, port=port).pass_on, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def ask(port: int, sent: bytes = b"") -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.decode()


async def test_connections_go_to_all_processes_in_turn_also_to_one_that_came_later() -> None:
    known = [FIRST, SECOND]
    async with AsyncExitStack() as running:
        port = await running.enter_async_context(process(FIRST))
        for address in (SECOND, THIRD):
            await running.enter_async_context(process(address, port=port))
        door = await running.enter_async_context(door_to(known, port=port))

        of_two = Counter([await ask(door) for _ in range(6)])
        known.append(THIRD)
        of_three = Counter([await ask(door) for _ in range(6)])

    assert of_two == {f"{FIRST} ": 3, f"{SECOND} ": 3}
    assert of_three == {f"{address} ": 2 for address in PROCESSES}


async def test_a_process_that_does_not_listen_is_passed_over() -> None:
    async with process(SECOND) as port, door_to([FIRST, SECOND], port=port) as door:
        answers = {await ask(door) for _ in range(4)}

    assert answers == {f"{SECOND} "}


async def test_everything_is_passed_on_both_ways() -> None:
    sent = b"x" * 1_000_000
    async with process(FIRST) as port, door_to([FIRST], port=port) as door:
        answer = await ask(door, sent)

    assert answer == f"{FIRST} {sent.decode()}"


@pytest.mark.parametrize("known", [(), (FIRST,)])
async def test_who_finds_nobody_is_hung_up_on(known: Sequence[str]) -> None:
    async with process(SECOND) as port, door_to(known, port=port) as door:
        assert await ask(door) == ""


async def test_a_name_is_asked_for_its_addresses_and_one_that_nobody_has_has_none() -> None:
    assert await addresses_of("localhost") == ["127.0.0.1"]
    assert await addresses_of("nobody.invalid") == ()
