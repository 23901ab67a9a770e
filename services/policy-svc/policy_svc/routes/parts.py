"""What the routes work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from chassis.http.allowances import Allowance
from chassis.sealing import Opener
from policy_svc.documents.press import Press
from policy_svc.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """Made once, when the service starts. `reads`, `quotes` and `applications` say how much one address may ask."""

    settings: Settings
    press: Press
    opener: Opener
    reads: Allowance
    quotes: Allowance
    applications: Allowance

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            settings,
            press=Press(settings.insurer),
            opener=settings.opener,
            reads=Allowance(a_minute=settings.reads_a_minute),
            quotes=Allowance(a_minute=settings.quotes_a_minute),
            applications=Allowance(a_minute=settings.applications_a_minute),
        )
