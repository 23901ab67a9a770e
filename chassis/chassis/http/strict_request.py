"""A request whose body, path and query have one meaning each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from typing_extensions import override

from chassis.http.problems import MALFORMED, UNSUPPORTED_MEDIA_TYPE, Problem
from chassis.http.strict_json import NotStrictJsonError, decode


class StrictRequest(Request):
    """Gives FastAPI the body as `strict_json` reads it."""

    def refuse_nul(self) -> None:
        """Raise `Problem` for NUL in path or query, which no database keeps."""
        if "\0" in self.scope["path"] or b"%00" in self.scope["query_string"]:
            raise Problem(MALFORMED, "Path and query cannot hold NUL.")

    async def refuse_other_than(self, media_type: str) -> None:
        """Raise `Problem` for a body that does not say that it is of this type, in UTF-8 and not encoded."""
        if not await self.body():
            return
        named, _, parameters = self.headers.get("content-type", "").partition(";")
        charset = parameters.strip().lower().replace('"', "")
        if named.strip().lower() != media_type or charset not in {"", "charset=utf-8"} or self._is_encoded():
            raise Problem(
                UNSUPPORTED_MEDIA_TYPE, f"Send the body with Content-Type: {media_type}, without Content-Encoding."
            )

    def refuse_stream_other_than(self, media_types: Sequence[str]) -> None:
        """Raise `Problem` unless what will arrive says that it is of one of these types, and not encoded."""
        named = self.headers.get("content-type", "").strip().lower()
        if named not in media_types or self._is_encoded():
            raise Problem(
                UNSUPPORTED_MEDIA_TYPE,
                f"Send the body with Content-Type: {' or '.join(media_types)}, without Content-Encoding.",
            )

    def _is_encoded(self) -> bool:
        return self.headers.get("content-encoding", "identity").lower() != "identity"

    @override
    async def json(self) -> Any:
        if not hasattr(self, "_value"):
            try:
                self._value = decode(await self.body())
            except NotStrictJsonError as error:
                raise Problem(MALFORMED, f"The body cannot be read: {error}.") from None
        return self._value
