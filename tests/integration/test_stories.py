"""The demo's stories end as they should."""

from __future__ import annotations

import pytest
from whole_platform import WholePlatform

from demo.ending import judge, judge_malformed
from demo.stories import STORIES
from demo.story import Story

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("story", STORIES, ids=[story.title for story in STORIES])
async def test_a_story_of_the_demo_ends_as_it_should(told: WholePlatform, story: Story) -> None:
    assert judge(story, told.seen).problems == ()


async def test_a_malformed_report_is_parked_with_its_bytes_and_harms_no_other(told: WholePlatform) -> None:
    assert judge_malformed(told.seen.dead_letters) == ()
