"""Who writes to customers, and where customers can turn to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Insurer:
    """The insurer as letters name it. `address` is one line, `portal_url` ends without a slash."""

    name: str
    phone: str
    address: str
    portal_url: str

    def claim_url(self, reference: str) -> str:
        """Return where a claim is seen, after logging in: it is no secret."""
        return f"{self.portal_url}/claims/{reference}"

    def review_url(self, reference: str) -> str:
        """Return where its customer asks for a person to look at a decision again."""
        return f"{self.claim_url(reference)}/review"
