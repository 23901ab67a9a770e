"""What of a decision people can decide by hand."""

from __future__ import annotations

import msgspec

from claims_svc.domain.rules.by_hand import LIFTABLE
from claims_svc.domain.rules.rule import decisive_ground
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.verdict import Verdict
from contracts.coverage import Finding, GroundCode, GroundEffect, Outcome
from contracts.vocabulary import WaterRoute


class LeftOpen(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing to decide by hand: a rule of the claim as a whole, a route, or an item by its place.

    `because` is the ground that leaves it open, `outcomes` what it can be decided to be. A denial of the rules can only
    be `overruled`.
    """

    because: GroundCode
    outcomes: tuple[Outcome, ...]
    ground: GroundCode | None = None
    route: WaterRoute | None = None
    by_fire: bool = False
    item: int | None = None
    overrules: bool = False

    def is_about(self, ruling: Ruling) -> bool:
        """Whether a ruling decides about this."""
        mine = (self.ground, self.route, self.by_fire, self.item)
        return mine == (ruling.ground, ruling.route, ruling.by_fire, ruling.item)

    def takes(self, ruling: Ruling) -> bool:
        """Whether a ruling about this can be made."""
        return ruling.outcome is None or (ruling.outcome in self.outcomes and ruling.overrules == self.overrules)


def left_open(verdict: Verdict) -> tuple[LeftOpen, ...]:
    """Return what can be decided by hand, what was decided so before as well.

    Source: domain.md, "When the machine must not decide alone".
    """
    claim_level = [
        LeftOpen(because=ground.code, ground=ground.code, outcomes=_ANY if ground.code in LIFTABLE else _DENIED)
        for ground in verdict.grounds
        if ground.effect is GroundEffect.REFERS and ground.code in _ABOUT_CLAIMS
    ]
    items = [
        LeftOpen(because=item.ground, item=place, outcomes=_ANY)
        for place, item in enumerate(verdict.items)
        if item.outcome is Outcome.REFERRED or item.ground in _BY_HAND
    ]
    return (*claim_level, *_findings(verdict), *items)


def _findings(verdict: Verdict) -> list[LeftOpen]:
    found = []
    for finding in verdict.findings:
        overrules = finding.outcome is Outcome.DENIED and decisive_ground(finding) not in _BY_HAND
        if overrules or _is_open(finding):
            found.append(
                LeftOpen(
                    because=decisive_ground(finding),
                    route=finding.route,
                    by_fire=finding.by_fire,
                    outcomes=(Outcome.COVERED,) if overrules else _ANY,
                    overrules=overrules,
                )
            )
    return found


def _is_open(finding: Finding) -> bool:
    in_doubt = finding.outcome is Outcome.REFERRED or finding.second_look
    return in_doubt or decisive_ground(finding) in _BY_HAND


_ANY = (Outcome.COVERED, Outcome.DENIED)
_DENIED = (Outcome.DENIED,)
_BY_HAND = frozenset({GroundCode.HANDLER_COVERS, GroundCode.HANDLER_DENIES})
_ABOUT_CLAIMS = LIFTABLE | {
    GroundCode.POLICY_UNKNOWN,
    GroundCode.TERMS_CHANGED_DURING_LOSS,
    GroundCode.NO_ROUTE_REPORTED,
    GroundCode.DAMAGE_NOT_REPORTED,
}
