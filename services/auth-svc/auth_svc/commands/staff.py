"""`staff`: invite members of staff, list them, name their team, keep them out, let them in again."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial

from auth_svc.flows import staff
from auth_svc.flows.staff import STAFF_ROLES, NotDone
from auth_svc.parts import Parts
from auth_svc.repository.staff import members
from chassis.service import Command, Runtime
from contracts.access import Role

DONE, FAILED = 0, 1
"""Exit codes."""
_TEAM = re.compile(r"[a-z][a-z0-9-]{0,39}")


def staff_command(parts: Parts) -> Command:
    """The command. An invitation leads to a page of the portal."""
    return Command(
        "staff",
        "invite members of staff, list them, keep them out and let them in again",
        partial(_add_arguments, parts=parts),
        _run,
        needs=("portal_url",),
    )


def _add_arguments(parser: argparse.ArgumentParser, *, parts: Parts) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    inviting = actions.add_parser("invite", help="print a link that makes an account; it replaces the one before")
    inviting.add_argument("--email", type=_email, required=True, metavar="ADDRESS")
    inviting.add_argument("--role", type=Role, choices=STAFF_ROLES, required=True)
    inviting.set_defaults(act=partial(_invite, parts=parts))
    listing = actions.add_parser("list", help="all who have an account, one JSON object a line with their addresses")
    listing.set_defaults(act=_list)
    for action, does, text in (
        ("suspend", staff.suspend, "end their sessions, and let them log in no more"),
        ("reinstate", staff.reinstate, "let them log in again"),
        ("end-sessions", staff.end_sessions, "end their sessions"),
    ):
        changing = actions.add_parser(action, help=text)
        changing.add_argument("--email", type=_email, required=True, metavar="ADDRESS")
        changing.set_defaults(act=partial(_change, does=does))

    team = actions.add_parser("team", help="say in which team they work; it counts from their next token on")
    team.add_argument("--email", type=_email, required=True, metavar="ADDRESS")
    named = team.add_mutually_exclusive_group(required=True)
    named.add_argument("--team", type=_team, metavar="NAME")
    named.add_argument("--none", action="store_true", help="in no team")
    team.set_defaults(act=_set_team)


def _email(text: str) -> str:
    name, _, domain = text.strip().rpartition("@")
    if not name or "." not in domain or any(character.isspace() for character in text.strip()):
        raise argparse.ArgumentTypeError("give an e-mail address such as a.jansen@example.org")
    return text.strip().lower()


def _team(text: str) -> str:
    if not _TEAM.fullmatch(text):
        raise argparse.ArgumentTypeError("name a team by up to 40 of a-z, 0-9 and hyphens, such as storm-north")
    return text


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    code: int = await arguments.act(arguments, runtime)
    return code


async def _invite(arguments: argparse.Namespace, runtime: Runtime, *, parts: Parts) -> int:
    async with runtime.transaction() as work:
        invited = await staff.invite(work, parts, email=arguments.email, role=arguments.role)
    return _tell(invited)


async def _list(_: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.transaction() as work:
        found = await members(work.connection, now=work.now)
    for member in found:
        sys.stdout.write(json.dumps(asdict(member), default=str) + "\n")
    return DONE


async def _change(
    arguments: argparse.Namespace, runtime: Runtime, *, does: Callable[..., Awaitable[str | NotDone]]
) -> int:
    async with runtime.transaction() as work:
        changed = await does(work, email=arguments.email)
    return _tell(changed)


async def _set_team(arguments: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.transaction() as work:
        changed = await staff.set_team(work, email=arguments.email, team=arguments.team)
    return _tell(changed)


def _tell(result: str | NotDone) -> int:
    if isinstance(result, NotDone):
        sys.stderr.write(f"{result.because}\n")
        return FAILED
    sys.stdout.write(f"{result}\n")
    return DONE
