"""The demo's stories have the outcomes they should have."""

from __future__ import annotations

import pytest
from whole_platform import WholePlatform

from demo.outcome import outcome_of, problems_of_malformed
from demo.stories import STORIES
from demo.story import Story

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("story", STORIES, ids=[story.title for story in STORIES])
async def test_a_story_of_the_demo_has_the_outcome_it_should_have(after_stories: WholePlatform, story: Story) -> None:
    assert outcome_of(story, after_stories.observed).problems == ()


async def test_a_malformed_report_is_dead_lettered_with_its_bytes_and_harms_no_other(
    after_stories: WholePlatform,
) -> None:
    assert problems_of_malformed(after_stories.observed.dead_letters) == ()
