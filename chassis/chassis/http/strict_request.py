"""A request whose body, path and query have one meaning each."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from typing_extensions import override

from chassis.http.problems import MALFORMED, UNSUPPORTED_MEDIA_TYPE, Problem
from chassis.http.strict_json import NotStrictJsonError, decode

_JSON = "application/json"


class StrictRequest(Request):
    """Gives FastAPI the body as `strict_json` reads it."""

    def refuse_nul(self) -> None:
        """Raise `Problem` for NUL in path or query, which no database keeps."""
        if "\0" in self.scope["path"] or b"%00" in self.scope["query_string"]:
            raise Problem(MALFORMED, "Path and query cannot hold NUL.")

    async def refuse_other_than_json(self) -> None:
        """Raise `Problem` for a body that is no JSON, or says that it is not."""
        if not await self.body():
            return
        media_type, _, parameters = self.headers.get("content-type", "").partition(";")
        charset = parameters.strip().lower().replace('"', "")
        if media_type.strip().lower() != _JSON or charset not in {"", "charset=utf-8"}:
            raise Problem(UNSUPPORTED_MEDIA_TYPE)
        if self.headers.get("content-encoding", "identity").lower() != "identity":
            raise Problem(UNSUPPORTED_MEDIA_TYPE)
        await self.json()

    @override
    async def json(self) -> Any:
        if not hasattr(self, "_value"):
            try:
                self._value = decode(await self.body())
            except NotStrictJsonError as error:
                raise Problem(MALFORMED, f"The body cannot be read: {error}.") from None
        return self._value
