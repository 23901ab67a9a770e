import io

import pytest
from rich.console import Console

from contracts.claims import DECISION_MADE
from demo.outcome import StoryOutcome
from demo.stories import STORIES
from demo.table import result_table


def printed(*, width: int) -> str:
    outcomes = [StoryOutcome(story, DECISION_MADE.examples[0], {}, problems=()) for story in STORIES]
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(result_table(outcomes, (), width=width))
    return console.export_text()


@pytest.mark.parametrize("width", [80, 130, 180])
def test_the_table_fits_the_terminal_and_breaks_no_word_of_a_title(width: int) -> None:
    lines = printed(width=width).splitlines()

    assert max(map(len, lines)) <= width
    words = " ".join(line.strip("│").split("│")[0] for line in lines).split()
    assert {word for story in STORIES for word in story.title.split()} <= set(words)


def test_a_wide_terminal_shows_the_station_and_the_messages_too() -> None:
    assert "station, km" not in printed(width=80)
    assert "station, km" in printed(width=180)
