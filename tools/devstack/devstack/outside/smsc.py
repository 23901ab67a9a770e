"""Process: an SMS centre that speaks SMPP 3.4 and keeps every message it accepts in `sms.jsonl`.

The codec is smpp34's; the sessions are our own, because smpp34's server checks no password and cannot break a
connection. Faults: `throttled` and `system-error` refuse; `drop` cuts the connection and keeps nothing;
`keep-and-drop` keeps the message and cuts the connection instead of answering; `undelivered` accepts and later reports
that the message could not be delivered.
"""

import argparse
import asyncio
import hmac
import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import smpp34

from devstack.outside.faults import SMS_FAULTS_FILE, FaultRules
from devstack.outside.journal import append_line
from devstack.outside.lifecycle import report_ready, wait_for_stop
from devstack.outside.short_messages import part_of, text_of, wants_receipt
from devstack.outside.smpp import CommandStatus, Tag
from devstack.outside.smpp_session import DisconnectError, RefusedError, SmppSession
from devstack.process.ports import LOOPBACK

REFUSALS = {"throttled": CommandStatus.THROTTLED, "system-error": CommandStatus.SYSTEM_ERROR}
DROP = "drop"
KEEP_AND_DROP = "keep-and-drop"
UNDELIVERED = "undelivered"
ACTIONS = (*REFUSALS, DROP, KEEP_AND_DROP, UNDELIVERED)
RECEIPT_CLASS = 0x04


class SmsCentre:
    """One account, its sessions, and the receipts that wait for a session that can receive."""

    def __init__(self, *, directory: Path, system_id: str, password: str) -> None:
        self._journal = directory / "sms.jsonl"
        self._rules = FaultRules(directory / SMS_FAULTS_FILE)
        self._login = (system_id, password)
        self._receivers: list[SmppSession] = []
        self._waiting_receipts: list[smpp34.DeliverSm] = []

    def accepts_login(self, *, system_id: str, password: str) -> bool:
        """Whether this is the account's login."""
        given, known = f"{system_id}\0{password}".encode(), "\0".join(self._login).encode()
        return hmac.compare_digest(given, known)

    def session_bound(self, session: SmppSession) -> None:
        """Send the waiting receipts to a session that can receive."""
        self._receivers.append(session)
        waiting, self._waiting_receipts = self._waiting_receipts, []
        for receipt in waiting:
            session.deliver(receipt)

    def session_closed(self, session: SmppSession) -> None:
        """Send no more receipts to a session that has ended."""
        if session in self._receivers:
            self._receivers.remove(session)

    def submit(self, message: smpp34.SubmitSm) -> str:
        """Accept a message and return its id."""
        action = self._rules.action_for(message.destination_addr, among=ACTIONS)
        if action in REFUSALS:
            raise RefusedError(REFUSALS[action])
        if action == DROP:
            raise DisconnectError
        message_id = self._keep(message)
        if action == KEEP_AND_DROP:
            raise DisconnectError
        delivered = action != UNDELIVERED
        if wants_receipt(message, delivered=delivered):
            # The receipt follows the answer, which gives the client the id that the receipt names.
            receipt = receipt_for(message, message_id=message_id, delivered=delivered)
            asyncio.get_running_loop().call_soon(self._deliver, receipt)
        return message_id

    def _deliver(self, receipt: smpp34.DeliverSm) -> None:
        if self._receivers:
            self._receivers[-1].deliver(receipt)
        else:
            self._waiting_receipts.append(receipt)

    def _keep(self, message: smpp34.SubmitSm) -> str:
        message_id, part = uuid4().hex[:16], part_of(message)
        append_line(
            self._journal,
            {
                "received_at": datetime.now(UTC).isoformat(),
                "source": message.source_addr,
                "destination": message.destination_addr,
                "data_coding": message.data_coding,
                "text": text_of(message),
                "message_id": message_id,
                "registered_delivery": message.registered_delivery,
                "reference": part and part.reference,
                "parts": part.total if part else 1,
                "part": part.number if part else 1,
            },
        )
        return message_id


def receipt_for(message: smpp34.SubmitSm, *, message_id: str, delivered: bool) -> smpp34.DeliverSm:
    """Delivery receipt in the form of SMPP 3.4 appendix B, with the parameters of §5.3.2.12 and §5.3.2.35."""
    done = f"{datetime.now(UTC):%y%m%d%H%M}"
    status, error, state = ("DELIVRD", "000", 2) if delivered else ("UNDELIV", "001", 5)
    text = (
        f"id:{message_id} sub:001 dlvrd:{int(delivered):03d} submit date:{done} done date:{done}"
        f" stat:{status} err:{error} text:"
    )
    return smpp34.DeliverSm(
        message.destination_addr,
        message.source_addr,
        text.encode("ascii"),
        esm_class=RECEIPT_CLASS,
        tlvs=[
            smpp34.Tlv(Tag.RECEIPTED_MESSAGE_ID, message_id.encode("ascii") + b"\0"),
            smpp34.Tlv(Tag.MESSAGE_STATE, bytes([state])),
        ],
    )


async def serve(*, host: str, port: int, directory: Path, system_id: str, password: str) -> None:
    centre = SmsCentre(directory=directory, system_id=system_id, password=password)

    async def serve_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await SmppSession(centre=centre, reader=reader, writer=writer).serve()

    server = await asyncio.start_server(serve_client, host, port)
    report_ready()
    await wait_for_stop()
    server.close()


def main() -> None:
    """Read the command line and serve; the login is in the environment, which other users cannot read."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    arguments = parser.parse_args()
    login = {"system_id": os.environ["SMPP_SYSTEM_ID"], "password": os.environ["SMPP_PASSWORD"]}
    asyncio.run(serve(host=arguments.host, port=arguments.port, directory=arguments.directory, **login))


if __name__ == "__main__":
    main()
