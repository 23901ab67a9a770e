"""Chromium with an authenticator of its own, driven by DevTools; and the portal that it goes to, by HTTPS."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fcntl import F_DUPFD_CLOEXEC, fcntl
from itertools import count
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from httpx import AsyncClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from uvicorn import Config, Server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_HANDED_ON = ("content-type", "cookie", "origin", "sec-fetch-site", "user-agent")
# Chromium reads commands from 3 and writes answers to 4, which subprocess cannot give a child.
_WITH_PIPES = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


@dataclass(frozen=True)
class Page:
    """A page in Chromium."""

    answers: asyncio.StreamReader
    commands: int
    numbers: count[int]
    session: str | None = None

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Send one command of the DevTools protocol; return its result."""
        number = next(self.numbers)
        command = {"id": number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.commands, json.dumps(command).encode() + b"\0")
        while True:
            answer = json.loads((await self.answers.readuntil(b"\0"))[:-1])
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    async def run(self, script: str) -> Any:  # noqa: ANN401 - JSON
        """Return what an async function with the body `script` returns on the page."""
        result = await self.ask(
            "Runtime.evaluate",
            expression=f"(async () => {{ {script} }})()",
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")


@asynccontextmanager
async def page_of(host: str, *, at_port: int, profile: Path) -> AsyncIterator[Page]:
    """Open `https://{host}/`, which is at a port of this machine, with a finger on the authenticator's sensor."""
    assert CHROMIUM is not None
    (hears, commands), (answers, says) = os.pipe(), os.pipe()
    above = [fcntl(end, F_DUPFD_CLOEXEC, 10) for end in (hears, says)]  # so that neither is 3 or 4
    chromium = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _WITH_PIPES, *map(str, above), CHROMIUM),
        *("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--ignore-certificate-errors"),
        *(f"--host-resolver-rules=MAP {host}:443 127.0.0.1:{at_port}", f"--user-data-dir={profile}"),
        pass_fds=above,
        stderr=asyncio.subprocess.DEVNULL,
    )
    for end in (hears, says, *above):
        os.close(end)
    reader = asyncio.StreamReader(limit=2**24)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(answers, "rb")
    )
    try:
        browser = Page(reader, commands, count(1))
        target = await browser.ask("Target.createTarget", url="about:blank")
        attached = await browser.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = Page(reader, commands, browser.numbers, attached["sessionId"])
        await page.ask("WebAuthn.enable")
        await page.ask(
            "WebAuthn.addVirtualAuthenticator",
            options={
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            },
        )
        assert "errorText" not in await page.ask("Page.navigate", url=f"https://{host}/")
        yield page
    finally:
        chromium.terminate()
        await chromium.wait()
        transport.close()
        os.close(commands)


@asynccontextmanager
async def portal(host: str, service: AsyncClient, *, directory: Path) -> AsyncIterator[int]:
    """Serve an empty page and, below the same origin, what `service` answers; yield the port."""

    async def empty(_: Request) -> Response:
        return HTMLResponse("<!doctype html><title>Portal</title>")

    async def hand_on(request: Request) -> Response:
        headers = {name: request.headers[name] for name in _HANDED_ON if name in request.headers}
        answer = await service.post(request.url.path, content=await request.body(), headers=headers)
        handed = Response(answer.content, answer.status_code, media_type=answer.headers["content-type"])
        for cookie in answer.headers.get_list("set-cookie"):
            handed.headers.append("set-cookie", cookie)
        return handed

    app = Starlette(routes=[Route("/", empty), Route("/{path:path}", hand_on, methods=["POST"])])
    certificate = _certificate(host, directory / "portal.pem")
    server = Server(Config(app, port=0, ssl_certfile=certificate, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        await serving


def _certificate(host: str, file: Path) -> Path:
    """Write a key and a certificate of its own signature, which Chromium is told to believe."""
    key, name = generate_private_key(SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return file
