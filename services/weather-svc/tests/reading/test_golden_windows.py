"""All of KNMI's hourly files beside the checkout, against sums that independent readers found in them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime

import pytest
from knmi_files import READ_AT, SHARED, needs_shared

from contracts.vocabulary import Network
from weather_svc.domain.blocks import BLOCK_HOURS, NO_FIGURE, NOT_STATED, TRACE, BlockKey, Statement, StationKey
from weather_svc.domain.hours import last_border
from weather_svc.domain.publication import Reply
from weather_svc.reading.files import read_file

pytestmark = [needs_shared, pytest.mark.slow]
Statements = Mapping[BlockKey, list[Statement]]


def test_every_golden_window_is_found_in_the_files() -> None:
    statements: dict[BlockKey, list[Statement]] = {}
    paths = sorted((SHARED / "hourly").iterdir())
    stations = {int(path.name.split("_")[1]) for path in paths}
    for path in paths:
        contents = read_file(Reply(path.name, path.read_bytes(), READ_AT), rain_stations=stations)
        for publication in contents.publications:
            for key, statement in publication.statements.items():
                statements.setdefault(key, []).append(statement)
    with (SHARED / "golden_windows.csv").open() as lines:
        golden = [row for row in csv.DictReader(lines) if row["source_series"] == "hourly"]

    differing = [row for row in golden if _sum(row, statements) != _expected(row)]

    assert differing == []
    assert len(golden) == 589


def _expected(row: Mapping[str, str]) -> tuple[int, int, int]:
    return int(row["sum_tenths_mm"]), int(row["missing_hours"]), int(row["trace_hours"])


def _sum(row: Mapping[str, str], statements: Statements) -> tuple[int, int, int]:
    """Return the sum, the missing and the trace hours of the hours that end after the start and not after the end."""
    network, number = row["station"].split(":")
    station = StationKey(Network(network.lower()), int(number))
    first, last = (last_border(datetime.fromisoformat(row[name])) for name in ("start_utc", "end_utc"))
    figures = [_figure(station, hour, statements) for hour in range(first + 1, last + 1)]
    return sum(figure for figure in figures if figure > 0), figures.count(NO_FIGURE), figures.count(TRACE)


def _figure(station: StationKey, hour: int, statements: Statements) -> int:
    block, offset = divmod(hour, BLOCK_HOURS)
    said = [statement.figures[offset] for statement in statements.get(BlockKey(station, block), [])]
    return max((figure for figure in said if figure != NOT_STATED), default=NO_FIGURE)
