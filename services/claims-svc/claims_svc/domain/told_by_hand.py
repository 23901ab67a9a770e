"""What a handler tells about a loss, with the reason: facts that they found, or the damage as they assessed it."""

from __future__ import annotations

import msgspec
from msgspec.structs import asdict

from claims_svc.domain.supplement import Supplement


class ToldByHand(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A handler's supplement. `reason` says why, or where facts were found, in the handler's words."""

    supplement: Supplement
    reason: str

    @property
    def kind(self) -> str:
        """What was done, as the desk's record calls it."""
        return "assessed" if self.supplement.damage else "facts_added"

    @property
    def assessed_cents(self) -> int:
        """The damage in all as it was assessed; 0 where it was not."""
        return sum(item.amount_cents for item in self.supplement.damage)

    @property
    def details(self) -> dict[str, str]:
        """What the desk's record says of it."""
        if self.supplement.damage:
            return {"amount_cents": str(self.assessed_cents)}
        facts = sorted(name for name, fact in asdict(self.supplement.facts).items() if fact is not None)
        return {"source": self.supplement.source, "facts": " ".join(facts)}
