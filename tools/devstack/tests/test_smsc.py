"""The SMS centre keeps what it accepts, sends receipts, and shows the faults it is given."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import smpp34

from devstack.outside.faults import Fault
from devstack.outside.smpp import RESPONSE_BIT, CommandId, CommandStatus, Tag
from devstack.outside.smpp_session import HEADER
from devstack.outside.world import OutsideWorld

ADA = "31612345678"
RECEIPT_ALWAYS, RECEIPT_ON_FAILURE = 1, 2


@asynccontextmanager
async def bound(world: OutsideWorld, *, bind_type: str = "TRX") -> AsyncIterator[smpp34.Smsc]:
    login = world.environment()
    client = smpp34.Client(
        host=world.smsc.host,
        port=world.smsc.port,
        system_id=login["SMPP_SYSTEM_ID"],
        password=login["SMPP_PASSWORD"],
        bind_type=bind_type,
        connect_timeout_ms=1500,
    )
    session = await client.connect()
    try:
        yield session
    finally:
        with suppress(smpp34.SmppError, ConnectionError):
            await session.unbind()
        await client.stop()


def last_message(directory: Path) -> dict[str, object]:
    last: dict[str, object] = json.loads((directory / "sms.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    return last


async def test_an_accepted_message_is_kept_with_its_text(world: OutsideWorld, world_directory: Path) -> None:
    async with bound(world) as session:
        answer = await session.submit_sm(ADA, b"Uw schade: \x1b\x65 1.250, caf\x05", source_addr="Water")

    message = last_message(world_directory)
    assert answer.is_success
    assert message["message_id"] == answer.message_id
    assert (message["source"], message["destination"], message["data_coding"]) == ("Water", ADA, 0)
    assert message["text"] == "Uw schade: € 1.250, café"
    assert (message["part"], message["parts"], message["reference"]) == (1, 1, None)


async def test_a_part_of_a_long_message_knows_its_place(world: OutsideWorld, world_directory: Path) -> None:
    header = bytes([5, 0, 3, 0x42, 3, 2])
    async with bound(world) as session:
        await session.submit_sm(ADA, header + "waterschade ≥ 40 mm".encode("utf-16-be"), esm_class=0x40, data_coding=8)

    message = last_message(world_directory)
    assert message["text"] == "waterschade ≥ 40 mm"
    assert (message["reference"], message["part"], message["parts"]) == (0x42, 2, 3)


async def test_a_long_message_may_come_whole_in_the_payload(world: OutsideWorld, world_directory: Path) -> None:
    payload = smpp34.Tlv(Tag.MESSAGE_PAYLOAD, b"x" * 700)
    async with bound(world) as session:
        await session.submit_sm(ADA, tlvs=[payload])

    assert last_message(world_directory)["text"] == "x" * 700


async def test_a_receipt_names_the_message_and_its_fate(world: OutsideWorld) -> None:
    async with bound(world) as session:
        answer = await session.submit_sm(ADA, b"x", source_addr="Water", registered_delivery=RECEIPT_ALWAYS)
        receipt = await asyncio.wait_for(session.next(), 5)

    assert isinstance(receipt, smpp34.DeliverSmEvent)
    assert (receipt.source_addr, receipt.destination_addr, receipt.esm_class) == (ADA, "Water", 4)
    assert receipt.short_message.startswith(f"id:{answer.message_id} sub:001 dlvrd:001".encode())
    assert b"stat:DELIVRD err:000" in receipt.short_message


async def test_a_message_that_cannot_be_delivered_is_reported(world: OutsideWorld) -> None:
    world.set_sms_faults(Fault("3161*", "undelivered"))
    async with bound(world) as session:
        await session.submit_sm(ADA, b"x", registered_delivery=RECEIPT_ON_FAILURE)
        receipt = await asyncio.wait_for(session.next(), 5)

    assert isinstance(receipt, smpp34.DeliverSmEvent)
    assert b"stat:UNDELIV err:001" in receipt.short_message


async def test_a_receipt_waits_for_a_session_that_can_receive(world: OutsideWorld) -> None:
    async with bound(world, bind_type="TX") as transmitter:
        answer = await transmitter.submit_sm(ADA, b"x", registered_delivery=RECEIPT_ALWAYS)

    async with bound(world, bind_type="RX") as receiver:
        receipt = await asyncio.wait_for(receiver.next(), 5)
    assert isinstance(receipt, smpp34.DeliverSmEvent)
    assert str(answer.message_id).encode() in receipt.short_message


@pytest.mark.parametrize(("action", "status"), [("throttled", 0x58), ("system-error", 0x08)])
async def test_a_message_is_refused_and_not_kept(
    world: OutsideWorld, world_directory: Path, action: str, status: int
) -> None:
    async with bound(world) as session:
        await session.submit_sm(ADA, b"before")
        world.set_sms_faults(Fault(ADA, action, times=1))
        refused = await session.submit_sm(ADA, b"refused")
        assert refused.command_status == status
        assert last_message(world_directory)["text"] == "before"
        assert (await session.submit_sm(ADA, b"after")).is_success


@pytest.mark.parametrize(("action", "text"), [("drop", "before"), ("keep-and-drop", "doubtful")])
async def test_the_connection_is_cut_before_the_answer(
    world: OutsideWorld, world_directory: Path, action: str, text: str
) -> None:
    async with bound(world) as session:
        await session.submit_sm(ADA, b"before")
        world.set_sms_faults(Fault(ADA, action))
        # The client raises a system error of its own for a lost connection, and returns the one of an answer.
        with pytest.raises(smpp34.SmppError, match="ESME_RSYSERR"):
            await asyncio.wait_for(session.submit_sm(ADA, b"doubtful"), 10)
    assert last_message(world_directory)["text"] == text


@pytest.mark.parametrize(("wrong", "status"), [("", CommandStatus.OK), ("x", CommandStatus.INVALID_PASSWORD)])
async def test_only_the_right_password_binds(world: OutsideWorld, wrong: str, status: CommandStatus) -> None:
    login = world.environment()
    credentials = f"{login['SMPP_SYSTEM_ID']}\0{login['SMPP_PASSWORD']}{wrong}\0\0"
    body = credentials.encode() + bytes([0x34, 0, 0, 0])
    reader, writer = await asyncio.open_connection(world.smsc.host, world.smsc.port)
    writer.write(HEADER.pack(HEADER.size + len(body), CommandId.BIND_TRANSCEIVER, 0, 7) + body)

    _, command, answered, sequence = HEADER.unpack(await asyncio.wait_for(reader.readexactly(HEADER.size), 5))
    writer.close()
    assert (command, answered, sequence) == (CommandId.BIND_TRANSCEIVER | RESPONSE_BIT, status, 7)
