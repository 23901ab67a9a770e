"""Process: notify-svc with null senders. They accept every message, write none and send none."""

from __future__ import annotations

import secrets
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from chassis.command_line import run_main
from contracts.message_requests import SealedContents
from devstack.process.programs import Program
from notify_svc.app import build
from notify_svc.channels.transport import Handover
from notify_svc.domain.attempts import Accepted, Result
from notify_svc.domain.messages import SENT_CHANNELS
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease
from notify_svc.repository.requests import LeasedRequest
from notify_svc.settings import Settings

SETTINGS = {
    "MAIL_FROM": "bench@example.org",
    "DKIM_PRIVATE_KEY": "none",
    "SEND_CONCURRENCY": "1000",
    "INSURER_PHONE": "088 123 45 67",
    "INSURER_ADDRESS": "Postbus 1, 1000 AA Amsterdam",
    "PORTAL_URL": "https://mijn.example.org",
    "MESSAGE_KEYS": b64encode(secrets.token_bytes(32)).decode(),
    "KEPT_TEXT_KEYS": b64encode(secrets.token_bytes(32)).decode(),
}
"""What a deployment of notify-svc says besides addresses.

Two batches of decisions have room for their messages, so that one is created while the other is sent. As many may be in
doubt when the process dies. It opens the usual number of connections to the mail server.
"""


def with_null_senders(deployed: Program) -> Program:
    """Return notify-svc with null senders in the place of notify-svc as it is `deployed`."""
    return replace(deployed, arguments=[sys.executable, "-m", __name__, *deployed.arguments[1:]])


class _NullTransport:
    """Writes and sends nothing, so that neither the texts nor a server at the other end are measured."""

    span_attributes: Mapping[str, str | int] = {"server.address": "bench"}

    async def close(self) -> None:
        """Do nothing: there is no connection."""


class AcceptingTransport(_NullTransport):
    """Takes messages about decisions."""

    def write(self, message: LeasedMessage, *, now: datetime) -> Handover:  # noqa: ARG002 - the protocol's names
        return _accept


class AcceptingRequestTransport(_NullTransport):
    """Takes requested messages, those about orders to pay among them."""

    def write(self, leased: LeasedRequest, contents: SealedContents) -> Handover:  # noqa: ARG002 - the protocol's names
        return _accept


async def _accept(_: Lease) -> Result:
    return Accepted()


def main() -> None:
    transports = dict.fromkeys(SENT_CHANNELS, AcceptingTransport)
    request_transports = dict.fromkeys(SENT_CHANNELS, AcceptingRequestTransport)
    run_main("notify-svc", Settings, partial(build, transports=transports, request_transports=request_transports))


if __name__ == "__main__":
    main()
