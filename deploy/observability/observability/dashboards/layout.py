"""Where panels stand on Grafana's 24 columns."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

from observability.dashboards.model import Board, Look, Panel, Row

COLUMNS = 24
_HEIGHT_OF_NUMBERS, _HEIGHT_OF_LINES = 4, 8
_NUMBERS_BESIDE_EACH_OTHER, _LINES_BESIDE_EACH_OTHER = 5, 3


class Place(NamedTuple):
    """Columns and lines of Grafana's grid, from the top left."""

    x: int
    y: int
    width: int
    height: int


def placed(board: Board) -> Iterator[tuple[Place, Row | Panel]]:
    """Return the title of every row and its panels, each with its place, from the top."""
    y = 0
    for row in board.rows:
        yield Place(0, y, COLUMNS, 1), row
        y += 1
        for line in _lines(row):
            height = max(_HEIGHT_OF_NUMBERS if panel.look is Look.NUMBER else _HEIGHT_OF_LINES for panel in line)
            for number, panel in enumerate(line):
                left, right = COLUMNS * number // len(line), COLUMNS * (number + 1) // len(line)
                yield Place(left, y, right - left, height), panel
            y += height


def _lines(row: Row) -> Iterator[list[Panel]]:
    """Share the panels of a row over as few lines as leave each wide enough, as evenly as it goes."""
    panels = list(row.panels)
    only_numbers = all(panel.look is Look.NUMBER for panel in panels)
    lines = ceil(len(panels) / (_NUMBERS_BESIDE_EACH_OTHER if only_numbers else _LINES_BESIDE_EACH_OTHER))
    each = ceil(len(panels) / lines)
    return (panels[first : first + each] for first in range(0, len(panels), each))
