"""`water dead-letters`: records that services could not process: list, show, replay, discard."""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from rich.console import Console

from water.access import UsageError
from water.page import complain, console, facts, fate, moment, print_json, table, text
from water.replaying import replay_all
from water.services import LETTERS, Listed, Missing, Services

DONE, FAILED, NOT_REACHED = 0, 1, 2
_PERSONAL: Final = "It may hold personal data: keep it out of tickets and logs. That you read it is on record."


def add_arguments(parser: argparse.ArgumentParser, *, shared: argparse.ArgumentParser) -> None:
    """Add the actions; `shared` has the options of all commands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    of_one = argparse.ArgumentParser(add_help=False, parents=[shared])
    of_one.add_argument("--service", metavar="SERVICE", help="ask this one only")
    listing = actions.add_parser("list", parents=[of_one], help="the open ones, without their contents")
    listing.add_argument("--all", action="store_true", help="also those replayed or discarded")
    listing.add_argument("--about", metavar="ID", help="a report, a claim, a key or an event id")
    listing.set_defaults(act=_list)
    showing = actions.add_parser("show", parents=[of_one], help="one of them whole", description=_PERSONAL)
    showing.add_argument("ids", type=UUID, nargs=1, metavar="ID")
    showing.set_defaults(act=_show)
    replaying = actions.add_parser("replay", parents=[of_one], help="process them again, by the handlers as they are")
    replaying.add_argument("ids", type=UUID, nargs="*", metavar="ID")
    replaying.add_argument("--all", action="store_true", help="all open ones, in the order of their records")
    replaying.add_argument(
        "--code", metavar="CODE", help="with --all: only those with this code, such as handler-failed"
    )
    replaying.add_argument("--consumer", metavar="CONSUMER", help="with --all: only those of this consumer")
    replaying.set_defaults(act=_replay)
    discarding = actions.add_parser(
        "discard", parents=[of_one], help="close them for ever; who, when and why is on record"
    )
    discarding.add_argument("ids", type=UUID, nargs="+", metavar="ID")
    discarding.add_argument("--because", required=True, metavar="TEXT", help="why nobody needs them")
    discarding.set_defaults(act=_discard)


async def run(arguments: argparse.Namespace, services: Services) -> int:
    """Do what is asked. Exit codes: 0 done, 1 not there or refused, 2 a service could not be asked."""
    if arguments.service and arguments.service not in services.names:
        raise UsageError(f"{arguments.service} is not known; there are {', '.join(sorted(services.names))}")
    code: int = await arguments.act(arguments, services)
    return code


def _of(arguments: argparse.Namespace) -> Collection[str]:
    return (arguments.service,) if arguments.service else ()


async def _list(arguments: argparse.Namespace, services: Services) -> int:
    query = {"closed": "true" if arguments.all else "false", **({"about": arguments.about} if arguments.about else {})}
    answers = await services.lists_of_each(LETTERS, of=_of(arguments), **query)
    missing = [answer for answer in answers.values() if isinstance(answer, Missing)]
    letters = [
        {"service": service, **letter}
        for service, found in answers.items()
        if not isinstance(found, Missing)
        for letter in found.items
    ]
    longer = [service for service, found in answers.items() if isinstance(found, Listed) and found.more]
    if arguments.json:
        print_json({"dead_letters": letters, "more": bool(longer), "missing": [one.told() for one in missing]})
    else:
        _show_list(console(), letters)
    for service in longer:
        complain(f"{service} has more than these: ask for those --about something, or settle some of them first")
    for one in missing:
        complain(one.reason)
    return NOT_REACHED if missing else DONE


def _show_list(terminal: Console, letters: Sequence[Mapping[str, Any]]) -> None:
    if not letters:
        terminal.print(text("no dead letters"))
        return
    for letter in letters:
        terminal.print(text(f"{letter['id']}  {letter['code']}", style="bold"))
        terminal.print(facts(_outline(letter)))
        terminal.print()
    terminal.print(text("The contents of one: water dead-letters show ID", style="bold"))


def _outline(letter: Mapping[str, Any]) -> Mapping[str, object]:
    return {
        "by": f"{letter['consumer']}, {moment(letter['dead_lettered_at'])}, attempts: {letter['attempts']}",
        "record": f"{letter['topic']} {letter['partition']}/{letter['offset']}, {letter['value_bytes']} bytes",
        "key": letter["key"],
        "ce_id": letter["ce_id"],
        "ce_source": letter["ce_source"],
        "trace": letter["trace_id"],
        "reason": letter["reason"],
        "now": fate(letter),
    }


async def _show(arguments: argparse.Namespace, services: Services) -> int:
    (dead_letter_id,) = arguments.ids
    missing: list[Missing] = []
    for service in _of(arguments) or services.names:
        found = await services.get(service, f"{LETTERS}/{dead_letter_id}")
        if not isinstance(found, Missing):
            _show_whole(found, as_json=arguments.json)
            return DONE
        missing += [] if found.is_not_found else [found]
    return _not_found(dead_letter_id, missing)


def _show_whole(found: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json({**found, "decoded": _decoded(found["value"])})
        return
    terminal = console()
    letter = found["letter"]
    terminal.print(text(f"{letter['id']}  {letter['code']}", style="bold"))
    terminal.print(text(_PERSONAL, style="yellow"))
    terminal.print(facts({**_outline(letter), "key": _readable(found["key"])}))
    terminal.print()
    terminal.print(table(("header", "value"), [(one["name"], _readable(one["value"])) for one in found["headers"]]))
    terminal.print()
    decoded = _decoded(found["value"])
    shown = _readable(found["value"]) if decoded is None else json.dumps(decoded, indent=2, ensure_ascii=False)
    terminal.print(text(shown))
    if found["stack"]:
        terminal.print(text(f"\n{found['stack']}"))
    if fate(letter).startswith("open"):
        steps = f"water dead-letters replay {letter['id']}, or discard {letter['id']} --because TEXT"
        terminal.print(text(f"When its cause is mended: {steps}", style="bold"))


def _readable(contents: Mapping[str, str | None] | None) -> str | None:
    if contents is None:
        return None
    return contents["text"] if contents["text"] is not None else f"base64: {contents['base64']}"


def _decoded(contents: Mapping[str, str | None] | None) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON that a value holds; None where it holds none."""
    try:
        return json.loads((contents or {}).get("text") or "")
    except ValueError:
        return None


