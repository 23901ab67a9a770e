"""Records publications: what counts afterwards follows from all of them, whatever the order in which they came."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple
from uuid import uuid4

from chassis.giving_way import GivingWay
from chassis.unit_of_work import Timer, Work
from weather_svc.domain.blocks import NO_FIGURE, Block, BlockKey, Grade, Published, Span, StationKey
from weather_svc.domain.folding import LateChange, difference, fold_in, superseded
from weather_svc.domain.hours import HourSpan
from weather_svc.domain.publication import Publication, PublishedBy
from weather_svc.repository import blocks, gaps, publications
from weather_svc.repository.blocks import PublishedStatement, StoredBlock
from weather_svc.repository.gaps import Gap, GapState

REASSESSMENT = "reassessment"
"""The kind of timer that finds the answers which rest on changed hours, and assesses them again."""
_REMEMBERED_CHANGES = 1_000
"""Of late changes: more only say that the file is another one than it seems."""


class LateHour(NamedTuple):
    """An hour whose figure a publication would change although KNMI had corrected it; figures as in `Statement`."""

    station: StationKey
    hour: int
    was: int
    becomes: int


class LateChangesError(Exception):
    """Publications contradict each other about hours that KNMI does not correct any more; nothing was recorded."""

    def __init__(self, hours: Sequence[LateHour]) -> None:
        super().__init__(f"{len(hours)} hours would change that KNMI does not correct any more")
        self.hours = hours


@dataclass
class Taken:
    """What recording changed, in station-hours. `known` had been recorded before and changed nothing.

    `confirmed`: the same figure, validated now. `superseded`: figures that do not count, because another publication
    is newer or better. `lost`: hours that KNMI gave up.
    """

    known: Sequence[Publication]
    new: int = 0
    corrected: int = 0
    confirmed: int = 0
    lost: int = 0
    superseded: int = 0
    changed: list[Span] = field(default_factory=list)


async def take(work: Work, given: Sequence[Publication]) -> Taken:
    """Record the publications of one file or reply; those that are known already are passed over.

    The last thing in a transaction: whoever assesses waits from here until it is committed.

    Raises:
        LateChangesError: they would change what KNMI does not correct any more, and are not forced.
    """
    connection = work.connection
    for reply in {id(publication.reply): publication.reply for publication in given}.values():
        await publications.save_reply(connection, reply)
    await blocks.lock_for_recording(connection)
    known = [publication for publication in given if await _is_known(work, publication)]
    taken = Taken(known)
    added = [publication for publication in given if publication not in known]
    if added:
        await _record(work, added, taken)
    await blocks.wait_for_assessments(connection)
    return taken


async def _is_known(work: Work, publication: Publication) -> bool:
    """Whether it was recorded before. The same bytes at another time say that the hours still stand so."""
    known = await publications.known(work.connection, sha256=publication.reply.sha256)
    moments = {each.published_at for each in known if each.member == publication.member}
    if publication.published_by in {PublishedBy.RETRIEVED, PublishedBy.STATED}:
        return publication.published_at in moments
    return bool(moments)


async def _record(work: Work, added: Sequence[Publication], taken: Taken) -> None:
    connection = work.connection
    ids = await publications.insert(connection, added, now=work.now)
    said = _by_block(added, [each.folded_as(number) for each, number in zip(added, ids, strict=True)])
    before = await blocks.stored(connection, keys=said)
    await blocks.insert_statements(
        connection,
        [
            (published.publication_id, key, statement)
            for key, statements in said.items()
            for published, statement in statements
        ],
    )
    overtaken = [key for key, stored in before.items() if _order(said[key][0].published) < stored.newest]
    all_said = {**said, **await blocks.statements(connection, keys=overtaken)}
    after: dict[BlockKey, Block] = {}
    late: list[LateHour] = []
    async for key, statements in GivingWay(all_said.items()):
        stored = None if key in overtaken else before.get(key)
        after[key] = stored.block.copy() if stored else Block()
        for published, statement in statements:
            changes = fold_in(after[key], statement, published=published, first_hour=key.first_hour)
            late += _of_these(changes, key=key, ids=ids)
        if len(late) > _REMEMBERED_CHANGES:
            break
        _count(taken, key, before=before.get(key), after=after[key], said=said[key])
    if late:
        raise LateChangesError(late)
    await _save(work, after, newest={key: all_said[key][-1].published for key in after}, ids=ids, taken=taken)


def _order(published: Published) -> tuple[object, int]:
    return published.published_at, published.publication_id


def _by_block(
    added: Sequence[Publication], published: Sequence[Published]
) -> Mapping[BlockKey, list[PublishedStatement]]:
    said: dict[BlockKey, list[PublishedStatement]] = {}
    in_order = sorted(zip(published, added, strict=True), key=lambda each: _order(each[0]))
    for by, publication in in_order:
        for key, statement in publication.statements.items():
            said.setdefault(key, []).append(PublishedStatement(by, statement))
    return said


def _of_these(changes: Sequence[LateChange], *, key: BlockKey, ids: Collection[int]) -> Iterator[LateHour]:
    """Yield the late changes that one of the publications `ids` makes, or suffers."""
    for change in changes:
        if change.earlier.publication_id in ids or change.later.publication_id in ids:
            yield LateHour(key.station, change.hour, change.was, change.becomes)


def _count(
    taken: Taken, key: BlockKey, *, before: StoredBlock | None, after: Block, said: Sequence[PublishedStatement]
) -> None:
    changes = difference(before.block if before else None, after)
    taken.new += len(changes.new)
    taken.corrected += len(changes.corrected)
    taken.confirmed += len(changes.confirmed)
    taken.lost += len(changes.lost)
    taken.superseded += sum(1 for _, statement in said for _ in superseded(statement, after))
    for first, last in _runs(changes.changes_answers):
        taken.changed.append(Span(key.station, HourSpan(key.first_hour + first, key.first_hour + last)))


def _runs(offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Join rising numbers into runs of consecutive ones."""
    if offsets and offsets[-1] - offsets[0] + 1 == len(offsets):
        yield offsets[0], offsets[-1]
        return
    for _, group in groupby(enumerate(offsets), key=lambda place: place[1] - place[0]):
        run = [offset for _, offset in group]
        yield run[0], run[-1]


async def _save(
    work: Work,
    after: Mapping[BlockKey, Block],
    *,
    newest: Mapping[BlockKey, Published],
    ids: Sequence[int],
    taken: Taken,
) -> None:
    connection = work.connection
    await blocks.save(connection, after, changed_by=max(ids), newest=newest)
    await gaps.replace(
        connection,
        [gap for key, block in after.items() for gap in _gaps(key, block)],
        keys=after,
        now=work.now,
    )
    if taken.changed:
        await blocks.note_changed_hours(connection, taken.changed)
        # A key of its own: moving a timer that just fires would wait for its handler, which waits for us.
        work.schedule(Timer(REASSESSMENT, str(uuid4()), work.now))


def _gaps(key: BlockKey, block: Block) -> Iterator[Gap]:
    for grade, state in ((Grade.OPEN, GapState.OPEN), (Grade.LOST, GapState.LOST)):
        if grade not in block.grades:
            continue
        missing = [
            offset
            for offset, (figure, known) in enumerate(zip(block.figures, block.grades, strict=True))
            if known == grade and figure == NO_FIGURE
        ]
        for first, last in _runs(missing):
            yield Gap(key, HourSpan(key.first_hour + first, key.first_hour + last), state)
