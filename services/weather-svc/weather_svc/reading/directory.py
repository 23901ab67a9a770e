"""What counts by all files of a directory, without a store: folded in the order of publication, as the store does."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from contracts.vocabulary import Network
from weather_svc.domain.blocks import Block, BlockKey, Published, Statement, StationKey
from weather_svc.domain.folding import fold_in
from weather_svc.domain.publication import Publication, Reply
from weather_svc.domain.stations import shipped_stations
from weather_svc.reading.files import read_file
from weather_svc.reading.refusal import UnreadableError

_SUFFIXES = frozenset({".zip", ".gz", ".txt", ".csv", ".json"})


@dataclass
class DirectoryContents:
    """The figures of each station by the number of their block. `late_changes` are hours that were changed too late."""

    figures: dict[StationKey, dict[int, array[int]]] = field(default_factory=lambda: defaultdict(dict))
    unreadable: list[str] = field(default_factory=list)
    late_changes: int = 0


def read_directory(directory: Path, *, tell: Callable[[str], object]) -> DirectoryContents:
    """Read every file of KNMI's in `directory`; `tell` is called with each that was read.

    A file counts as received when it was written last, as its directory says.
    """
    contents = DirectoryContents()
    said: dict[BlockKey, list[tuple[Published, Statement]]] = defaultdict(list)
    publications = sorted(_publications(directory, contents, tell), key=lambda each: each.published_at)
    for place, publication in enumerate(publications):
        published = publication.folded_as(place)
        for key, statement in publication.statements.items():
            said[key].append((published, statement))
    for key, statements in said.items():
        block = Block()
        for published, statement in statements:
            changes = fold_in(block, statement, published=published, first_hour=key.first_hour)
            contents.late_changes += len(changes)
        contents.figures[key.station][key.number] = block.figures
    return contents


def _publications(directory: Path, contents: DirectoryContents, tell: Callable[[str], object]) -> Iterator[Publication]:
    rain_stations = shipped_stations().numbers(Network.AWS)
    for path in sorted(path for path in directory.iterdir() if path.suffix.lower() in _SUFFIXES and path.is_file()):
        reply = Reply(path.name, path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC))
        try:
            read = read_file(reply, rain_stations=rain_stations)
        except UnreadableError as error:
            contents.unreadable.append(f"{path.name}: {error}")
            continue
        tell(f"{path.name}: {len(read.publications)} read")
        yield from read.publications
