"""What a page sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_FIELDS: Final = 200
MOST_FILES: Final = 20
MOST_FILE_BYTES: Final = 15 * 1024 * 1024
"""As claims-svc takes."""
MOST_UPLOAD_BYTES: Final = 64 * 1024 * 1024
UPLOAD_SECONDS: Final = 180.0
_FORM_TYPES: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
CSRF_FIELD: Final = "csrf"
ONCE_FIELD: Final = "once"


class UnusableFormError(Exception):
    """The form is not as one of our pages sends it."""


@dataclass(frozen=True, slots=True)
class Form:
    """The values that were entered, without blanks around them; what was left empty is as what is not there."""

    values: Mapping[str, Sequence[str]]
    files: Mapping[str, Sequence[UploadFile]] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return the one value, "" without one."""
        return (self.values.get(name) or ("",))[-1]

    def many(self, name: str) -> Sequence[str]:
        """Return all values: of boxes that are ticked."""
        return self.values.get(name, ())

    @property
    def once(self) -> UUID:
        """What names this sending: sent twice, it has its effect once. Raise `UnusableFormError` without it."""
        try:
            return UUID(self.get(ONCE_FIELD))
        except ValueError:
            raise UnusableFormError from None


EMPTY: Final = Form({})


async def read_form(request: Request) -> FormData:
    """Return what was sent; whoever calls closes it. Raise `UnusableFormError` when it is no form."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _FORM_TYPES:
        raise UnusableFormError
    try:
        return await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
    except HTTPException:  # what Starlette makes of a form that cannot be read
        raise UnusableFormError from None


def form_of(data: FormData) -> Form:
    """Return the values in `data`. Raise `UnusableFormError` where one holds NUL, which no database takes."""
    values: dict[str, list[str]] = {}
    uploads: dict[str, list[UploadFile]] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                uploads.setdefault(name, []).append(value)
        elif "\0" in name or "\0" in value:
            raise UnusableFormError
        elif text := value.strip():
            values.setdefault(name, []).append(text)
    return Form(values, uploads)
