"""The languages of the platform."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """The languages customers are written in."""

    DUTCH = "nl"
    ENGLISH = "en"
