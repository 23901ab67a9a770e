"""Declarations of a pet insurance: what was declared, what was paid of it, and why not all."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from contracts.topic import Part
from contracts.vocabulary import PRINTABLE, Cents, PolicyNumber
from policy_svc.domain.texts import Text

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=PRINTABLE)]
DeclarationNumber = Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9-]{0,29}\Z")]


class NotPaid(StrEnum):
    """Why something was not paid, or not all of it."""

    DEDUCTIBLE = "deductible"
    OWN_SHARE = "own_share"
    """The part of veterinary costs that the policy terms leave to the customer."""
    NOT_COVERED = "not_covered"
    COVER_NOT_CHOSEN = "cover_not_chosen"
    MAXIMUM_REACHED = "maximum_reached"
    CONDITION_FROM_BEFORE = "condition_from_before"
    NOT_INSURED_THEN = "not_insured_then"
    TOO_SOON = "too_soon"
    """Illness in the first days, which the policy terms do not insure."""
    INVOICE_INCOMPLETE = "invoice_incomplete"


NOT_PAID_WORDS: Final = {
    NotPaid.DEDUCTIBLE: Text(nl="Dit deel valt onder uw eigen risico.", en="This part falls under your deductible."),
    NotPaid.OWN_SHARE: Text(
        nl="Volgens de polisvoorwaarden betaalt u een deel van de kosten zelf.",
        en="By the policy terms you pay part of the costs yourself.",
    ),
    NotPaid.NOT_COVERED: Text(
        nl="Deze behandeling is niet verzekerd. De polisvoorwaarden noemen welke behandelingen dat wel zijn.",
        en="This treatment is not insured. The policy terms name the treatments that are.",
    ),
    NotPaid.COVER_NOT_CHOSEN: Text(
        nl="Deze behandeling hoort bij een dekking die u niet hebt gekozen. U kunt uw dekking wijzigen voor "
        "behandelingen daarna.",
        en="This treatment belongs to a cover that you have not chosen. You can change your cover for treatments after "
        "that.",
    ),
    NotPaid.MAXIMUM_REACHED: Text(
        nl="Het hoogste bedrag voor dit jaar is bereikt.", en="The highest amount for this year has been reached."
    ),
    NotPaid.CONDITION_FROM_BEFORE: Text(
        nl="De klacht bestond al voordat de verzekering inging.",
        en="The condition existed before the insurance began.",
    ),
    NotPaid.NOT_INSURED_THEN: Text(
        nl="Op de dag van de behandeling was uw dier niet verzekerd.",
        en="On the day of the treatment your pet was not insured.",
    ),
    NotPaid.TOO_SOON: Text(
        nl="In de eerste dagen van de verzekering is ziekte niet verzekerd. De polisvoorwaarden noemen tot wanneer.",
        en="In the first days of the insurance illness is not insured yet. The policy terms say until when.",
    ),
    NotPaid.INVOICE_INCOMPLETE: Text(
        nl="Op de nota ontbreken gegevens. Stuur ons een volledige nota van de dierenarts.",
        en="The invoice is not complete. Send us a complete invoice of the veterinarian.",
    ),
}


class DeclaredItem(Part):
    """One treatment. `paid_cents` is None until the declaration is decided."""

    treatment: Name
    declared_cents: Cents
    paid_cents: Cents | None = None
    not_paid_because: NotPaid | None = None


class Declaration(Part):
    """What was declared at once. Days are Dutch calendar days, money is euro cents."""

    declaration_number: DeclarationNumber
    policy_number: PolicyNumber
    practice: Annotated[Name, Meta(description="Where the pet was treated")]
    treated_on: date
    received_on: date
    decided_on: date | None = None
    paid_on: date | None = None
    items: Annotated[tuple[DeclaredItem, ...], Meta(min_length=1, max_length=100)]

    @property
    def declared_cents(self) -> int:
        """What was declared in all."""
        return sum(item.declared_cents for item in self.items)

    @property
    def paid_cents(self) -> int | None:
        """What was paid in all; None until it is decided."""
        return None if self.decided_on is None else sum(item.paid_cents or 0 for item in self.items)

    @property
    def status(self) -> DeclarationStatus:
        """How far it is, and what came of it."""
        match self.paid_cents:
            case None:
                return DeclarationStatus.RECEIVED
            case self.declared_cents:
                return DeclarationStatus.PAID
            case 0:
                return DeclarationStatus.NOT_PAID
            case _:
                return DeclarationStatus.PARTLY_PAID


class DeclarationStatus(StrEnum):
    """What came of a declaration."""

    RECEIVED = "received"
    PAID = "paid"
    PARTLY_PAID = "partly_paid"
    NOT_PAID = "not_paid"


STATUS_WORDS: Final = {
    DeclarationStatus.RECEIVED: Text(nl="Wordt beoordeeld", en="Is being assessed"),
    DeclarationStatus.PAID: Text(nl="Betaald", en="Paid"),
    DeclarationStatus.PARTLY_PAID: Text(nl="Voor een deel betaald", en="Paid in part"),
    DeclarationStatus.NOT_PAID: Text(nl="Niet betaald", en="Not paid"),
}


def contradiction_in(declaration: Declaration) -> str | None:
    """Return what cannot be in a declaration, as a field and a sentence; None when all fits."""
    days = (declaration.treated_on, declaration.received_on, declaration.decided_on, declaration.paid_on)
    known = [day for day in days if day is not None]
    if known != sorted(known):
        return "received_on: treated_on, received_on, decided_on and paid_on must follow each other"
    if declaration.paid_on is not None and not declaration.paid_cents:
        return "paid_on: must be null when nothing was paid"
    for number, item in enumerate(declaration.items):
        if wrong := _wrong_in(item, is_decided=declaration.decided_on is not None):
            return f"items.{number}.{wrong}"
    return None


def taken_back(declaration: Declaration, *, known: Declaration) -> str | None:
    """Return which day that is known a declaration leaves out; None when it takes nothing back."""
    days = {"decided_on": (declaration.decided_on, known.decided_on), "paid_on": (declaration.paid_on, known.paid_on)}
    return next((name for name, (told, before) in days.items() if before is not None and told is None), None)


def _wrong_in(item: DeclaredItem, *, is_decided: bool) -> str | None:
    if (item.paid_cents is not None) != is_decided:
        return "paid_cents: must be given when there is a decided_on, and only then"
    if item.paid_cents is None:
        return None if item.not_paid_because is None else "not_paid_because: must be null until it is decided"
    if item.paid_cents > item.declared_cents:
        return "paid_cents: must not be more than declared_cents"
    if (item.paid_cents < item.declared_cents) != (item.not_paid_because is not None):
        return "not_paid_because: must be given when less was paid than declared, and only then"
    return None
