"""What handlers decided by hand, where the rules left it to them or were overruled."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import MOST_ITEMS
from contracts.vocabulary import WaterRoute

LONGEST_REASON = 2_000
Reason = Annotated[str, Meta(min_length=1, max_length=LONGEST_REASON)]


class Ruling(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing decided by hand: `outcome` is covered or denied, and `reason` says why, in the handler's words.

    It is about a rule of the claim as a whole (`ground`), about the finding on a water route (`route`, and `by_fire`
    for the damage by fire after a flood), or about one item of damage (`item`, its place counted from 0). About a rule
    of the claim as a whole, covered means that the claim is decided as if the rule did not hold. A finding that the
    rules deny is covered by a ruling only that says so: it `overrules` them.

    Without an outcome the rules decide about it, whatever was ruled before; and about nothing in particular that means:
    decide on the evidence as it is now, even if it goes against the customer.

    `seen` is the digest of what it was ruled on, where that can become something else afterwards
    (`rules/ruled_on.py`): as long as it is something else, the ruling does not count.

    `decided_by` and `approved_by` are the accounts of two different people; a denial always has both. The last ruling
    on one thing counts.

    Source: domain.md, "When the machine must not decide alone".
    """

    ruling_id: UUID
    reason: Reason
    decided_by: str
    decided_at: datetime
    outcome: Outcome | None = None
    approved_by: str | None = None
    ground: GroundCode | None = None
    route: WaterRoute | None = None
    by_fire: bool = False
    item: Annotated[int, Meta(ge=0, lt=MOST_ITEMS)] | None = None
    overrules: bool = False
    seen: str | None = None

    @property
    def is_about_the_evidence(self) -> bool:
        """Whether it is about nothing in particular."""
        return self.ground is None and self.route is None and self.item is None

    def __post_init__(self) -> None:
        things = sum(thing is not None for thing in (self.ground, self.route, self.item))
        if things > 1 or (things == 0 and self.outcome is not None):
            raise ValueError("a ruling with an outcome is about one ground, one route or one item")
        if self.outcome not in {Outcome.COVERED, Outcome.DENIED, None}:
            raise ValueError("a ruling covers, denies, or leaves it to the rules")
        if self.by_fire and self.route is None:
            raise ValueError("damage by fire belongs to a route")
        if self.overrules and (self.route is None or self.outcome is not Outcome.COVERED):
            raise ValueError("only the denial of a route can be overruled")
