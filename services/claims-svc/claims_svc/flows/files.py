"""Adding and removing photos and documents of a claim."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from chassis.crash_points import crash_point
from chassis.http.caller import Caller
from chassis.http.problems import FORBIDDEN, NOT_FOUND, RETRY_SOON, UNAVAILABLE, Problem
from chassis.unit_of_work import Work, WorkFactory
from claims_svc.desk_record import put_on_record
from claims_svc.domain.claim import ClaimState
from claims_svc.domain.desk import due_at
from claims_svc.files.arrivals import Arrivals, Arrived, received
from claims_svc.files.examination import Examination, Opened
from claims_svc.files.kinds import MOST_OF_A_CLAIM, Kind, Refusal
from claims_svc.files.store import FileStore
from claims_svc.repository import claim_views, desk_cases, files
from claims_svc.repository.files import StoredFile
from contracts.access import Role

ARRIVAL: Final = timedelta(hours=1)
"""What was put for a file that did not become one is erased then: far longer than a request may take."""
_UNDECIDED: Final = frozenset(
    {ClaimState.WAITING_FOR_POLICY, ClaimState.WAITING_FOR_RAINFALL, ClaimState.WAITING_FOR_ANSWER}
)


class HasEndedError(Exception):
    """The claim was withdrawn."""


class TooManyError(Exception):
    """The claim has as many files as it may have."""


class IdUsedError(Exception):
    """The id is that of another file of the claim."""


class IsEvidenceError(Exception):
    """A decision may rest on it."""


class TakenError(Exception):
    """Another handler has taken the claim."""


class FileRefusedError(Exception):
    """It is not a file that is taken."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True)
