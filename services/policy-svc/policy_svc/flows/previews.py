"""Shows what a change of a policy would be, before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace
from uuid_utils.compat import uuid7

from chassis.unit_of_work import DueTimer, Timer, Work
from contracts.codec import from_json, to_json
from contracts.policy import ContactChanged, PolicyChanged, PolicyKind
from contracts.topic import Part
from policy_svc.domain.addresses import comparable
from policy_svc.domain.changes import (
    Change,
    ChangeOfCover,
    ChangeOfDeductible,
    Move,
    Outcome,
    Refused,
    ended,
    kind_of,
    outcome,
)
from policy_svc.domain.dutch_days import begin_of, dutch_day
from policy_svc.repository import customers, policies, previews, terms
from policy_svc.repository.previews import Preview

VALID_FOR: Final = timedelta(hours=24)
"""A preview can be confirmed for so long."""
TOLD_AS_EXPIRED_FOR: Final = timedelta(days=1)
"""Then it is deleted, and there is no such preview."""
EXPIRED_PREVIEWS: Final = "expired-previews"
"""The timer, with a Dutch day as its key, that deletes what had expired before that day."""
_ONE_DAY: Final = timedelta(days=1)


class Asked(Part):
    """A change, and the day from which it was asked for; None: as soon as possible."""

    change: Change
    wished: date | None = None

    def in_words(self) -> dict[str, str]:
        """Return what is asked for without contact data: of a home not where it is, of a car not its licence plate."""
        told: dict[str, str] = {"kind": kind_of(self.change).value}
        match self.change:
            case ChangeOfCover(covers=covers):
                told["covers"] = " ".join(covers)
            case ChangeOfDeductible(deductible_cents=cents):
                told["deductible_cents"] = str(cents)
            case Move(home=home):
                told |= {"home_type": home.home_type.value, "features": " ".join(home.features)}
            case _:
                pass
        if self.wished is not None:
            told["effective_on"] = self.wished.isoformat()
        return {name: value for name, value in told.items() if value}


class Shown(Part):
    """What was shown: what the change makes of the policy, and what goes with a move.

    `also_at_this_address` are the customer's other policies that insure a home at the address that is left. Where
    `letters_follow`, letters went there, and go to the new home from the day of the move.
    """

    outcome: Outcome
    also_at_this_address: tuple[str, ...] = ()
    letters_follow: bool = False

    @property
    def to_be_done(self) -> Shown:
        """What would be done: without that which only informs."""
        return replace(self, also_at_this_address=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePreview:
    """A preview of a change of one policy."""

    preview_id: UUID
    policy_number: str
    kind: PolicyKind
    asked: Asked
    shown: Shown
    made_at: datetime
    expires_at: datetime


async def show_change(
    work: Work, *, relation_number: str, policy_number: str, asked: Asked
) -> ChangePreview | Refused | None:
    """Compute what a change would be, and keep it to be confirmed; None when there is no such policy."""
    policy = await policies.find(work.connection, policy_number=policy_number)
    contact = await customers.find(work.connection, relation_number=relation_number)
    if policy is None or contact is None:
        return None
    found = outcome(policy, asked.change, wished=asked.wished, today=dutch_day(work.now), recorded_at=work.now)
    if isinstance(found, Refused):
        return found
    shown = await shown_of(work, policy, contact, asked.change, found)
    preview = ChangePreview(
        preview_id=uuid7(),
        policy_number=policy_number,
        kind=policy.kind,
        asked=asked,
        shown=shown,
        made_at=work.now,
        expires_at=work.now + VALID_FOR,
    )
    await keep(
        work,
        Preview(
            preview_id=preview.preview_id,
            relation_number=relation_number,
            policy_number=policy_number,
            version=policy.version,
            asked=to_json(asked).decode(),
            shown=to_json(shown).decode(),
            made_at=preview.made_at,
            expires_at=preview.expires_at,
        ),
    )
    return preview


async def find_change(
    work: Work, *, relation_number: str, policy_number: str, preview_id: UUID
) -> ChangePreview | None:
    """Return a preview of a change of this policy; None when there is no such one."""
    found = await previews.find(work.connection, preview_id=preview_id)
    if found is None or (found.relation_number, found.policy_number) != (relation_number, policy_number):
        return None
    policy = await policies.find(work.connection, policy_number=policy_number)
    assert policy is not None  # noqa: S101 - a preview refers to its policy
    return ChangePreview(
        preview_id=preview_id,
        policy_number=policy_number,
        kind=policy.kind,
        asked=from_json(Asked, found.asked),
        shown=from_json(Shown, found.shown),
        made_at=found.made_at,
        expires_at=found.expires_at,
    )


async def shown_of(work: Work, policy: PolicyChanged, contact: ContactChanged, change: Change, found: Outcome) -> Shown:
    """Return what is shown of a change: what it makes of the policy, and what goes with it."""
    left = found.before.home
    if not isinstance(change, Move) or left is None:
        return Shown(outcome=found)
    terms_of = await terms.current_of_customers(work.connection, relation_numbers=[contact.relation_number])
    others = sorted(
        number
        for number, periods in terms_of.items()
        if number != policy.policy_number
        and any(
            period.home is not None
            and comparable(period.home) == comparable(left)
            and not ended(period, by=found.effective_on)
            for period in periods
        )
    )
    letters_go_there = contact.postal_address is not None and comparable(contact.postal_address) == comparable(left)
    return Shown(outcome=found, also_at_this_address=tuple(others), letters_follow=letters_go_there)


async def keep(work: Work, preview: Preview) -> None:
    """Store a preview, and see to it that it is deleted when nobody confirms it."""
    await previews.insert(work.connection, preview=preview)
    day = dutch_day(preview.expires_at + TOLD_AS_EXPIRED_FOR) + _ONE_DAY
    work.schedule(Timer(EXPIRED_PREVIEWS, day.isoformat(), begin_of(day), None))


async def delete_expired(due: Sequence[DueTimer], work: Work) -> None:
    """Delete what nobody confirmed: it may hold personal data, and leads to nothing any more."""
    if due:
        await previews.delete_expired(work.connection, before=work.now - TOLD_AS_EXPIRED_FOR)
