import io

import pytest
from rich.console import Console

from contracts.claims import DECISION_MADE
from demo.outcome import RefusalOutcome, StoryOutcome
from demo.stories import REFUSALS, STORIES
from demo.table import result_table


def printed(*, width: int) -> str:
    outcomes = [StoryOutcome(story, DECISION_MADE.examples[0], {}, problems=()) for story in STORIES]
    console = Console(width=width, file=io.StringIO(), record=True)
    refusals = [RefusalOutcome(refusal, None, problems=()) for refusal in REFUSALS]
    console.print(result_table(outcomes, refusals, width=width))
    return console.export_text()


@pytest.mark.parametrize("width", [80, 130, 180])
def test_the_table_fits_the_terminal_and_breaks_no_word_of_a_title(width: int) -> None:
    lines = printed(width=width).splitlines()

    assert max(map(len, lines)) <= width
    words = " ".join(line.strip("│").split("│")[0] for line in lines).split()
    assert {word for one in (*STORIES, *REFUSALS) for word in one.title.split()} <= set(words)


def test_a_wide_terminal_shows_the_station_and_the_messages_too() -> None:
    assert "station, km" not in printed(width=80)
    assert "station, km" in printed(width=180)
