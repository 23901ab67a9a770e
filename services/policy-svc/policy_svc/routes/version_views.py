"""How a version of an insurance is told."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pydantic import Field

from chassis.http.values import Day, ExactModel, Moment
from contracts.access import Role
from policy_svc.documents.writer import Writer
from policy_svc.domain.texts import Text
from policy_svc.domain.timeline import first_difference
from policy_svc.domain.versions import REASON_WORDS, VersionReason
from policy_svc.repository.history import Version


class MadeBy(StrEnum):
    """Who made a version."""

    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"
    """A renewal on its day, an import."""


_STAFF: Final = frozenset(role.value for role in Role)
_WHO: Final = {
    MadeBy.CUSTOMER: Text(nl="Uzelf", en="Yourself"),
    MadeBy.STAFF: Text(nl="Een medewerker", en="A member of our staff"),
    MadeBy.SYSTEM: Text(nl="Automatisch", en="Automatically"),
}


class VersionView(ExactModel):
    """What became of an insurance at one moment."""

    version: int = Field(examples=[3])
    recorded_at: Moment = Field(description="Since when it is on record")
    superseded_at: Moment | None = Field(
        description="When the next version took its place; null for the present one", examples=[None]
    )
    reason: VersionReason = Field(examples=["deductible_changed"])
    reason_in_words: str = Field(examples=["Eigen risico gewijzigd"])
    made_by: MadeBy = Field(examples=["customer"])
    made_by_in_words: str = Field(examples=["Uzelf"])
    changes_from: Day | None = Field(
        description="The first day of which it says something else than the version before; null where none is",
        examples=["2026-12-01"],
    )


def version_view(version: Version, *, write: Writer) -> VersionView:
    """Return one version in words."""
    who = _who(version.made_by)
    return VersionView(
        version=version.version,
        recorded_at=version.recorded_at,
        superseded_at=version.superseded_at,
        reason=version.reason,
        reason_in_words=write(REASON_WORDS[version.reason]),
        made_by=who,
        made_by_in_words=write(_WHO[who]),
        changes_from=first_difference(version.terms_before, version.terms),
    )


def _who(made_by: str) -> MadeBy:
    if made_by == Role.CUSTOMER:
        return MadeBy.CUSTOMER
    return MadeBy.STAFF if made_by in _STAFF else MadeBy.SYSTEM