async def _replay(arguments: argparse.Namespace, services: Services) -> int:
    if arguments.all == bool(arguments.ids) or (not arguments.all and (arguments.code or arguments.consumer)):
        raise UsageError("name the dead letters to replay, or give --all, with --code and --consumer if need be")
    if arguments.all:
        return await replay_all(services, of=_of(arguments), chosen=_chosen(arguments), as_json=arguments.json)
    return await _settle(arguments, services, how="replay", body=None)


def _chosen(arguments: argparse.Namespace) -> Mapping[str, str]:
    named = {"code": arguments.code, "consumer": arguments.consumer}
    return {name: value for name, value in named.items() if value}


async def _discard(arguments: argparse.Namespace, services: Services) -> int:
    return await _settle(arguments, services, how="discard", body={"reason": arguments.because})


async def _settle(
    arguments: argparse.Namespace, services: Services, *, how: str, body: Mapping[str, str] | None
) -> int:
    settled, code = [], DONE
    for dead_letter_id in dict.fromkeys(arguments.ids):
        missing: list[Missing] = []
        for service in _of(arguments) or services.names:
            answer = await services.post(service, f"{LETTERS}/{dead_letter_id}/{how}", body)
            if not isinstance(answer, Missing):
                settled.append({"service": service, **answer})
                break
            missing += [] if answer.is_not_found else [answer]
        else:
            code = max(code, _not_found(dead_letter_id, missing))
    if arguments.json:
        print_json({"settled": settled})
    else:
        for one in settled:
            console().print(text(f"{one['id']} was {one['settled_as']} by {one['service']}"))
    return code


def _not_found(dead_letter_id: UUID, missing: Sequence[Missing]) -> int:
    """Say why nothing was done: who refused, who could not be asked, or that nobody has it."""
    for one in missing:
        complain(one.reason)
    if missing:
        return FAILED if all(one.is_refusal for one in missing) else NOT_REACHED
    complain(f"no service has a dead letter {dead_letter_id}; see water dead-letters list --all")
    return FAILED
