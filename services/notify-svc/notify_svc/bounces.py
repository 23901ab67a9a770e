"""Reads what mail servers report later: a mail server delivers the reports into a Maildir, and this empties it.

A mail that came back is followed by a letter, as one that was refused at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

import asyncpg
import structlog
from uuid_utils.compat import uuid7

from chassis.backoff import Backoff, pause
from chassis.errors import is_transient
from chassis.service import Runtime
from chassis.unit_of_work import Work
from chassis.vault import CannotOpenKeptError, Vault
from notify_svc import maildir
from notify_svc.domain.bounce_address import BounceAddresses
from notify_svc.domain.delivery_report import LARGEST_REPORT_BYTES, DeliveryReport, head_of, read_delivery_report
from notify_svc.domain.email_address import BadAddressError, parse_address
from notify_svc.domain.messages import State
from notify_svc.domain.requests import RequestState
from notify_svc.metrics import BOUNCES
from notify_svc.repository import bounces, kept_texts, letters, requested_letters
from notify_svc.repository.messages import SettledMessage
from notify_svc.settlements import publish_settled, publish_settled_requests

log = structlog.get_logger(__name__)
T = TypeVar("T")

_AT_ONCE: Final = 100
_PUT_OFF_SECONDS: Final = 60
"""How long what stays where it is lets others go first."""
_WAITED_FOR: Final = timedelta(days=1)
"""How long a report about a mail whose own result is still to be recorded stays where it is."""
_FORGET_EVERY_SECONDS: Final = 3_600.0
_UNFINISHED: Final = frozenset({State.DUE, State.SENDING, RequestState.DUE, RequestState.SENDING})
_SENT: Final = frozenset({State.SENT, State.IN_DOUBT, RequestState.SENT, RequestState.IN_DOUBT})


class Outcome(StrEnum):
    """What became of a report."""

    RECORDED = "recorded"
    DELAYED = "delayed"
    """It changes nothing: the server goes on trying."""
    TOO_EARLY = "too_early"
    NOT_OURS = "not_ours"
    """No delivery report, or about no mail of ours."""
    UNREADABLE = "unreadable"
    """The file itself cannot be read, moved or deleted: its rights, or the disk."""


class _FileError(Exception):
    """One file is in the way, and no other."""


@dataclass(frozen=True, kw_only=True)
class BounceSettings:
    """`maildir` is where the mail server delivers what comes to `addresses`; looked into every `poll_seconds`.

    What is put aside is kept for `kept_for`: it may hold letters, and links that work once, in clear.
    """

    maildir: Path
    addresses: BounceAddresses
    poll_seconds: float
    kept_for: timedelta


async def run_bounce_reader(runtime: Runtime, *, settings: BounceSettings, vault: Vault) -> None:
    """Read reports until the service stops. Several processes may read one Maildir."""
    await asyncio.to_thread(maildir.prepare, settings.maildir)
    trouble, backoff = runtime.trouble("bounce reader"), Backoff(runtime.stopping)
    loop, put_off, forget_at = asyncio.get_running_loop(), dict[Path, float](), 0.0
    while not runtime.stopping.is_set():
        try:
            with trouble.attempt():
                now = loop.time()
                put_off = {path: until for path, until in put_off.items() if until > now}
                if now >= forget_at:
                    await asyncio.to_thread(maildir.forget_put_aside, settings.maildir, after=settings.kept_for)
                    forget_at = now + _FORGET_EVERY_SECONDS
                for path in await asyncio.to_thread(
                    maildir.waiting, settings.maildir, besides=put_off.keys(), limit=_AT_ONCE
                ):
                    try:
                        if not await _take(path, runtime, settings=settings, vault=vault):
                            put_off[path] = now + _PUT_OFF_SECONDS
                    except _FileError as error:
                        put_off[path] = now + _PUT_OFF_SECONDS
                        BOUNCES.labels(Outcome.UNREADABLE.value).inc()
                        log.error("bounce.unreadable", file=path.name, error=str(error))  # noqa: TRY400 - says it all
        except Exception as error:
            if not is_transient(error):
                raise
            trouble.failed(error)
            await backoff.wait()
        else:
            trouble.recovered()
            backoff.reset()
            await pause(runtime.stopping, settings.poll_seconds)


async def _take(path: Path, runtime: Runtime, *, settings: BounceSettings, vault: Vault) -> bool:
    """Read one report; whether it is done with, and not to be looked at again later."""
    mail = await _with_file(partial(maildir.read, most_bytes=LARGEST_REPORT_BYTES), path)
    if mail is None:
        return True
    outcome = Outcome.NOT_OURS
    # Anybody can send anything: nothing is parsed that is not addressed by one of our own mails.
    if settings.addresses.mail_named_in(head_of(mail)) is not None:
        report = await asyncio.to_thread(read_delivery_report, mail)
        if report is not None:
            async with runtime.transaction() as work:
                outcome = await _record(report, work, addresses=settings.addresses, vault=vault)
    if outcome is Outcome.TOO_EARLY and not await _with_file(partial(maildir.is_older, than=_WAITED_FOR), path):
        return False
    BOUNCES.labels(outcome.value).inc()
    # A report holds what the mail said, and is needed no more. Anything else somebody may want to read.
    is_done = outcome in {Outcome.RECORDED, Outcome.DELAYED}
    await _with_file(maildir.remove if is_done else maildir.put_aside, path)
    return True


async def _with_file(do: Callable[[Path], T], path: Path) -> T:
    """Tell what is wrong with one file from what is wrong with the database: that raises an OSError, too."""
    try:
        return await asyncio.to_thread(do, path)
    except OSError as error:
        raise _FileError(error.strerror or type(error).__name__) from error


async def _record(report: DeliveryReport, work: Work, *, addresses: BounceAddresses, vault: Vault) -> Outcome:
    mail = addresses.mail_named_in(report.addressed_to)
    if mail is None:
        return Outcome.NOT_OURS
    if not report.is_failed:
        return Outcome.DELAYED
    row = await bounces.lock_mail(work.connection, mail=mail)
    if row is None:
        return Outcome.NOT_OURS
    if row["state"] in _UNFINISHED:
        return Outcome.TOO_EARLY
    if row["state"] not in _SENT:
        return Outcome.RECORDED  # it ended as reaching nobody
    message_id = row["message_id"]
    sent = await _sent_as(work, vault=vault, message_id=message_id)
    came_back = [said for said in sent if mail.is_attempt(said.row["attempt"])]
    # A mail whose answer was lost went out again, perhaps to another address: the later one has not come back.
    is_told_elsewhere = bool(came_back) and all(said.recipient != sent[-1].recipient for said in came_back)
    if is_told_elsewhere or await bounces.insert(
        work.connection, message_id=message_id, status=report.status, now=work.now
    ):
        if report.is_about_the_address:
            await _mark_addresses(work, came_back)
        if not is_told_elsewhere:
            await _plan_letter(work, row, is_about_decision=mail.claim_version is not None)
        about = {} if mail.claim_version is None else {"claim_id": str(row["claim_id"]), "trace": row["traceparent"]}
        work.after_commit(partial(log.info, "mail.bounced", message_id=str(message_id), status=report.status, **about))
    return Outcome.RECORDED


async def _plan_letter(work: Work, row: asyncpg.Record, *, is_about_decision: bool) -> None:
    if is_about_decision:
        letter_of = {uuid7(): SettledMessage.from_row(row)}
        publish_settled(work, await letters.plan_for_emails(work.connection, letter_of=letter_of, now=work.now))
    else:
        planned = await requested_letters.plan(work.connection, request_ids=[row["message_id"]], now=work.now)
        publish_settled_requests(work, planned)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What one attempt sent: the row of what is kept of it, and the address it went to."""

    row: asyncpg.Record
    recipient: str


async def _sent_as(work: Work, *, vault: Vault, message_id: UUID) -> Sequence[_Sent]:
    """Return what went out, an attempt each, as far as it can be read."""
    try:
        kept = await kept_texts.of_message(work.connection, message_id=message_id, vault=vault)
    except CannotOpenKeptError:
        return ()
    return [_Sent(said.row, said.contents.recipient) for said in kept if said.contents is not None]


async def _mark_addresses(work: Work, sent: Sequence[_Sent]) -> None:
    """Mark the address the mail went to, if it still is its reader's: the report's own word is not taken for it."""
    for said in sent:
        owner_id = said.row["owner_id"]
        for email in await bounces.emails_of(work.connection, owner_id=owner_id):
            if _as_written_to(email) == said.recipient:
                await bounces.mark_failed(work.connection, owner_id=owner_id, email=email)


def _as_written_to(email: str) -> str | None:
    try:
        return parse_address(email).addr_spec
    except BadAddressError:
        return None
