"""`message-keys`: what other services seal with what notify-svc alone may read."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from chassis.sealing import Opener
from chassis.service import Command, Runtime


def message_keys_command(opener: Opener) -> Command:
    """The command; `opener` has the keys."""
    return Command(
        "message-keys",
        "print the public key of each private key in MESSAGE_KEYS, the newest first: requesters seal with it",
        _add_no_arguments,
        partial(_print, opener=opener),
        needs=("message_keys",),
    )


def _add_no_arguments(_: argparse.ArgumentParser) -> None:
    pass


async def _print(_: argparse.Namespace, __: Runtime, *, opener: Opener) -> int:
    sys.stdout.write("".join(f"{key}\n" for key in opener.public_keys))
    return 0
