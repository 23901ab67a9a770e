"""Collects everything that is held about a customer who asks for it, from every service that holds any."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.consuming.delivery import Batch
from chassis.customer_data import DataHolder
from chassis.database import Connection
from chassis.sealing import CannotOpenError, Opener
from chassis.unit_of_work import DueTimer, Timer, Trace, Work
from contracts.codec import from_json
from contracts.message_requests import Occasion
from contracts.personal_data import CustomerDataPart, CustomerDataProvided, CustomerDataRequested, Holder
from contracts.policy import ContactChanged
from policy_svc.domain.personal_data import AGAIN_AFTER, KEPT_FOR, Export
from policy_svc.domain.personal_data_file import file_of
from policy_svc.flows.messages import ask_to_tell
from policy_svc.repository import customer_data, customers, personal_data, policies

PERSONAL_DATA_DEADLINE: Final = "personal-data-deadline"
"""Ends the wait for services that have not answered; its key is the export."""
PERSONAL_DATA_DELETION: Final = "personal-data-deletion"
"""Deletes what was collected; its key is the export."""
_OWN: Final = DataHolder(Holder.POLICY, customer_data.read)


async def begin(work: Work, opener: Opener, customer: ContactChanged, *, trace: Trace | None) -> Export | None:
    """Ask everybody what they hold about a customer; None when the customer has asked lately."""
    number = customer.relation_number
    await customers.lock(work.connection, relation_numbers=[number])
    for last in await personal_data.of_customer(work.connection, relation_number=number, rows=1):
        if last.ready_at is None or work.now < last.requested_at + AGAIN_AFTER:
            return None
    export = Export(export_id=uuid7(), customer_id=customer.customer_id, relation_number=number, requested_at=work.now)
    request = CustomerDataRequested(
        request_id=export.export_id,
        customer_id=export.customer_id,
        relation_number=number,
        policy_numbers=tuple(sorted(await policies.numbers_of(work.connection, customer_id=export.customer_id))),
        public_key=opener.public_keys[0],
        expires_at=export.waits_until,
    )
    await personal_data.insert(work.connection, export=export)
    await personal_data.insert_parts(work.connection, parts=await _OWN.answer(request, work.connection))
    work.publish(request, trace=trace)
    work.schedule(Timer(PERSONAL_DATA_DEADLINE, str(export.export_id), export.waits_until, trace))
    return export


@dataclass(frozen=True, slots=True)
class Collector:
    """Collects what services answer. `opener` has the keys that it is sealed for."""

    opener: Opener

    async def collect(self, batch: Batch[CustomerDataProvided], work: Work) -> None:
        """Keep the parts of exports that wait for them, sealed as they came; with its last part an export is ready."""
        waiting = await personal_data.lock_collecting(
            work.connection, export_ids={delivery.event.request_id for delivery in batch}
        )
        usable = []
        for delivery in batch:
            if delivery.event.request_id not in waiting:
                continue  # too late: the file names who is missing
            try:
                _data_of(delivery.event, self.opener)
            except CannotOpenError as error:
                work.refuse(delivery, code="unreadable-part", reason=str(error))
            else:
                usable.append(delivery.event)
        await personal_data.insert_parts(work.connection, parts=usable)
        for export in waiting.values():
            if await personal_data.answered(work.connection, export_id=export.export_id) == frozenset(Holder):
                await work.cancel(PERSONAL_DATA_DEADLINE, [str(export.export_id)])
                await _finish(work, export, trace=batch[-1].trace)


async def give_up(due: Sequence[DueTimer], work: Work) -> None:
    """Let these exports be ready with what has come."""
    traces = {UUID(timer.key): timer.trace for timer in due}
    for export in (await personal_data.lock_collecting(work.connection, export_ids=traces)).values():
        await _finish(work, export, trace=traces[export.export_id])


async def delete(due: Sequence[DueTimer], work: Work) -> None:
    """Delete what was collected."""
    await personal_data.delete_data(work.connection, export_ids=[UUID(timer.key) for timer in due], now=work.now)


async def read_file(connection: Connection, opener: Opener, export: Export) -> bytes:
    """Return the file of an export that is ready. Who has not told everything, or not for these keys, is missing."""
    parts = await personal_data.parts_of(connection, export_id=export.export_id)
    return await asyncio.to_thread(_file_of, export, parts, opener)  # it may be a hundred megabytes


def _file_of(export: Export, parts: Sequence[CustomerDataProvided], opener: Opener) -> bytes:
    documents = {}
    for holder, told in groupby(parts, key=lambda part: part.holder):
        of_holder = list(told)
        if len(of_holder) == of_holder[0].parts:
            with suppress(CannotOpenError):
                documents[holder] = b"".join(_data_of(part, opener) for part in of_holder)
    return file_of(export, documents)


async def _finish(work: Work, export: Export, *, trace: Trace | None) -> None:
    await personal_data.set_ready(work.connection, export_id=export.export_id, now=work.now)
    work.schedule(Timer(PERSONAL_DATA_DELETION, str(export.export_id), work.now + KEPT_FOR, trace))
    ask_to_tell(
        work,
        customer_id=export.customer_id,
        relation_number=export.relation_number,
        occasion=Occasion.PERSONAL_DATA_READY,
        trace=trace,
    )


def _data_of(provided: CustomerDataProvided, opener: Opener) -> bytes:
    """Return what one part holds.

    Raises:
        CannotOpenError: it was sealed for another key, or for another part; the text repeats nothing of it.
    """
    try:
        part = from_json(CustomerDataPart, opener.open(provided.sealed))
    except ValueError:
        raise CannotOpenError("what is sealed is no CustomerDataPart") from None
    if (part.request_id, part.holder, part.part) != (provided.request_id, provided.holder, provided.part):
        raise CannotOpenError("sealed for another request, holder or part")
    return part.data
