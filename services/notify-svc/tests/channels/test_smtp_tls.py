"""Mail over TLS: the conversation goes on inside it, and nothing is said to a server that cannot prove its name."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

import pytest
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from mail_sender import send, transport
from mail_server import MailServer

from notify_svc.domain.attempts import Accepted, Unreachable


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return a file with a certificate of 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.org")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@asynccontextmanager
async def tls_mail_server(tls: Literal["starttls", "tls"], *, certificate: Path) -> AsyncIterator[MailServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    state = MailServer()

    def connect() -> SMTP:
        connection = SMTP(
            state,
            hostname="mail.example.org",
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
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


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize("extensions", [[], ["PIPELINING"]], ids=["in-turn", "at-once"])
async def test_mails_go_through_tls_one_after_another(
    tls: Literal["starttls", "tls"], extensions: list[str], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with tls_mail_server(tls, certificate=certificate) as server, transport(server.port, tls=tls) as sender:
        server.extensions = extensions
        assert [await send(sender) for _ in range(3)] == [Accepted()] * 3

        assert len(server.mails) == 3
        assert len(server.connections) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_server_whose_name_is_not_certified_gets_no_mail(
    tls: Literal["starttls", "tls"], certificate: Path
) -> None:
    async with tls_mail_server(tls, certificate=certificate) as server, transport(server.port, tls=tls) as sender:
        assert isinstance(await send(sender), Unreachable)

        assert server.mails == []
