"""What a newer version of a report says otherwise than the one before."""

from __future__ import annotations

from uuid import UUID

import msgspec

from contracts.loss_reports import DamageItem, LossFacts, LossReported
from contracts.vocabulary import Fact

NOTHING = "-"
"""What stands for a fact, or for damage, of which a report says nothing."""


class Correction(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A report of a claim that was replaced by a newer version of it.

    `moved_to` is the reference of the claim where it belongs from then on, if that is another one.
    """

    claim_id: UUID
    before: LossReported
    after: LossReported
    moved_to: str | None = None

    @property
    def details(self) -> dict[str, str]:
        """The fields that changed, and of each what it said before and says now: codes, moments and amounts."""
        changes = _changes(self.before, self.after)
        moved = {} if self.moved_to is None else {"moved_to": self.moved_to}
        return {
            "version_before": str(self.before.report_version),
            "version": str(self.after.report_version),
            "channel": self.after.channel,
            "changed": " ".join(changes),
            **changes,
            **moved,
        }


def _changes(before: LossReported, after: LossReported) -> dict[str, str]:
    was, now = _said(before), _said(after)
    return {field: f"{was[field]} > {now[field]}" for field in now if was[field] != now[field]}


def _said(report: LossReported) -> dict[str, str]:
    """Return what can change of a report by what people call it; when and where it was sent says nothing of a loss."""
    facts = {f"facts.{name}": _fact(getattr(report.facts, name)) for name in LossFacts.__struct_fields__}
    return {
        "policy_number": report.policy_number,
        "loss.from_at": report.loss.from_at.isoformat(),
        "loss.until_at": report.loss.until_at.isoformat(),
        **facts,
        "damage": ", ".join(map(_item, report.damage)) or NOTHING,
    }


def _fact(fact: Fact | None) -> str:
    return NOTHING if fact is None else f"{fact.value} by {fact.source}"


def _item(item: DamageItem) -> str:
    route = "" if item.route is None else f" of {item.route}"
    fire = "" if item.by_fire_or_explosion is None else f" fire {item.by_fire_or_explosion}".lower()
    return f"{item.kind} {item.amount_cents} by {item.estimated_by}{route}{fire}"
