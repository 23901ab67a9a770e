"""KNMI's notification service on this machine: an MQTT broker that lets in whoever has the key."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig, ListenerType
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from knmi_server import KEY
from typing_extensions import override


class KeyOnly(BaseAuthPlugin):  # type: ignore[misc]  # amqtt is not typed
    """Lets in whoever has the key, under any name, as KNMI does."""

    @override
    async def authenticate(self, *, session: Session) -> bool | None:
        return bool(session.password == KEY)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def certificate_of_this_machine(folder: Path) -> Path:
    """Write a certificate of 127.0.0.1, signed by itself, and its key into one file."""
    key, now, name = Ed25519PrivateKey.generate(), datetime.now(UTC), x509.Name([])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 11, now, now + timedelta(hours=1))
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), True),
        (x509.BasicConstraints(ca=True, path_length=0), True),
    ]
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, critical=is_critical)
    file = folder / "certificate_and_key.pem"
    parts = (
        builder.sign(key, None).public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    file.write_bytes(b"".join(parts))
    return file


@asynccontextmanager
async def broker(port: int, *, certificate: Path | None = None, by_websocket: bool = True) -> AsyncIterator[Broker]:
    """Run it at `port`, with TLS when there is a file with a certificate and its key."""
    listener = ListenerConfig(
        type=ListenerType.WS if by_websocket else ListenerType.TCP,
        bind=f"127.0.0.1:{port}",
        ssl=certificate is not None,
        certfile=certificate,
        keyfile=certificate,
    )
    running = Broker(BrokerConfig(listeners={"default": listener}, plugins={f"{__name__}.KeyOnly": {}}))
    await running.start()
    try:
        yield running
    finally:
        await running.shutdown()
