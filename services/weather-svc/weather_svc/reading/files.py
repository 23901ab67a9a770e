"""Reads a file of KNMI's hourly figures, whatever it is packed in, into publications."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from weather_svc.domain.blocks import NO_FIGURE, TRACE, BlockKey, Statement
from weather_svc.domain.hours import border_at, last_border
from weather_svc.domain.publication import HOURLY_FILES, Publication, PublishedBy, Reply, Resolution
from weather_svc.reading import recognition
from weather_svc.reading.archive import Member, Watch, members
from weather_svc.reading.layout import read_hours
from weather_svc.reading.refusal import PassedOver, UnreadableError
from weather_svc.reading.script_json import read_script_json
from weather_svc.reading.stated import StatedHours

_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FileContents:
    """What a file says, member by member.

    `strangers` are the stations with figures that the register does not know as rain stations, with how many hours
    have one: one of them may be the nearest. `passed_over` are those without any figure.
    """

    publications: list[Publication] = field(default_factory=list)
    strangers: Counter[int] = field(default_factory=Counter)
    passed_over: list[PassedOver] = field(default_factory=list)


def read_file(
    reply: Reply,
    *,
    rain_stations: Collection[int],
    published_at: datetime | None = None,
    is_forced: bool = False,
    watch: Watch | None = None,
) -> FileContents:
    """Read all of a file. `published_at` is what the importer says; without it the file says, or its last hour.

    Raises:
        UnreadableError: part of it cannot be read or is no evidence.
    """
    contents = FileContents()
    last_hour = last_border(reply.retrieved_at)
    for member in members(reply.body):
        stated = StatedHours()
        try:
            _read_member(member, stated, last_hour=last_hour, watch=watch)
        except UnreadableError as error:
            _sort_out(stated, member, rain_stations, contents)
            refusal = error if member.name is None else error.within(member.name)
            refusal.passed_over = contents.passed_over
            raise refusal from error
        stations = _sort_out(stated, member, rain_stations, contents)
        if stations:
            moment, by = _published(stated, stations, member, reply, told=published_at)
            contents.publications.append(
                Publication(
                    reply=reply,
                    member=member.name,
                    data_set=HOURLY_FILES,
                    resolution=Resolution.HOURLY,
                    published_at=moment,
                    published_by=by,
                    statements=stated.statements(stations),
                    is_forced=is_forced,
                )
            )
    _refuse_contradictions(contents.publications)
    return contents


def _read_member(member: Member, stated: StatedHours, *, last_hour: int, watch: Watch | None) -> None:
    head = member.head()
    recognition.refuse_other_than_text(head)
    if recognition.is_list(head):
        read_script_json(member.body(), stated, last_hour=last_hour)
        return
    if recognition.is_object(head):
        recognition.refuse_json_object(member.body())
    try:
        read_hours(partial(member.lines, watch), stated, last_hour=last_hour)
    except UnreadableError:
        for _ in member.lines():  # what a damaged archive unpacks to was never written: its damage is told instead
            pass
        raise


def _sort_out(stated: StatedHours, member: Member, rain_stations: Collection[int], contents: FileContents) -> list[int]:
    """Return the stations to take: those that measure rain, and strangers until the register knows better."""
    taken = []
    for station in stated.stations:
        if station in rain_stations:
            taken.append(station)
        elif with_figure := stated.count(station, least=TRACE):
            contents.strangers[station] += with_figure
            taken.append(station)
        else:
            place = f"{stated.unit} {stated.first_rows[station]}"
            first_row = place if member.name is None else f"{member.name}: {place}"
            contents.passed_over.append(PassedOver(first_row, station, stated.count(station)))
    return taken


def _published(
    stated: StatedHours, stations: Collection[int], member: Member, reply: Reply, *, told: datetime | None
) -> tuple[datetime, PublishedBy]:
    """Return when these figures were published and what says so: not before the last of them, nor after we had them."""
    if told is not None:
        moment, by = told, PublishedBy.STATED
    elif member.published_at is not None:
        moment, by = min(member.published_at, reply.retrieved_at), PublishedBy.MEMBER
    else:
        moment, by = _end_of_last(stated, stations, least=NO_FIGURE), PublishedBy.LAST_HOUR
    earliest = _end_of_last(stated, stations, least=TRACE)
    return (earliest, PublishedBy.LAST_HOUR) if moment < earliest else (moment, by)


def _end_of_last(stated: StatedHours, stations: Collection[int], *, least: int) -> datetime:
    hours = [hour for station in stations if (hour := stated.last_hour(station, least=least)) is not None]
    return border_at(max(hours)) if hours else _BEGINNING


def _refuse_contradictions(publications: Sequence[Publication]) -> None:
    """Refuse members that were published at the same moment and say different figures of an hour."""
    said: dict[tuple[datetime, BlockKey], tuple[Publication, Statement]] = {}
    for publication in publications:
        for key, statement in publication.statements.items():
            other, before = said.setdefault((publication.published_at, key), (publication, statement))
            if other is publication:
                continue
            pairs = zip(before.figures, statement.figures, strict=True)
            if any(a != b for a, b in pairs if a > NO_FIGURE and b > NO_FIGURE):
                raise UnreadableError(
                    f"{other.member} and {publication.member} bear the same time and differ in figures of station"
                    f" {key.station.number}; import them one by one with --published-at"
                )
