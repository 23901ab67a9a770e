"""The answer that streams what is in the store, after the door has let go of everything it held for the question."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from chassis.http.problems import RETRY_SOON, UNAVAILABLE, Problem
from claims_svc.files.store import FileStore, StoreUnavailableError

_HARMLESS: Mapping[str, str] = {"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'"}
"""Beside the door's `nosniff`: whatever a file turns out to be, it runs nowhere, and reads nothing of ours."""


class StoredContents(Response):
    """Contents of a file, to be saved under `file_name`; 503 where the store does not give them."""

    def __init__(
        self, store: FileStore, name: str, *, media_type: str, file_name: str, size: int | None = None
    ) -> None:
        length = {} if size is None else {"Content-Length": str(size)}
        headers = {**_HARMLESS, "Content-Disposition": f'attachment; filename="{file_name}"', **length}
        super().__init__(media_type=media_type, headers=headers)
        if size is None:
            del self.headers["content-length"]
        self._store, self._name = store, name

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            parts = await self._store.get(self._name)
        except StoreUnavailableError:
            await Problem(UNAVAILABLE, headers=RETRY_SOON).response()(scope, receive, send)
            return
        await StreamingResponse(parts, headers=dict(self.headers))(scope, receive, send)
