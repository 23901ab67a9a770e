"""`auth-svc clients`: the programs that get tokens. A secret is printed once and cannot be shown again."""

from __future__ import annotations

import argparse
import json
import re
import sys
from typing import Final

from auth_svc.domain.redirects import is_registrable
from auth_svc.domain.scopes import ScopeRefusedError, granted, unknown_scopes
from auth_svc.flows.clients import add_client, disable_client, rotate_secret
from auth_svc.repository import clients
from chassis.service import Command, Runtime
from contracts.access import Role

DONE, FAILED = 0, 1
"""Exit codes."""
_ID: Final = re.compile(r"[a-z][a-z0-9-]{1,62}")
_ROLES_OF_MACHINES: Final = (Role.PARTNER, Role.SERVICE)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="add one; prints its secret, which is not kept")
    adding.add_argument("id", metavar="ID", help="lower case letters, digits and hyphens")
    adding.add_argument("--name", required=True, help="what people call it")
    adding.add_argument(
        "--scope", action="append", required=True, dest="scopes", metavar="SCOPE", help="may be repeated"
    )
    kind = adding.add_mutually_exclusive_group(required=True)
    kind.add_argument("--role", choices=[role.value for role in _ROLES_OF_MACHINES], help="it acts for itself, as this")
    kind.add_argument(
        "--redirect-uri",
        action="append",
        dest="redirect_uris",
        metavar="URI",
        help="it acts for people; may be repeated",
    )
    adding.add_argument("--public", action="store_true", help="it can keep no secret: an app, or a page in a browser")
    adding.set_defaults(act=_add)
    listing = actions.add_parser("list", help="all of them, one JSON object a line, without secrets")
    listing.set_defaults(act=_list)
    disabling = actions.add_parser("disable", help="let one get no tokens any more")
    disabling.add_argument("id", metavar="ID")
    disabling.set_defaults(act=_disable)
    rotating = actions.add_parser("rotate-secret", help="replace the secret of one; prints the new one")
    rotating.add_argument("id", metavar="ID")
    rotating.set_defaults(act=_rotate_secret)


async def _run(arguments: argparse.Namespace, runtime: Runtime) -> int:
    code: int = await arguments.act(arguments, runtime)
    return code


async def _add(arguments: argparse.Namespace, runtime: Runtime) -> int:
    if mistake := _mistake_in(arguments):
        return _failed(mistake)
    async with runtime.transaction() as work:
        secret = await add_client(
            work,
            client_id=arguments.id,
            name=arguments.name,
            scopes=arguments.scopes,
            role=Role(arguments.role) if arguments.role else None,
            redirect_uris=arguments.redirect_uris or [],
            has_secret=not arguments.public,
        )
    if secret is None:
        return _failed(f"there is a client {arguments.id} already")
    _print({"client_id": arguments.id, **({"client_secret": secret} if secret else {})})
    return DONE


def _mistake_in(arguments: argparse.Namespace) -> str | None:
    """Return what cannot be right, as a sentence."""
    if not _ID.fullmatch(arguments.id):
        return "an id has 2 to 63 lower case letters, digits and hyphens, and begins with a letter"
    if unknown := unknown_scopes(arguments.scopes):
        return f"no operation has the scope {', '.join(unknown)}"
    if wrong := [uri for uri in arguments.redirect_uris or [] if not is_registrable(uri)]:
        return f"{wrong[0]} is no https:// address, nor one of this machine or of an app"
    if arguments.role and arguments.public:
        return "a client that acts for itself needs a secret: leave out --public"
    if arguments.role:
        try:
            granted(None, client_scopes=arguments.scopes, role=Role(arguments.role))
        except ScopeRefusedError:
            return f"the role {arguments.role} may do nothing with these scopes"
    return None


async def _list(_: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.pool.acquire() as connection:
        for client in await clients.every(connection):
            _print(
                {
                    "client_id": client.client_id,
                    "subject_id": str(client.subject_id),
                    "name": client.name,
                    "role": client.role,
                    "scopes": list(client.scopes),
                    "redirect_uris": list(client.redirect_uris),
                    "has_secret": client.secret_digest is not None,
                    "disabled_at": client.disabled_at.isoformat() if client.disabled_at else None,
                }
            )
    return DONE


async def _disable(arguments: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.transaction() as work:
        is_known = await disable_client(work, client_id=arguments.id)
    return DONE if is_known else _failed(f"there is no client {arguments.id}")


async def _rotate_secret(arguments: argparse.Namespace, runtime: Runtime) -> int:
    async with runtime.transaction() as work:
        secret = await rotate_secret(work, client_id=arguments.id)
    if secret is None:
        return _failed(f"there is no client {arguments.id} that has a secret")
    _print({"client_id": arguments.id, "client_secret": secret})
    return DONE


def _print(told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")


def _failed(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return FAILED


CLIENTS = Command("clients", "add, list and disable the programs that get tokens", _add_arguments, _run)
