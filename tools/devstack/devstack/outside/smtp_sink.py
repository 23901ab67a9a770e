"""Process: a mail server that keeps every message byte for byte.

Faults: `451` and `550` are answered to RCPT; `drop` cuts the connection after DATA and keeps nothing; `keep-and-drop`
keeps the message and cuts the connection instead of answering, so that the sender cannot know.
"""

import argparse
import asyncio
import itertools
import os
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from devstack.outside.faults import MAIL_FAULTS_FILE, FaultRules
from devstack.outside.journal import append_line
from devstack.outside.lifecycle import report_ready, wait_for_stop
from devstack.process.ports import LOOPBACK

REFUSALS = {
    "451": "451 4.3.2 Try again later",
    "550": "550 5.1.1 There is no such mailbox",
}
DROP = "drop"
KEEP_AND_DROP = "keep-and-drop"
LARGEST_MESSAGE_BYTES = 32 * 1024 * 1024


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that no reader of its directory's `*.eml` finds before it is whole."""
    draft = path.with_suffix(".draft")
    draft.write_bytes(content)
    draft.replace(path)


class Mailbox:
    """Handler of aiosmtpd that writes `mailbox/*.eml` and, with the envelope, `mail.jsonl`."""

    def __init__(self, directory: Path) -> None:
        self._mailbox = directory / "mailbox"
        self._journal = directory / "mail.jsonl"
        self._rules = FaultRules(directory / MAIL_FAULTS_FILE)
        self._numbers = itertools.count(1)
        self._mailbox.mkdir(parents=True, exist_ok=True)

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, or refuse as its fault says."""
        action = self._rules.action_for(address, among=REFUSALS)
        if action is not None:
            return REFUSALS[action]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the message before answering for it."""
        action = self._action_after_data(envelope)
        name = "" if action == DROP else self._keep(envelope)
        if action is not None and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return f"250 OK {name}"

    def _action_after_data(self, envelope: Envelope) -> str | None:
        actions = (self._rules.action_for(address, among=(DROP, KEEP_AND_DROP)) for address in envelope.rcpt_tos)
        return next((action for action in actions if action is not None), None)

    def _keep(self, envelope: Envelope) -> str:
        received_at = datetime.now(UTC)
        name = f"{received_at:%Y%m%dT%H%M%S.%fZ}-{os.getpid()}-{next(self._numbers):06d}.eml"
        write_whole(self._mailbox / name, envelope.original_content or b"")
        line = {
            "received_at": received_at.isoformat(),
            "file": f"mailbox/{name}",
            "mail_from": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
        }
        append_line(self._journal, line)
        return name


async def serve(*, host: str, port: int, directory: Path) -> None:
    loop = asyncio.get_running_loop()
    mailbox = Mailbox(directory)

    def protocol() -> SMTP:
        return SMTP(
            mailbox,
            hostname="localhost",
            ident="devstack",
            enable_SMTPUTF8=True,
            data_size_limit=LARGEST_MESSAGE_BYTES,
            loop=loop,
        )

    server = await loop.create_server(protocol, host, port)
    report_ready()
    await wait_for_stop()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(host=arguments.host, port=arguments.port, directory=arguments.directory))


if __name__ == "__main__":
    main()
