"""Photos and documents as they are listed."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from chassis.http.values import ExactModel, Moment
from claims_svc.files.kinds import Kind
from claims_svc.repository.files import ListedFile, StoredFile
from claims_svc.routes.fields import CLAIM_PATH
from contracts.access import Role


class FileView(ExactModel):
    """A photo or document."""

    file_id: UUID = Field(examples=["0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10"])
    media_type: Literal["image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf"]
    size_bytes: int = Field(examples=[2_481_337])
    pages: int = Field(examples=[1])
    sha256: str = Field(
        description="Of the file as it was sent",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    added_by: Literal["customer", "handler"]
    added_at: Moment

    @classmethod
    def of(cls, file: StoredFile) -> FileView:
        return cls(
            file_id=file.file_id,
            media_type=Kind(file.media_type).value,
            size_bytes=file.size_bytes,
            pages=file.pages,
            sha256=file.sha256,
            added_by="customer" if file.added_as == Role.CUSTOMER else "handler",
            added_at=file.added_at,
        )


class ListedFileView(FileView):
    """A photo or document in the list of a claim, with where it was sent to."""

    reference: str = Field(
        description="The claim that it was sent to: this one, or one joined to it", examples=["W7XK2M9QD4T"]
    )
    report_id: UUID = Field(
        description="The report that opened that claim", examples=["0198c5f2-6d00-7b11-8f21-0a4b5c6d7e8f"]
    )
    contents: str = Field(
        description="Where it is got from",
        examples=["/customers/123456/claims/W7XK2M9QD4T/files/0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10/contents"],
    )

    @classmethod
    def listed(cls, listed: ListedFile) -> ListedFileView:
        relation_number = listed.policy_number.partition("-")[0]
        path = CLAIM_PATH.format(relation_number=relation_number, reference=listed.reference)
        return cls(
            **FileView.of(listed.file).model_dump(),
            reference=listed.reference,
            report_id=listed.report_id,
            contents=f"{path}/files/{listed.file.file_id}/contents",
        )


class Files(ExactModel):
    """All of a claim."""

    files: list[ListedFileView]
