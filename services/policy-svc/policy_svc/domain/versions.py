"""What makes a new version of a policy, or of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policy_svc.domain.texts import Text


class VersionReason(StrEnum):
    """Why a policy has a new version."""

    IMPORTED = "imported"
    CORRECTED = "corrected"
    """By a line of a file that names the version before."""
    APPLIED = "applied"
    COVER_CHANGED = "cover_changed"
    DEDUCTIBLE_CHANGED = "deductible_changed"
    MOVED = "moved"
    LICENCE_PLATE_CHANGED = "licence_plate_changed"
    CANCELLED = "cancelled"
    RENEWED = "renewed"
    LOCATED = "located"
    """The position of the insured home was looked up."""


class CustomerVersionReason(StrEnum):
    """Why a customer has a new version."""

    IMPORTED = "imported"
    CORRECTED = "corrected"
    """By a line of a file that names the version before."""
    APPLIED = "applied"
    """By their first insurance, taken out here."""
    CHANGED = "changed"
    """The customer confirmed other data."""
    LETTERS_MOVED = "letters_moved"
    """Letters followed a move to the new home."""


@dataclass(frozen=True, kw_only=True)
class LastVersions:
    """The newest version of a policy or customer that each reason made, and the newest that a file told again."""

    made: Mapping[str, int]
    told: int | None = None


REASON_WORDS: Final = {
    VersionReason.IMPORTED: Text(nl="Overgenomen uit onze administratie", en="Taken over from our records"),
    VersionReason.CORRECTED: Text(nl="Door ons gecorrigeerd", en="Corrected by us"),
    VersionReason.APPLIED: Text(nl="Afgesloten", en="Taken out"),
    VersionReason.COVER_CHANGED: Text(nl="Dekking gewijzigd", en="Cover changed"),
    VersionReason.DEDUCTIBLE_CHANGED: Text(nl="Eigen risico gewijzigd", en="Deductible changed"),
    VersionReason.MOVED: Text(nl="Verhuizing doorgegeven", en="Move reported"),
    VersionReason.LICENCE_PLATE_CHANGED: Text(nl="Kenteken gewijzigd", en="Licence plate changed"),
    VersionReason.CANCELLED: Text(nl="Opgezegd", en="Cancelled"),
    VersionReason.RENEWED: Text(nl="Verlengd", en="Renewed"),
    VersionReason.LOCATED: Text(nl="Plaats van de woning opgezocht", en="Position of the home looked up"),
}
