"""What a route moves that is larger than JSON: a photo that is sent, a document that is fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.routing import compile_path
from starlette.types import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Limits of a route's own. `seconds` is how long the whole request may take, sending the body included.

    With `most_bytes` it takes a body of one of `media_types`, which is not read before its handler: that does, from
    `request.stream()`. As it may be sent slowly it holds no place meanwhile; the handler bounds how many it serves.
    """

    seconds: float
    most_bytes: int = 0
    media_types: tuple[str, ...] = ()


TransferOf: TypeAlias = Callable[[Scope], Transfer | None]
"""Tells the limits of a request's own, None where the usual ones hold."""


def transfers_by_path(transfers: Iterable[tuple[str, str, Transfer]]) -> TransferOf:
    """Return what finds the limits of a request among these, each with method and path, before it is routed."""
    found = [(method, compile_path(path)[0], transfer) for method, path, transfer in transfers]

    def transfer_of(scope: Scope) -> Transfer | None:
        for method, path, transfer in found:
            if scope["method"] == method and path.match(scope["path"]):
                return transfer
        return None

    return transfer_of