class Reception:
    """What is needed to take files in."""

    store: FileStore
    arrivals: Arrivals = field(default_factory=Arrivals)
    examination: Examination = field(default_factory=Examination)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file is to be: which one, of which claim of whom."""

    relation_number: str
    reference: str
    file_id: UUID


async def add(
    reception: Reception, work: WorkFactory, caller: Caller, place: Place, *, kind: Kind, parts: AsyncIterator[bytes]
) -> StoredFile:
    """Take in a file; return it as it is stored. The same one again, under the same id, is the one that is there.

    Its key is written down before anything is put into the store, and is a file's only once everything is there. No
    transaction is open meanwhile.

    Raises:
        Problem: there is no such claim, or too much is arriving at once.
        HasEndedError, TooManyError, IdUsedError, FileRefusedError: as they say.
    """
    with reception.arrivals.admit(place.relation_number):
        object_key = await _reserve(work, place)
        async with received(parts) as arrived:
            opened = await reception.examination.examine(arrived.file, kind=kind)
            if isinstance(opened, Refusal):
                raise FileRefusedError(opened)
            crash_point("files.before_put")
            await reception.store.put(contents_name(object_key), arrived.contents())
            await reception.store.put(preview_name(object_key), opened.preview)
            crash_point("files.after_put")
        async with work.transaction() as opened_work:
            return await _keep(opened_work, caller, place, object_key, kind=kind, arrived=arrived, opened=opened)


def contents_name(object_key: UUID) -> str:
    """Return under which name the store has the contents of a file."""
    return f"{object_key}/contents"


def preview_name(object_key: UUID) -> str:
    """Return under which name the store has the preview of a file."""
    return f"{object_key}/preview"


async def _reserve(work: WorkFactory, place: Place) -> UUID:
    """Refuse what is known to be refused before it is sent; write down a new key."""
    async with work.transaction() as opened:
        claim_id = await _claim_of(opened, place)
        there = await files.find(
            opened.connection,
            file_id=place.file_id,
            reference=place.reference,
            relation_number=place.relation_number,
        )
        if there is None:
            await _refuse_another(opened, claim_id, place.file_id)
        object_key = uuid4()
        await files.reserve(opened.connection, object_key=object_key, unwanted_at=opened.now + ARRIVAL)
    return object_key


async def _claim_of(work: Work, place: Place) -> UUID:
    claim = await claim_views.find(work.connection, reference=place.reference, relation_number=place.relation_number)
    if claim is None:
        raise Problem(NOT_FOUND)
    if claim.state == ClaimState.WITHDRAWN:
        raise HasEndedError
    return claim.claim_id


async def _refuse_another(work: Work, claim_id: UUID, file_id: UUID) -> None:
    """Raise unless the claim may have one more file, under this id."""
    if await files.is_used(work.connection, claim_id=claim_id, file_id=file_id):
        raise IdUsedError
    if await files.count(work.connection, claim_id=claim_id) >= MOST_OF_A_CLAIM:
        raise TooManyError


async def _keep(
    work: Work, caller: Caller, place: Place, object_key: UUID, *, kind: Kind, arrived: Arrived, opened: Opened
) -> StoredFile:
    claim_id = await _claim_of(work, place)
    if await files.lock_claim(work.connection, claim_id=claim_id) == ClaimState.WITHDRAWN:  # since a moment ago
        raise HasEndedError
    there = await files.find(
        work.connection, file_id=place.file_id, reference=place.reference, relation_number=place.relation_number
    )
    if there is not None and there.sha256 == arrived.sha256:
        return there
    await _refuse_another(work, claim_id, place.file_id)
    file = StoredFile(
        file_id=place.file_id,
        claim_id=claim_id,
        object_key=object_key,
        media_type=kind,
        size_bytes=arrived.size_bytes,
        pages=opened.pages,
        sha256=arrived.sha256,
        added_as=caller.role or "",
        added_by=caller.subject,
        added_at=work.now,
    )
    if not await files.insert(work.connection, file=file):
        raise Problem(UNAVAILABLE, headers=RETRY_SOON)
    await put_on_record(work, claim_id, "file_added", caller=caller, file_id=str(file.file_id), media_type=kind)
    if caller.role is Role.CUSTOMER:
        # Whoever handles the claim sees that there is something new; of one that is decided nobody would otherwise.
        await desk_cases.add_answered(
            work.connection, claim_ids=[claim_id], unseen=[claim_id], now=work.now, due_at=due_at(work.now)
        )
    return file


async def take_back(work: Work, caller: Caller, place: Place) -> None:
    """Remove a file as the customer who added it, as long as nothing is decided and nobody decides.

    Raises:
        Problem: there is no such file, or somebody else has added it.
        IsEvidenceError: a decision may rest on it.
    """
    file = await _locked(work, place.file_id, reference=place.reference, relation_number=place.relation_number)
    if file.added_as != Role.CUSTOMER:
        raise Problem(FORBIDDEN)
    claim = await claim_views.find(work.connection, reference=place.reference, relation_number=place.relation_number)
    # One that was decided can wait again, for what is asked anew.
    if claim is None or claim.outcome is not None or claim.state not in _UNDECIDED:
        raise IsEvidenceError
    if await desk_cases.taken_by(work.connection, claim_id=file.claim_id) is not None:
        raise IsEvidenceError
    await files.remove(work.connection, file=file, by=caller.subject, reason=None, now=work.now)
    await put_on_record(work, file.claim_id, "file_taken_back", caller=caller, file_id=str(file.file_id))


async def remove(work: Work, caller: Caller, *, reference: str, file_id: UUID, reason: str) -> None:
    """Remove a file as somebody who works at its claim.

    Raises:
        Problem: there is no such file.
        TakenError: another handler has taken the claim.
    """
    claim_id = await claim_views.id_of(work.connection, reference=reference)
    if claim_id is None:
        raise Problem(NOT_FOUND)
    await files.lock_claim(work.connection, claim_id=claim_id)
    if await desk_cases.is_taken_by_another(work.connection, claim_ids=[claim_id], subject=caller.subject):
        raise TakenError
    file = await _locked(work, file_id, reference=reference)
    await files.remove(work.connection, file=file, by=caller.subject, reason=reason, now=work.now)
    await put_on_record(work, file.claim_id, "file_removed", caller=caller, reason=reason, file_id=str(file_id))


async def _locked(work: Work, file_id: UUID, *, reference: str, relation_number: str | None = None) -> StoredFile:
    """Return a file with its claim locked, so that it is removed once."""
    claim_id = await claim_views.id_of(work.connection, reference=reference)
    if claim_id is not None:
        await files.lock_claim(work.connection, claim_id=claim_id)
    file = await files.find(work.connection, file_id=file_id, reference=reference, relation_number=relation_number)
    if file is None:
        raise Problem(NOT_FOUND)
    return file
