"""What every service tells operators, asked of all at once. One that does not answer is a part that is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeAlias
from uuid import UUID

from portal_svc.clients.services import Asking, Json, ServiceAwayError, ServiceName, ServiceRefusedError

LETTERS: Final = "/operations/dead-letters"
_A_PAGE: Final = 100
_MOST_PAGES: Final = 10
AskingAt: TypeAlias = Callable[[ServiceName], Asking]


@dataclass(frozen=True, slots=True)
class Missing:
    """A service did not tell: it is away, or refuses."""

    is_refusal: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """Items of a list; `has_more` when it is longer than what is shown."""

    items: Sequence[Json]
    has_more: bool


async def of_each(at: AskingAt, path: str) -> Mapping[ServiceName, Json | Missing]:
    """Ask every service the same."""
    answers = await asyncio.gather(*(told(at(name).get(path)) for name in ServiceName))
    return dict(zip(ServiceName, answers, strict=True))


async def stations(at: AskingAt) -> Json | Missing:
    """Return the newest hour of each station that measures rain now."""
    return await told(at(ServiceName.WEATHER).get("/operations/stations"))


async def dead_letters(
    at: AskingAt, services: Iterable[ServiceName], *, about: str, with_closed: bool
) -> Mapping[ServiceName, Listed | Missing]:
    """Return the records that could not be processed, without their contents."""
    names = list(services)
    query = {"about": about or None, "closed": "true" if with_closed else "false"}
    answers = await asyncio.gather(*(_listed(at(name), LETTERS, **query) for name in names))
    return dict(zip(names, answers, strict=True))


async def dead_letter(asking: Asking, letter_id: str) -> Json:
    """Return one of them whole. Who reads it is on record."""
    return await asking.get(f"{LETTERS}/{letter_id}")


async def replay(asking: Asking, letter_id: str, *, key: UUID) -> None:
    """Let the service process it again, by its handlers as they are now."""
    await asking.post(f"{LETTERS}/{letter_id}/replay", key=key)


async def discard(asking: Asking, letter_id: str, *, reason: str, key: UUID) -> None:
    """Close it for ever."""
    await asking.post(f"{LETTERS}/{letter_id}/discard", {"reason": reason}, key=key)


async def timeline(claims: Asking, reference: str) -> Listed | Missing:
    """Return what happened to a claim, with the traces to follow it in."""
    return await _listed(claims, f"/claims/{reference}/timeline")


async def messages(notify: Asking, *, claim_id: str) -> Sequence[Json] | Missing:
    """Return the messages about a claim, without texts and addresses."""
    answer = await told(notify.get("/operations/messages", claim_id=claim_id))
    if isinstance(answer, Missing):
        return answer
    found: Sequence[Json] = answer["messages"]
    return found


async def _listed(asking: Asking, path: str, **query: str | None) -> Listed | Missing:
    found: list[Json] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await told(asking.get(path, limit=_A_PAGE, cursor=cursor, **query))
        if isinstance(page, Missing):
            return page
        found.extend(page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return Listed(found, has_more=False)
    return Listed(found, has_more=True)


async def told(asking: Awaitable[Json]) -> Json | Missing:
    """Return an answer, or that there is none. Who is not logged in any more has to log in: that is raised."""
    try:
        return await asking
    except ServiceAwayError:
        return Missing(is_refusal=False)
    except ServiceRefusedError as refused:
        if refused.status == HTTPStatus.UNAUTHORIZED:
            raise
        return Missing(is_refusal=True)
