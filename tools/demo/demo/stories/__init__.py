"""The stories: real rain, invented people."""

from __future__ import annotations

from demo.stories.cover import COVER_STORIES
from demo.stories.rain import RAIN_STORIES
from demo.stories.refused import REFUSALS
from demo.stories.reporting import REPORTING_STORIES

STORIES = RAIN_STORIES + COVER_STORIES + REPORTING_STORIES
"""Every story that ends in a decision."""

__all__ = ["REFUSALS", "STORIES"]
