"""The demo's stories have the outcomes they should have."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from whole_platform import WholePlatform

from contracts.vocabulary import Channel
from demo.outcome import decisions_on, outcome_of, refusal_outcome_of, unexpected_dead_letters
from demo.report_messages import letters_in
from demo.stories import REFUSALS, STORIES
from demo.story import Refusal, Story

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("story", STORIES, ids=[story.title for story in STORIES])
async def test_a_story_of_the_demo_has_the_outcome_it_should_have(after_stories: WholePlatform, story: Story) -> None:
    assert outcome_of(story, after_stories.observed).problems == ()


@pytest.mark.parametrize("refusal", REFUSALS, ids=[refusal.title for refusal in REFUSALS])
async def test_a_report_that_cannot_be_processed_is_dead_lettered_with_its_bytes(
    after_stories: WholePlatform, refusal: Refusal
) -> None:
    assert refusal_outcome_of(refusal, after_stories.observed).problems == ()


async def test_no_other_report_is_dead_lettered(after_stories: WholePlatform) -> None:
    tried = {base64.b64encode(value).decode() for value in after_stories.sent_by_upstream}
    others = [letter for letter in after_stories.observed.dead_letters if letter.value_base64 not in tried]

    assert unexpected_dead_letters(REFUSALS, replace(after_stories.observed, dead_letters=others)) == []


async def test_every_letter_that_is_to_be_posted_can_be_printed(after_stories: WholePlatform, tmp_path: Path) -> None:
    posted = [story for story in STORIES if Channel.POST in story.expected.settlements]
    references = {decisions_on(story, after_stories.observed)[-1].claim_reference for story in posted}

    await after_stories.platform.export_letters(tmp_path)

    letters = letters_in(tmp_path)
    assert len(letters) == len(references) > 0
    assert all(any(reference in letter.html for letter in letters) for reference in references)
