"""Process: notify-svc as it is deployed, but for its transports: they accept every message and send none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from chassis.command_line import run_main
from notify_svc.app import build
from notify_svc.channels.transport import Handover, Lease
from notify_svc.domain.attempts import Accepted, Result
from notify_svc.domain.messages import SENT_CHANNELS
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.settings import Settings

SETTINGS = {
    "MAIL_FROM": "bench@example.org",
    "INSURER_PHONE": "088 000 00 00",
    "INSURER_ADDRESS": "Postbus 1, 1000 AA Amsterdam",
    "SEND_CONCURRENCY": "500",
}
"""Without a network a message waits for nobody: as many at once as a batch of decisions brings."""


class AcceptingTransport:
    """Writes and sends nothing: neither the texts nor a server at the other end are what the bench measures."""

    span_attributes: Mapping[str, str | int] = {"server.address": "bench"}

    def write(self, message: LeasedMessage, *, now: datetime) -> Handover:  # noqa: ARG002 - the protocol's names
        return _accept

    async def close(self) -> None:
        """Do nothing: there is no connection."""


async def _accept(_: Lease) -> Result:
    return Accepted()


def main() -> None:
    run_main("notify-svc", Settings, partial(build, transports=dict.fromkeys(SENT_CHANNELS, AcceptingTransport)))


if __name__ == "__main__":
    main()
