"""`water login`, `water logout`, and the token of who is logged in."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from water import access, kept_login
from water.access import TOKEN, TOKEN_FILE, UsageError
from water.kept_login import KeptLogin
from water.page import complain
from water.signing_in import AuthService

COMMANDS: Final = ("login", "logout")
CLIENT: Final = "WATER_CLIENT"
"""The variable with the id of this program at auth-svc."""
_AUTH: Final = "auth-svc"
_TYPED: Final = "What is typed at a terminal is not shown. Elsewhere password and code are lines of standard input."


def add_commands(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add both to the commands of a parser."""
    entering = commands.add_parser("login", help="log in as an operator: password, then app", epilog=_TYPED)
    entering.add_argument("--email", metavar="ADDRESS", help="asked for unless it is given")
    commands.add_parser("logout", help="give the tokens back, and keep none on this machine")


async def run(
    arguments: argparse.Namespace,
    addresses: Mapping[str, str],
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    environment: Mapping[str, str] = os.environ,
) -> int:
    """Log in or out. Exit code: 0.

    Raises:
        UsageError: auth-svc does not do it, or cannot be asked.
    """
    place = kept_login.directory(environment)
    with kept_login.alone(place):
        if arguments.command == "login":
            client = environment.get(CLIENT) or "water"
            service = AuthService(addresses[_AUTH], client=client, transport=transport)
            person = _Person()
            email = arguments.email or person.line("E-mail address: ")
            kept_login.keep(await service.sign_in(email, person), place)
            complain("logged in: until an hour has passed without a command, and for a day at most")
            return 0
        kept = kept_login.read(place)
        # Whatever auth-svc answers, nothing stays here.
        kept_login.forget(place)
    if kept is None:
        complain("nobody was logged in")
    else:
        await AuthService(kept.auth, client=kept.client, transport=transport).take_back(kept)
        complain("logged out")
    return 0


class Operator:
    """Whose token it is: a given one, or that of who is logged in, which is replaced before it is over."""

    def __init__(
        self,
        addresses: Mapping[str, str],
        *,
        token_file: Path | None,
        transport: httpx.AsyncBaseTransport | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._auth = addresses[_AUTH]
        self._token_file = token_file
        self._transport = transport
        self._environment = environment
        self._kept: KeptLogin | None = None
        self._alone = asyncio.Lock()

    async def token(self) -> str:
        """Return a token that is good for a command.

        Raises:
            UsageError: none is given, and nobody is logged in, or not where this asks, or not any more.
        """
        if (given := access.token(file=self._token_file, environment=self._environment)) is not None:
            return given
        async with self._alone:
            if self._kept is None or not self._kept.is_fresh:
                self._kept = await self._fresh_login()
            return self._kept.access_token

    async def _fresh_login(self) -> KeptLogin:
        place = kept_login.directory(self._environment)
        with kept_login.alone(place):
            kept = kept_login.read(place)
            if kept is None:
                raise UsageError(
                    f"there is no token: water login, or set {TOKEN} or {TOKEN_FILE}, or give --token-file; "
                    "tools/water/README.md says how an operator gets one"
                )
            if kept.auth != self._auth:
                raise UsageError(f"you are logged in at {kept.auth}, and this asks {self._auth}: water login")
            if not kept.is_fresh:
                kept = await AuthService(kept.auth, client=kept.client, transport=self._transport).refresh(kept)
                kept_login.keep(kept, place)
        return kept


class _Person:
    """Whoever sits at the terminal, or what is piped into this program."""

    def password(self) -> str:
        """Ask for it without showing it."""
        return getpass.getpass("Password: ") if sys.stdin.isatty() else self.line("")

    def code(self, question: str) -> str:
        """Ask for the code of the second step."""
        return self.line(question).replace(" ", "")

    def tell(self, sentence: str) -> None:
        """Say what was wrong."""
        complain(sentence)

    def line(self, question: str) -> str:
        """Read a line."""
        if sys.stdin.isatty():
            sys.stderr.write(question)
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line.strip():
            raise UsageError("there was no answer: water login asks for address, password and code")
        return line.rstrip("\n")
