"""Operators: how the services are, the story of a claim, and the records that could not be processed.

It reads the same HTTP as the command line `water`, and like that it says which part of a story is missing.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from starlette.responses import Response

from portal_svc.clients import desk, operations
from portal_svc.clients.operations import Listed, Missing
from portal_svc.clients.services import Json, ServiceName, ServiceRefusedError
from portal_svc.domain.audience import OPERATORS
from portal_svc.web.codes import wording
from portal_svc.web.people import naming
from portal_svc.web.room import MenuEntry, Room
from portal_svc.web.visit import NotFoundError, Visit

ROOM: Final = Room("operations")
ROOM.menu.append(MenuEntry(path="/operations", text="operations.menu", audience=OPERATORS, order=10))
LATE_SECONDS: Final = 60.0
"""As in `/ready` and `water`: an event that waits longer, or a timer overdue for longer, is something to look at."""
_REFERENCE: Final = re.compile(r"W[0-9A-HJKMNP-TV-Z]{10}")
_POLICY: Final = re.compile(r"[0-9]{1,9}-[0-9]{3}-[0-9]{2}")
_LETTER: Final = "/operations/dead-letters/{service}/{letter_id}"
_DONE: Final = ("replayed", "discarded")
_REASON_AT_LEAST: Final = 3
_REASON_AT_MOST: Final = 500


@ROOM.get("/operations", to=OPERATORS)
async def show_services(visit: Visit) -> Response:
    """Show whether each service works, what waits and what is late."""
    health, lag, timers, outbox, rain, letters = await asyncio.gather(
        operations.of_each(visit.at, "/operations/health"),
        operations.of_each(visit.at, "/operations/lag"),
        operations.of_each(visit.at, "/operations/timers"),
        operations.of_each(visit.at, "/operations/outbox"),
        operations.stations(visit.at),
        operations.dead_letters(visit.at, ServiceName, about="", with_closed=False),
    )
    rows = [
        {
            "name": name.value,
            "health": _known(health[name]),
            "lag": _lag_of(_known(lag[name])),
            "overdue": _sum_of(_known(timers[name]), "overdue"),
            "failing": _sum_of(_known(timers[name]), "failing"),
            "outbox": _known(outbox[name]),
            "letters": letters[name] if isinstance(letters[name], Listed) else None,
            "is_refusal": _is_refusal(health[name]),
        }
        for name in ServiceName
    ]
    return visit.page(
        "operations/services.html.j2", rows=rows, rain=_known(rain), late_seconds=LATE_SECONDS, here="services"
    )


@ROOM.get("/operations/timers", to=OPERATORS)
async def show_timers(visit: Visit) -> Response:
    """Show what waits for its time, by kind: the late and failing ones first."""
    answers = await operations.of_each(visit.at, "/operations/timers")
    rows = [
        {"service": name.value, **kind, "late_seconds": _seconds_late(kind, now=answer["now"])}
        for name, answer in answers.items()
        if not isinstance(answer, Missing)
        for kind in answer["kinds"]
    ]
    rows.sort(key=lambda row: (-row["failing"], -row["late_seconds"], row["service"], row["kind"]))
    return visit.page(
        "operations/timers.html.j2", rows=rows, missing=_missing(answers), limit=LATE_SECONDS, here="timers"
    )


@ROOM.get("/operations/queues", to=OPERATORS)
async def show_queues(visit: Visit) -> Response:
    """Show what each consumer has still to process, and what waits to be sent."""
    lag, outbox = await asyncio.gather(
        operations.of_each(visit.at, "/operations/lag"), operations.of_each(visit.at, "/operations/outbox")
    )
    consumers = [
        {"service": name.value, **one}
        for name, answer in lag.items()
        if not isinstance(answer, Missing)
        for one in answer["consumers"]
    ]
    consumers.sort(key=lambda one: (one["records"] is not None, -(one["records"] or 0), one["consumer"]))
    return visit.page(
        "operations/queues.html.j2",
        consumers=consumers,
        outboxes={name.value: answer for name, answer in outbox.items() if not isinstance(answer, Missing)},
        missing=sorted({*_missing(lag), *_missing(outbox)}),
        late_seconds=LATE_SECONDS,
        here="queues",
    )


@ROOM.get("/operations/rain", to=OPERATORS)
async def show_rain(visit: Visit) -> Response:
    """Show the newest hour of each station, the oldest first."""
    answer = await operations.stations(visit.at)
    return visit.page("operations/rain.html.j2", rain=_known(answer), here="rain")


# The story of a claim


@dataclass(kw_only=True)
class Story:
    """What is known of what was asked for. `claims` are several only where a policy has several."""

    asked: str
    is_understood: bool = True
    claims: Sequence[Json] = ()
    overview: Json | None = None
    timeline: Sequence[Json] = ()
    messages: Sequence[Json] = ()
    letters: list[Json] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    """Services that did not tell their part of it."""
    is_cut: bool = False

    @property
    def trace_ids(self) -> Sequence[str]:
        """All traces in which it can be followed, the first first."""
        told = [self.overview or {}, *self.timeline, *self.messages, *self.letters]
        return list(dict.fromkeys(each["trace_id"] for each in told if each.get("trace_id")))


@ROOM.get("/operations/claims", to=OPERATORS)
async def tell_story(visit: Visit) -> Response:
    """Tell the story of a claim, found by its reference or id, the id of a report, or the number of a policy."""
    story = Story(asked=visit.asked("q"))
    if story.asked:
        await _gather(visit, story)
    return visit.page(
        "operations/claims.html.j2",
        status=HTTPStatus.OK if story.is_understood else HTTPStatus.UNPROCESSABLE_ENTITY,
        story=story,
        word=wording(visit.text),
        fate=_fate_of,
        here="claims",
    )


async def _gather(visit: Visit, story: Story) -> None:
    claims = visit.at(ServiceName.CLAIMS)
    asked = story.asked
    known: Sequence[Mapping[str, str]]
    if _REFERENCE.fullmatch(asked.upper()):
        known = [{"reference": asked.upper()}]
    elif _POLICY.fullmatch(asked):
        known = [{"policy_number": asked}]
    elif _is_uuid(asked):
        known = [{"claim_id": asked}, {"report_id": asked}]
    else:
        story.is_understood = False
        return
    found = await asyncio.gather(*(operations.told(claims.get("/claims", limit=100, **each)) for each in known))
    for answer in found:
        if isinstance(answer, Missing):
            story.missing.add(ServiceName.CLAIMS.value)
        else:
            story.claims = [*story.claims, *(one for one in answer["items"] if one not in story.claims)]
    about = {asked.lower() if _is_uuid(asked) else asked}
    if len(story.claims) == 1:
        about |= await _tell_one(visit, story, reference=story.claims[0]["reference"])
    for letters in await asyncio.gather(
        *(operations.dead_letters(visit.at, ServiceName, about=one, with_closed=True) for one in sorted(about))
    ):
        _add_letters(story, letters)


async def _tell_one(visit: Visit, story: Story, *, reference: str) -> set[str]:
    """Fill in what is known of the one claim; return what its dead letters can be about."""
    claims = visit.at(ServiceName.CLAIMS)
    overview, timeline = await asyncio.gather(
        operations.told(desk.overview(claims, reference)), operations.timeline(claims, reference)
    )
    if isinstance(timeline, Missing):
        story.missing.add(ServiceName.CLAIMS.value)
    else:
        story.timeline, story.is_cut = timeline.items, timeline.has_more
    if isinstance(overview, Missing):
        story.missing.add(ServiceName.CLAIMS.value)
        return set()
    story.overview = overview
    messages = await operations.messages(visit.at(ServiceName.NOTIFY), claim_id=overview["claim_id"])
    if isinstance(messages, Missing):
        story.missing.add(ServiceName.NOTIFY.value)
    else:
        story.messages = messages
    return {overview["claim_id"], *(report["report_id"] for report in overview["reports"])}


def _add_letters(story: Story, answers: Mapping[ServiceName, Listed | Missing]) -> None:
    for name, answer in answers.items():
        if isinstance(answer, Missing):
            story.missing.add(name.value)
            continue
        story.is_cut |= answer.has_more
        for letter in answer.items:
            told = {"service": name.value, **letter}
            if told not in story.letters:
                story.letters.append(told)


# Dead letters


@ROOM.get("/operations/dead-letters", to=OPERATORS)
async def list_dead_letters(visit: Visit) -> Response:
    """List what could not be processed, without contents."""
    service, about = visit.asked("service"), visit.asked("about")
    names = [ServiceName(service)] if service in set(ServiceName) else list(ServiceName)
    with_closed = visit.asked("closed") == "true"
    answers = await operations.dead_letters(visit.at, names, about=about, with_closed=with_closed)
    letters = [
        {"service": name.value, **letter}
        for name, answer in answers.items()
        if isinstance(answer, Listed)
        for letter in answer.items
    ]
    return visit.page(
        "operations/letters.html.j2",
        letters=letters,
        missing=_missing(answers),
        longer=[name.value for name, one in answers.items() if isinstance(one, Listed) and one.has_more],
        service=service,
        about=about,
        with_closed=with_closed,
        services=[name.value for name in ServiceName],
        done=_done(visit),
        fate=_fate_of,
        here="letters",
    )


@ROOM.get(_LETTER, to=OPERATORS)
async def show_dead_letter(visit: Visit) -> Response:
    """Show one of them whole. It may hold personal data; that somebody read it is on record at its service."""
    return await _shown(visit)


@ROOM.post(f"{_LETTER}/replay", to=OPERATORS)
async def replay_dead_letter(visit: Visit) -> Response:
    """Let its service process it again, by its handlers as they are now."""
    asking, letter_id = _letter_of(visit)
    try:
        await operations.replay(asking, letter_id, key=visit.form.once)
    except ServiceRefusedError as refused:
        if refused.status != HTTPStatus.CONFLICT:
            raise
        return await _shown(visit, refusal=_sentence(visit, refused))
    return visit.redirect("/operations/dead-letters?done=replayed")


@ROOM.post(f"{_LETTER}/discard", to=OPERATORS)
async def discard_dead_letter(visit: Visit) -> Response:
    """Close it for ever. Who did, when and why stays on record."""
    asking, letter_id = _letter_of(visit)
    reason = visit.form.get("reason")
    if not _REASON_AT_LEAST <= len(reason) <= _REASON_AT_MOST:
        return await _shown(visit, wrong={"reason": visit.text("operations.letter.no-reason")})
    try:
        await operations.discard(asking, letter_id, reason=reason, key=visit.form.once)
    except ServiceRefusedError as refused:
        if refused.status != HTTPStatus.CONFLICT:
            raise
        return await _shown(visit, refusal=_sentence(visit, refused))
    return visit.redirect("/operations/dead-letters?done=discarded")


async def _shown(visit: Visit, *, wrong: Mapping[str, str] | None = None, refusal: str = "") -> Response:
    asking, letter_id = _letter_of(visit)
    found = await operations.dead_letter(asking, letter_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.CONFLICT if refusal else HTTPStatus.OK
    return visit.page(
        "operations/letter.html.j2",
        status=status,
        service=visit.request.path_params["service"],
        letter=found["letter"],
        key=_readable(found["key"]),
        headers=[(one["name"], _readable(one["value"])) for one in found["headers"]],
        value=_pretty(found["value"]),
        stack=found["stack"],
        fate=_fate_of(found["letter"]),
        wrong=wrong or {},
        refusal=refusal,
        reason=visit.form.get("reason"),
        who=naming(visit),
        here="letters",
    )


def _letter_of(visit: Visit) -> tuple[Any, str]:
    """Return whom to ask about the letter that the path names, and its id. Raise `NotFoundError` where it is none."""
    service, letter_id = visit.request.path_params["service"], visit.part("letter_id")
    if service not in set(ServiceName) or not _is_uuid(letter_id):
        raise NotFoundError
    return visit.at(ServiceName(service)), letter_id


def _sentence(visit: Visit, refused: ServiceRefusedError) -> str:
    """Return why it was not settled: what a handler failed by is told by its service alone."""
    told = refused.told.get("detail") or refused.told.get("title") or ""
    return visit.text("operations.letter.refused", told=str(told))


def _done(visit: Visit) -> str:
    return visit.asked("done") if visit.asked("done") in _DONE else ""


def _fate_of(letter: Json) -> str:
    """Return the end of the key of what became of it."""
    if letter["discarded_at"] is not None:
        return "discarded"
    if letter["replayed_at"] is not None:
        return "replayed"
    return "erased" if letter["erased_at"] is not None else "open"


def _readable(contents: Json | None) -> str:
    if contents is None:
        return ""
    return str(contents["text"]) if contents["text"] is not None else f"base64: {contents['base64']}"


def _pretty(contents: Json | None) -> str:
    readable = _readable(contents)
    try:
        return json.dumps(json.loads(readable), indent=2, ensure_ascii=False)
    except ValueError:
        return readable


def _known(answer: Json | Missing) -> Json | None:
    return None if isinstance(answer, Missing) else answer


def _is_refusal(answer: Json | Missing) -> bool:
    return isinstance(answer, Missing) and answer.is_refusal


def _missing(answers: Mapping[ServiceName, object]) -> list[str]:
    return [name.value for name, answer in answers.items() if isinstance(answer, Missing)]


def _lag_of(answer: Json | None) -> int | None:
    """Return how many records wait, None where a service or Kafka does not tell."""
    counts: Sequence[int | None] = [] if answer is None else [one["records"] for one in answer["consumers"]]
    known = [count for count in counts if count is not None]
    return None if answer is None or len(known) < len(counts) else sum(known)


def _sum_of(answer: Json | None, what: str) -> int | None:
    return None if answer is None else sum(kind[what] for kind in answer["kinds"])


def _seconds_late(kind: Json, *, now: str) -> float:
    if not kind["overdue"]:
        return 0.0
    return (datetime.fromisoformat(now) - datetime.fromisoformat(kind["oldest_due_at"])).total_seconds()


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
