"""Mail over TLS: the conversation goes on inside it, and nothing is said to a server that cannot prove its name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import certificates
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from certificates import Certificates
from mail_sender import send, transport
from mail_server import MailServer

from notify_svc.domain.attempts import Accepted, Unreachable


@pytest.fixture
def certificate(tmp_path: Path) -> Certificates:
    return certificates.made_in(tmp_path)


@asynccontextmanager
async def tls_mail_server(
    tls: Literal["starttls", "tls"], *, certificate: Certificates, wants_login: bool = False
) -> AsyncIterator[MailServer]:
    context = certificate.of_server()
    state = MailServer()

    def connect() -> SMTP:
        connection = SMTP(
            state,
            hostname="mail.example.org",
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            authenticator=_is_ours if wants_login else None,
            auth_required=wants_login,
        )
        state.connections.append(connection)
        return connection

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connect, "127.0.0.1", 0, ssl=context if tls == "tls" else None)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for connection in state.connections:
            if connection.transport is not None:
                connection.transport.close()
        await server.wait_closed()


def _is_ours(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:
    del server, session, envelope, mechanism
    return AuthResult(success=login == LoginPassword(b"notify", b"secret"), handled=False)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize("extensions", [[], ["PIPELINING"]], ids=["in-turn", "at-once"])
async def test_mails_go_through_tls_one_after_another(
    tls: Literal["starttls", "tls"], extensions: list[str], certificate: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
    async with tls_mail_server(tls, certificate=certificate) as server, transport(server.port, tls=tls) as sender:
        server.extensions = extensions
        assert [await send(sender) for _ in range(3)] == [Accepted()] * 3

        assert len(server.mails) == 3
        assert len(server.connections) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_server_whose_name_is_not_certified_gets_no_mail(
    tls: Literal["starttls", "tls"], certificate: Certificates
) -> None:
    async with tls_mail_server(tls, certificate=certificate) as server, transport(server.port, tls=tls) as sender:
        assert isinstance(await send(sender), Unreachable)

        assert server.mails == []


async def test_a_server_that_wants_a_login_gets_it_once_a_connection(
    certificate: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
    async with (
        tls_mail_server("starttls", certificate=certificate, wants_login=True) as server,
        transport(server.port, tls="starttls", username="notify", password="secret") as sender,
    ):
        assert [await send(sender) for _ in range(2)] == [Accepted()] * 2

        assert len(server.mails) == 2
        assert [connection.session.authenticated for connection in server.connections if connection.session] == [True]


async def test_a_server_that_refuses_the_login_gets_no_mail_and_the_mail_is_no_defect_of_its_own(
    certificate: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password may just have been replaced: such a mail is tried again, and none is refused."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
    async with (
        tls_mail_server("starttls", certificate=certificate, wants_login=True) as server,
        transport(server.port, tls="starttls", username="notify", password="of yesterday") as sender,
    ):
        assert await send(sender) == Unreachable("SMTPAuthenticationError-535")

        assert server.mails == []
