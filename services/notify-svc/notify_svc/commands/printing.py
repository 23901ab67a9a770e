"""Prints letters: those about decisions, and those in the place of other e-mails; each printing is kept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from chassis.errors import is_order_to_end, places_of
from chassis.service import Runtime
from chassis.unit_of_work import Work
from chassis.vault import Vault
from contracts.claims import DecisionMade
from contracts.validation import read_from_outside
from contracts.vocabulary import Channel, PostalAddress
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.messages import State
from notify_svc.domain.requests import RequestState
from notify_svc.domain.written import Written
from notify_svc.paper.press import Press
from notify_svc.repository import kept_texts, letters, requested_letters
from notify_svc.repository.contacts import Contact
from notify_svc.repository.kept_texts import KeptResult, TextToKeep
from notify_svc.repository.letters import PrintableLetter
from notify_svc.repository.requested_letters import PrintableRequest
from notify_svc.request_writer import write_requested
from notify_svc.settlements import end_letters, publish_settled, publish_settled_requests
from notify_svc.texts.account import OnPaper
from notify_svc.texts.filling import MissingValueError
from notify_svc.texts.languages import texts_version
from notify_svc.texts.letter import write_letter
from notify_svc.texts.rendering import render_html, render_text

WHY_ENDED: Mapping[RequestState, str] = {
    RequestState.EXPIRED: "the day that it names has passed",
    RequestState.SUPERSEDED: "a decision or something newer about the claim has taken its place",
}


@dataclass(frozen=True, kw_only=True)
class Printed:
    """Letters by their ids. Unwritable are those that need a value that is missing, or fail otherwise."""

    letters: Mapping[UUID, Written]
    are_some_unwritable: bool


@dataclass(frozen=True)
class Printer:
    """Prints what `insurer` signs, and keeps it sealed by `vault`."""

    insurer: Insurer
    vault: Vault

    async def print(self, runtime: Runtime, *, message_ids: Sequence[UUID]) -> Printed:
        """Print letters, and keep what they say; return them by their ids.

        One whose reader's address was erased meanwhile is settled instead, and one that is not to be posted any more.
        """
        async with runtime.transaction() as work:
            sheets, ended = _Sheets(self.insurer, work.now), await end_letters(work)
            for letter in await letters.read_printable(work.connection, message_ids=message_ids):
                sheets.add(letter.message_id, letter.contact, partial(sheets.decision, letter))
            for asked in await requested_letters.read_printable(work.connection, letter_ids=message_ids):
                sheets.add(asked.letter_id, asked.contact, partial(sheets.requested, asked))
            await _settle_unprinted(work, sheets.without_address)
            await _keep(work, list(sheets.printed.items()), vault=self.vault)
        for message_id in sheets.without_address:
            sys.stderr.write(f"{message_id} cannot be posted: its reader has no postal address any more\n")
        for message_id in sorted(ended.keys() & set(message_ids)):
            sys.stderr.write(f"{message_id} is not to be posted any more: {WHY_ENDED[ended[message_id]]}\n")
        for message_id, why in sheets.unwritable.items():
            sys.stderr.write(f"{message_id} cannot be written: {why}\n")
        return Printed(letters=sheets.printed, are_some_unwritable=bool(sheets.unwritable))


@dataclass
class _Sheets:
    """What becomes of the letters that are printed together; one that fails keeps no other from being printed."""

    insurer: Insurer
    now: datetime
    press: Press = field(default_factory=Press)
    printed: dict[UUID, Written] = field(default_factory=dict)
    without_address: list[UUID] = field(default_factory=list)
    unwritable: dict[UUID, str] = field(default_factory=dict)

    def add(
        self, message_id: UUID, contact: Contact | None, write: Callable[[Contact, PostalAddress], Written]
    ) -> None:
        """Print one letter, if its reader has an address."""
        if contact is None or contact.postal_address is None:
            self.without_address.append(message_id)
            return
        try:
            self.printed[message_id] = write(contact, contact.postal_address)
        except MissingValueError as error:
            self.unwritable[message_id] = str(error)
        except BaseException as error:  # typst is written in Rust
            if is_order_to_end(error):
                raise
            self.unwritable[message_id] = places_of(error)

    def decision(self, letter: PrintableLetter, contact: Contact, address: PostalAddress) -> Written:
        """Return what is printed about a decision."""
        decision, language = read_from_outside(DecisionMade, letter.decision), contact.language
        told = write_letter(
            decision,
            name=contact.name,
            language=language,
            insurer=self.insurer,
            written_at=self.now,
            postal_address=address,
        )
        return Written(
            customer_id=decision.customer_id,
            report_ids=decision.report_ids,
            claim_reference=decision.claim_reference,
            claim_version=decision.claim_version,
            language=language,
            texts_version=texts_version(language),
            recipient=", ".join(told.postal_address),
            subject=told.subject,
            text=render_text(told),
            html=render_html(told),
            pdf=self.press.print(told, printed_at=self.now),
        )

    def requested(self, asked: PrintableRequest, contact: Contact, address: PostalAddress) -> Written:
        """Return what is printed in the place of an e-mail that was requested."""
        request, language = asked.request, contact.language
        told = write_requested(request, contact, link=None, insurer=self.insurer, on_paper=OnPaper(address, self.now))
        return Written(
            customer_id=request.customer_id,
            report_ids=request.report_ids or (),
            claim_reference=None if request.claim is None else request.claim.claim_reference,
            occasion=request.occasion,
            language=language,
            texts_version=texts_version(language),
            recipient=", ".join(told.postal_address),
            subject=told.subject,
            text=render_text(told),
            html=render_html(told),
            pdf=self.press.print(told, printed_at=self.now),
        )


async def _settle_unprinted(work: Work, letter_ids: Sequence[UUID]) -> None:
    publish_settled(
        work, await letters.settle(work.connection, message_ids=letter_ids, state=State.NO_ADDRESS, now=work.now)
    )
    besides = await requested_letters.settle(
        work.connection, letter_ids=letter_ids, state=RequestState.NO_ADDRESS, now=work.now
    )
    publish_settled_requests(work, list(besides.values()))


async def _keep(work: Work, printed: Sequence[tuple[UUID, Written]], *, vault: Vault) -> None:
    """Keep each printing that says something else than those before: which copy is posted nobody tells us."""
    printings = await kept_texts.printings(work.connection, message_ids=[message_id for message_id, _ in printed])
    printed = [
        (message_id, written)
        for message_id, written in printed
        if message_id not in printings
        or not await kept_texts.is_kept(work.connection, message_id=message_id, written=written, vault=vault)
    ]
    texts = [
        TextToKeep(
            message_id=message_id,
            attempt=printings.get(message_id, 0) + 1,
            channel=Channel.POST,
            result=KeptResult.PRINTED,
            written=written,
        )
        for message_id, written in printed
    ]
    if texts:
        await kept_texts.keep(work.connection, texts=texts, vault=vault)
