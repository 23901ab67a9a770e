"""`water health | lag | timers | outbox | stations`: how the platform is, in figures."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from rich.console import RenderableType

from water.page import complain, console, moment, print_json, table
from water.services import Missing, Services, Told

WELL, UNWELL, NOT_REACHED = 0, 1, 2
LATE_SECONDS: Final = 60.0
"""As in `/ready`: an event that waits longer, or a timer that is overdue for longer, is something to look at."""


async def health(arguments: argparse.Namespace, services: Services) -> int:
    """Show whether each service works. One that cannot be asked does not."""
    answers = await services.of_each("/operations/health")
    told = {service: answer for service, answer in answers.items() if not isinstance(answer, Missing)}
    rows = [
        (
            service,
            _state_of(answer),
            answer.reason
            if isinstance(answer, Missing)
            else "\n".join(f"{one['part']}: {one['problem']}" for one in answer["problems"]),
        )
        for service, answer in answers.items()
    ]
    _print(arguments, answers, lambda: table(("service", "works", "what is wrong"), rows))
    if not told:
        return NOT_REACHED
    return WELL if len(told) == len(answers) and all(one["healthy"] for one in told.values()) else UNWELL


def _state_of(answer: Told | Missing) -> str:
    if isinstance(answer, Missing):
        return "no" if answer.status is None else "unknown"
    return "yes" if answer["healthy"] else "no"


async def lag(arguments: argparse.Namespace, services: Services) -> int:
    """Show how many records each consumer has still to process."""
    answers = await services.of_each("/operations/lag")
    rows = [
        (one["consumer"], "unknown: Kafka did not tell in time" if one["records"] is None else one["records"])
        for answer in answers.values()
        if not isinstance(answer, Missing)
        for one in answer["consumers"]
    ]
    _print(arguments, answers, lambda: table(("consumer", "records to do"), rows))
    return _end(answers, is_well=all(isinstance(records, int) for _, records in rows))


async def timers(arguments: argparse.Namespace, services: Services) -> int:
    """Show how many timers wait, are overdue and fail, by kind."""
    answers = await services.of_each("/operations/timers")
    kinds = [
        (service, kind, answer["now"])
        for service, answer in answers.items()
        if not isinstance(answer, Missing)
        for kind in answer["kinds"]
    ]
    rows = [
        (
            service,
            kind["kind"],
            kind["waiting"],
            kind["overdue"],
            moment(kind["oldest_due_at"]),
            f"{kind['failing']} {kind['failure']}" if kind["failing"] else None,
        )
        for service, kind, _ in kinds
    ]
    columns = ("service", "kind", "waiting", "overdue", "first due", "failing")
    _print(arguments, answers, lambda: table(columns, rows))
    is_well = all(not kind["failing"] and _seconds_overdue(kind, now=now) <= LATE_SECONDS for _, kind, now in kinds)
    return _end(answers, is_well=is_well)


def _seconds_overdue(kind: Mapping[str, Any], *, now: str) -> float:
    if not kind["overdue"]:
        return 0.0
    return (datetime.fromisoformat(now) - datetime.fromisoformat(kind["oldest_due_at"])).total_seconds()


async def outbox(arguments: argparse.Namespace, services: Services) -> int:
    """Show what waits to be sent to Kafka, and what Kafka would not accept."""
    answers = await services.of_each("/operations/outbox")
    told = {service: answer for service, answer in answers.items() if not isinstance(answer, Missing)}
    rows = [
        (
            service,
            answer["waiting"],
            f"{answer['oldest_seconds']:.0f} s",
            "\n".join(
                f"{one['event_id']} of {one['topic']}: {one['reason']}, holds up {one['held_up']}"
                for one in answer["undeliverable"]
            )
            or None,
        )
        for service, answer in told.items()
    ]
    _print(arguments, answers, lambda: table(("service", "waiting", "oldest", "not accepted"), rows))
    is_well = all(not one["undeliverable"] and one["oldest_seconds"] <= LATE_SECONDS for one in told.values())
    return _end(answers, is_well=is_well)


async def stations(arguments: argparse.Namespace, services: Services) -> int:
    """Show the newest hour of each station that measures rain now, the oldest first."""
    answers = await services.of_each("/operations/stations", of=("weather-svc",))
    told = [answer for answer in answers.values() if not isinstance(answer, Missing)]
    rows = [
        (
            f"{one['network']} {one['number']}",
            one["name"],
            moment(one["newest_hour_ends_at"]),
            "late" if one["is_late"] else None,
        )
        for answer in told
        for one in answer["stations"]
    ]
    _print(arguments, answers, lambda: table(("station", "name", "newest hour ended", ""), rows))
    return _end(answers, is_well=not any(answer["late"] for answer in told))


def _print(
    arguments: argparse.Namespace, answers: Mapping[str, Told | Missing], page: Callable[[], RenderableType]
) -> None:
    if arguments.json:
        told = {name: one.told() if isinstance(one, Missing) else one for name, one in answers.items()}
        print_json(told)
    else:
        console().print(page())


def _end(answers: Mapping[str, Told | Missing], *, is_well: bool) -> int:
    missing: Sequence[Missing] = [answer for answer in answers.values() if isinstance(answer, Missing)]
    for one in missing:
        complain(one.reason)
    if missing:
        return NOT_REACHED
    return WELL if is_well else UNWELL
