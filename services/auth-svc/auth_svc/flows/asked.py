"""What is asked for by an address is only stored; a timer looks it up and mails.

So the answer, its time included, tells nothing of who has an account.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from uuid_utils.compat import uuid7

from auth_svc.domain.origin import Origin
from auth_svc.domain.refusals import Refusal
from auth_svc.flows import limits
from auth_svc.parts import Parts
from auth_svc.repository import asked
from auth_svc.repository.asked import Asked
from chassis.unit_of_work import Timer, Trace, Work

ANSWER_ASKED: Final = "answer_asked"
"""Kind of the timer; its key is the id of what was asked."""


class What(StrEnum):
    """What is asked for."""

    ACTIVATION = "activation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind of question
    EMAIL_CHANGE = "email_change"


async def ask(
    work: Work,
    parts: Parts,
    what: What,
    *,
    email: str,
    relation_number: str | None = None,
    origin: Origin,
    trace: Trace | None,
) -> Refusal | None:
    """Let it be answered by mail, unless too much is asked from where it comes.

    How many mails one address gets is counted when one is sent, and refused to nobody: who could make others be told
    429 could keep them from asking.
    """
    if refusal := await limits.take(work, parts, limits.mail_takes(origin), origin=origin, trace=trace):
        return refusal
    await answer_later(work, what, email=email, relation_number=relation_number, origin=origin, trace=trace)
    return None


async def answer_later(
    work: Work,
    what: What,
    *,
    email: str,
    relation_number: str | None = None,
    account_version: int | None = None,
    origin: Origin,
    trace: Trace | None,
) -> None:
    """Let a timer answer it, at once but behind the answer to this request."""
    question = Asked(
        asked_id=uuid7(),
        what=what,
        relation_number=relation_number,
        account_version=account_version,
        email=email,
        address=origin.address,
        asked_at=work.now,
    )
    await asked.add(work.connection, asked=question)
    work.schedule(Timer(ANSWER_ASKED, str(question.asked_id), work.now, trace))


async def may_mail(work: Work, parts: Parts, question: Asked, *, trace: Trace | None) -> bool:
    """Count a mail to the address that was asked by, and tell whether it gets one more."""
    takes = limits.mail_takes_to_address(question.email)
    origin = Origin(address=question.address)
    return await limits.take(work, parts, takes, origin=origin, trace=trace) is None
