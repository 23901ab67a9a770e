"""What policy-svc keeps of what customers ask in words of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from portal_svc.clients.policies import pages
from portal_svc.clients.services import Asking, Json

MOST_CHARACTERS: Final = 4_000
"""As policy-svc takes."""


async def ask(policy: Asking, text: str, *, of: str, key: UUID) -> None:
    """Ask something for the customer with the relation number `of`."""
    await policy.post(f"/customers/{of}/questions", {"question": text}, key=key)


async def of_customer(policy: Asking, *, of: str) -> Sequence[Json]:
    """Return all that a customer has asked, the latest first."""
    return await pages(policy, f"/customers/{of}/questions")


async def waiting(policy: Asking, *, most: int) -> tuple[Sequence[Json], bool]:
    """Return the questions that have waited longest, and whether there are more than `most`."""
    page = await policy.get("/questions", limit=most)
    return page["items"], page["next_cursor"] is not None


async def one(policy: Asking, question_id: str) -> Json:
    """Return one question as handlers read it."""
    return await policy.get(f"/questions/{question_id}")


async def answer(policy: Asking, question_id: str, text: str, *, key: UUID) -> None:
    """Answer it."""
    await policy.post(f"/questions/{question_id}/answer", {"answer": text}, key=key)
