"""Photos and documents of a claim."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.handler import Reading
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.transfer import Transfer
from chassis.http.values import ExactModel, RelationNumber
from chassis.unit_of_work import Work, WorkFactory
from claims_svc.files.answers import StoredContents
from claims_svc.files.kinds import MOST_BYTES, Kind, Refusal
from claims_svc.files.opening import MOST_PAGES, MOST_PIXELS
from claims_svc.flows import files as flow
from claims_svc.repository import claim_views, files
from claims_svc.repository.files import StoredFile
from claims_svc.routes.fields import CLAIM_PATH, DESK_PATH, ReferenceInPath
from claims_svc.routes.file_views import Files, FileView, ListedFileView
from claims_svc.routes.parts import Parts
from claims_svc.routes.problems import (
    CLAIM_HAS_ENDED,
    FILE_ID_USED,
    FILE_IS_EVIDENCE,
    FILE_REFUSED,
    FILES_NOT_TAKEN,
    TAKEN_BY_ANOTHER,
    TOO_MANY_FILES,
)
from contracts.access import ADD_FILES, READ_FILES, TAKE_BACK_FILES, WORK_AT_DESK

FILE_PATH: Final = f"{CLAIM_PATH}/files/{{file_id}}"
SENDING: Final = Transfer(seconds=180, most_bytes=MOST_BYTES, media_types=tuple(Kind))
"""15 MiB at a megabit per second take 126 seconds."""
FETCHING: Final = Transfer(seconds=180)
FileId: TypeAlias = Annotated[UUID, Path(examples=["0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10"])]
WHAT_TO_DO: Final = {
    Refusal.EMPTY: "The file is empty: choose it again.",
    Refusal.OTHER_KIND: "The file is something else than its Content-Type says: send JPEG, PNG, WebP, HEIC or PDF.",
    Refusal.MORE_THAN_ONE_KIND: "The file can be read as two things at once: save it anew, or take a picture of it.",
    Refusal.UNREADABLE: "The file is damaged: save it anew, or take a picture of it.",
    Refusal.TOO_MANY_PIXELS: f"The picture has too many pixels: send at most {MOST_PIXELS // 1_000_000} million.",
    Refusal.TOO_MANY_PAGES: f"The document has too many pages: send at most {MOST_PAGES} at once.",
    Refusal.PROTECTED: "The document is protected by a password: save it without.",
    Refusal.ACTIVE: "The document holds scripts or other files: print it to PDF, and send the files by themselves.",
    Refusal.TOO_COSTLY: "The file needs too much to be opened: save it smaller, or take a picture of it.",
}


class Removal(ExactModel):
    """Why a file is removed."""

    reason: str = Field(
        min_length=10, max_length=500, pattern=r"\S", examples=["Shows other people's papers; asked by telephone"]
    )


class FileRoutes:
    """Takes, shows and removes photos and documents."""

    def __init__(self, parts: Parts) -> None:
        store = parts.settings.open_file_store()
        self._reception = None if store is None else flow.Reception(store)

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        added = (CLAIM_HAS_ENDED, TOO_MANY_FILES, FILE_ID_USED, FILE_REFUSED, FILES_NOT_TAKEN)
        api.get(f"{CLAIM_PATH}/files", operation=READ_FILES)(self.list_files)
        api.put(FILE_PATH, operation=ADD_FILES, transfer=SENDING, status_code=201, problems=added)(self.add_file)
        for what, function in (("contents", self.get_file), ("preview", self.get_preview)):
            api.get(f"{FILE_PATH}/{what}", operation=READ_FILES, transfer=FETCHING, problems=(FILES_NOT_TAKEN,))(
                function
            )
        api.delete(FILE_PATH, operation=TAKE_BACK_FILES, problems=(FILE_IS_EVIDENCE,))(self.take_back_file)
        api.post(f"{DESK_PATH}/files/{{file_id}}/removal", operation=WORK_AT_DESK, problems=(TAKEN_BY_ANOTHER,))(
            self.remove_file
        )

    async def list_files(self, relation_number: RelationNumber, reference: ReferenceInPath, reading: Reading) -> Files:
        """List the photos and documents of a claim, and of those joined to it, oldest first."""
        claim = await claim_views.find(reading.connection, reference=reference, relation_number=relation_number)
        if claim is None:
            raise Problem(NOT_FOUND)
        found = await files.listed(reading.connection, claim_id=claim.claim_id, relation_number=relation_number)
        return Files(files=[ListedFileView.listed(each) for each in found])

    async def add_file(
        self,
        relation_number: RelationNumber,
        reference: ReferenceInPath,
        file_id: FileId,
        request: Request,
        work: WorkFactory,
        caller: Caller,
        response: Response,
    ) -> FileView:
        """Add a photo or document, under an id that you choose.

        Sent again under the same id, it is there once. A claim has at most 20 files of at most 15 MiB. What is sent is
        kept as it is; its preview is without the place and time that cameras write into pictures.
        """
        place = flow.Place(relation_number=relation_number, reference=reference, file_id=file_id)
        kind = Kind(request.headers["content-type"].strip().lower())
        with _told_to_caller():
            file = await flow.add(self._receiving(), work, caller, place, kind=kind, parts=request.stream())
        response.headers["Location"] = f"{request.url.path}/contents"
        return FileView.of(file)

    async def get_file(
        self, relation_number: RelationNumber, reference: ReferenceInPath, file_id: FileId, reading: Reading
    ) -> Response:
        """Get a photo or document as it was sent, to be saved."""
        file = await self._find(reading, relation_number, reference, file_id)
        return StoredContents(
            self._receiving().store,
            flow.contents_name(file.object_key),
            media_type=file.media_type,
            file_name=f"{reference}-{file_id}.{Kind(file.media_type).suffix}",
            size=file.size_bytes,
        )

    async def get_preview(
        self, relation_number: RelationNumber, reference: ReferenceInPath, file_id: FileId, reading: Reading
    ) -> Response:
        """Get a small picture of a photo, or of a document's first page. Answers image/jpeg."""
        file = await self._find(reading, relation_number, reference, file_id)
        return StoredContents(
            self._receiving().store,
            flow.preview_name(file.object_key),
            media_type=Kind.JPEG,
            file_name=f"{reference}-{file_id}-preview.jpg",
        )

    async def take_back_file(
        self, relation_number: RelationNumber, reference: ReferenceInPath, file_id: FileId, work: Work, caller: Caller
    ) -> None:
        """Take back a photo or document that you added, as long as nothing is decided."""
        place = flow.Place(relation_number=relation_number, reference=reference, file_id=file_id)
        with _told_to_caller():
            await flow.take_back(work, caller, place)

    async def remove_file(
        self, reference: ReferenceInPath, file_id: FileId, body: Removal, work: Work, caller: Caller
    ) -> None:
        """Remove a photo or document that should not be there, and say why."""
        with _told_to_caller():
            await flow.remove(work, caller, reference=reference, file_id=file_id, reason=body.reason)

    def _receiving(self) -> flow.Reception:
        if self._reception is None:
            raise Problem(FILES_NOT_TAKEN)
        return self._reception

    async def _find(self, reading: Reading, relation_number: str, reference: str, file_id: UUID) -> StoredFile:
        file = await files.find(
            reading.connection, file_id=file_id, reference=reference, relation_number=relation_number
        )
        if file is None:
            raise Problem(NOT_FOUND)
        return file


@contextmanager
def _told_to_caller() -> Iterator[None]:
    """Say in the words of the API why something was not done."""
    try:
        yield
    except flow.HasEndedError:
        raise Problem(CLAIM_HAS_ENDED) from None
    except flow.TakenError:
        raise Problem(TAKEN_BY_ANOTHER) from None
    except flow.TooManyError:
        raise Problem(TOO_MANY_FILES) from None
    except flow.IdUsedError:
        raise Problem(FILE_ID_USED) from None
    except flow.IsEvidenceError:
        raise Problem(FILE_IS_EVIDENCE) from None
    except flow.FileRefusedError as error:
        members = {"refusal": error.refusal.value}
        raise Problem(FILE_REFUSED, WHAT_TO_DO[error.refusal], members=members) from None
