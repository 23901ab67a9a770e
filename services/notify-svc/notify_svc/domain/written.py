"""What was written to somebody, as it is handed over and kept."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from contracts.vocabulary import Language

WITHHELD = "[…]"
"""Stands in what is kept where a code or a one-use link stood: nobody can read one there, ever."""


class Written(Struct, frozen=True, kw_only=True, eq=False):
    """One message as its reader gets it, and who that is: the customer, else the first reporter who can be reached.

    `recipient` is the address as it was written to. `texts_version` says from which sentences it was put together,
    `occasion` what it tells unless that is a decision. A code or one-use link is `WITHHELD`.
    """

    customer_id: UUID | None
    report_ids: tuple[UUID, ...]
    claim_reference: str | None
    claim_version: int | None = None
    occasion: str | None = None
    language: Language
    texts_version: str
    recipient: str
    subject: str | None = None
    text: str
    html: str | None = None
    pdf: bytes | None = None
    pictures: tuple[tuple[str, bytes], ...] = ()
    """What `html` shows, as PNG, each with the id by which it is named there."""

    @property
    def reader(self) -> UUID | tuple[UUID, ...]:
        """What is written to the same reader has the same."""
        return self.customer_id or self.report_ids

    def __repr__(self) -> str:  # type: ignore[explicit-override] # typing has no `override` before Python 3.12
        """Name the type only: the rest is personal."""
        return f"{type(self).__name__}(…)"
