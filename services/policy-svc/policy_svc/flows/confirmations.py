"""Makes a change that was shown: once, as it was shown, and not when it would be another by now."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec.structs import replace

from chassis.unit_of_work import Timer, Trace, Work
from contracts.codec import from_json, to_json
from contracts.message_requests import Occasion
from contracts.policy import ContactChanged, PolicyChanged
from contracts.topic import Part
from policy_svc.documents.press import Press
from policy_svc.domain.changes import REASONS, Cancellation, Move, Outcome, Refused, outcome
from policy_svc.domain.documents import DocumentKind
from policy_svc.domain.dutch_days import begin_of, dutch_day
from policy_svc.flows.documents import issue
from policy_svc.flows.moved_letters import MOVED_LETTERS
from policy_svc.flows.previews import Asked, Shown, shown_of
from policy_svc.flows.versions import record, tell
from policy_svc.repository import customers, policies, previews
from policy_svc.repository.previews import Preview


class NotConfirmed(StrEnum):
    """Why a preview is not confirmed."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    STALE = "stale"
    """What was shown is not what would be done now."""


class Confirmed(Part):
    """What confirming led to."""

    version: int
    effective_on: date
    confirmed_at: datetime
    document_id: UUID


async def confirm_change(
    work: Work,
    press: Press,
    *,
    relation_number: str,
    policy_number: str,
    preview_id: UUID,
    made_by: str,
    trace: Trace | None,
) -> Confirmed | NotConfirmed:
    """Make the change of a preview, in force from the day that was shown. Again, it answers the same and does nothing.

    The change is computed anew under the locks of customer and policy: unless that is all that was shown to be done,
    somebody has changed the policy or where letters go meanwhile, its product is another, or its day has come.
    """
    holders = await customers.lock(work.connection, relation_numbers=[relation_number])
    known = await policies.lock(work.connection, policy_numbers=[policy_number])
    preview = await previews.find(work.connection, preview_id=preview_id)
    if preview is None or (preview.relation_number, preview.policy_number) != (relation_number, policy_number):
        return NotConfirmed.UNKNOWN
    if preview.result is not None:
        return from_json(Confirmed, preview.result)
    if work.now >= preview.expires_at:
        return NotConfirmed.EXPIRED
    recorded_at = await policies.moment_of_change(work.connection, policy_numbers=known, now=work.now)
    asked = from_json(Asked, preview.asked)
    made = await _as_shown(
        work, preview, asked, known[policy_number], holders[relation_number], recorded_at=recorded_at
    )
    if made is None:
        return NotConfirmed.STALE
    changed = replace(known[policy_number], version=preview.version + 1, terms=made.terms)
    await record(
        work,
        known=known,
        changed={policy_number: changed},
        reason=REASONS[type(asked.change)],
        made_by=made_by,
        recorded_at=recorded_at,
        trace=trace,
    )
    is_end = isinstance(asked.change, Cancellation)
    document = await issue(
        work,
        press,
        kind=DocumentKind.CANCELLATION_CONFIRMATION if is_end else DocumentKind.CHANGE_CONFIRMATION,
        policy=changed,
        on=made.effective_on,
        before=known[policy_number],
        ending=made.ending,
    )
    occasion = Occasion.POLICY_CANCELLED if is_end else Occasion.POLICY_CHANGED
    tell(work, changed, occasion, effective_on=made.effective_on, trace=trace)
    if isinstance(asked.change, Move):
        work.schedule(Timer(MOVED_LETTERS, str(preview_id), begin_of(made.effective_on), trace))
    confirmed = Confirmed(
        version=changed.version,
        effective_on=made.effective_on,
        confirmed_at=recorded_at,
        document_id=document.document_id,
    )
    await previews.confirm(
        work.connection, preview_id=preview_id, confirmed_at=recorded_at, result=to_json(confirmed).decode()
    )
    return confirmed


async def _as_shown(
    work: Work,
    preview: Preview,
    asked: Asked,
    policy: PolicyChanged,
    holder: ContactChanged,
    *,
    recorded_at: datetime,
) -> Outcome | None:
    """Return what the change makes of the policy now; None when what would be done now is not what was shown."""
    today = dutch_day(recorded_at)
    again = outcome(policy, asked.change, wished=asked.wished, today=today, recorded_at=preview.made_at)
    if policy.version != preview.version or isinstance(again, Refused):
        return None
    would_be = await shown_of(work, policy, holder, asked.change, again)
    if would_be.to_be_done != from_json(Shown, preview.shown).to_be_done:
        return None
    made = outcome(policy, asked.change, wished=asked.wished, today=today, recorded_at=recorded_at)
    assert isinstance(made, Outcome)  # noqa: S101 - it differs from what was shown by the moment alone
    return made
