"""What no HTTP library would send: whoever sends it gets in nowhere, brings nothing down and is told by a problem."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

import pytest
from door.served import Served, served
from specimen.access import NAME

from devstack.outside.issuer import RELATION_NUMBER, Issuer

LONGEST_ANSWER_SECONDS = 10.0
THEIRS = "654321"
JSON = "Content-Type: application/json\r\n"
SUM = b'{"cents":[1]}'


@pytest.fixture
async def attacked(database: str, issuer: Issuer) -> AsyncIterator[Served]:
    async with served(database, issuer) as specimen:
        await specimen.pool.execute(
            "INSERT INTO note (note_id, relation_number, text) VALUES (gen_random_uuid(), $1, 'Theirs')", THEIRS
        )
        yield specimen


async def answer_to(specimen: Served, issuer: Issuer, head: str, body: bytes = b"") -> tuple[bytes, bytes]:
    """The head and body of the one answer to what is sent with a customer's token."""
    token = issuer.token(audience=NAME, scopes=("notes:read", "notes:write"))
    line, _, headers = head.partition("\r\n")
    sent = f"{line}\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n{headers}\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(specimen.url).port)
    try:
        async with asyncio.timeout(LONGEST_ANSWER_SECONDS):
            writer.write(sent.encode("latin-1") + body)
            received = await reader.read()
    finally:
        writer.transport.abort()
    assert received.count(b"HTTP/1.1 ") == 1, received
    answer, _, content = received.partition(b"\r\n\r\n")
    return answer, content


def sum_with(headers: str, body: bytes = SUM) -> tuple[str, bytes]:
    return f"POST /sums HTTP/1.1\r\n{headers}Content-Length: {len(body)}\r\n", body


REFUSED: Mapping[str, tuple[str, bytes, int]] = {
    "dots": (f"GET /customers/{RELATION_NUMBER}/../{THEIRS}/notes HTTP/1.1\r\n", b"", 404),
    "encoded dots": (f"GET /customers/{RELATION_NUMBER}/%2e%2e/{THEIRS}/notes HTTP/1.1\r\n", b"", 404),
    "encoded twice": (f"GET /customers/{RELATION_NUMBER}%252F..%252F{THEIRS}/notes HTTP/1.1\r\n", b"", 404),
    "two slashes": (f"GET //customers/{THEIRS}/notes HTTP/1.1\r\n", b"", 404),
    "capitals": (f"GET /Customers/{THEIRS}/notes HTTP/1.1\r\n", b"", 404),
    "half a surrogate pair": ("GET /customers/%ed%a0%80/notes HTTP/1.1\r\n", b"", 404),
    "no hexadecimal": ("GET /customers/%zz/notes HTTP/1.1\r\n", b"", 404),
    "another host": (f"GET http://elsewhere.example/customers/{THEIRS}/notes HTTP/1.1\r\n", b"", 404),
    "a tunnel": ("CONNECT elsewhere.example:443 HTTP/1.1\r\n", b"", 400),
    "an echo": ("TRACE /greeting HTTP/1.1\r\nCookie: secret\r\n", b"", 405),
    "a method of its own": ("FOO'BAR /greeting HTTP/1.1\r\n", b"", 400),
    "every path": ("OPTIONS * HTTP/1.1\r\n", b"", 404),
    "a description": ("GET /openapi.json HTTP/1.1\r\n", b"", 404),
    "another description": ("GET /docs HTTP/1.1\r\n", b"", 404),
    "another method in a header": (
        f"POST /customers/{THEIRS}/notes HTTP/1.1\r\nX-HTTP-Method-Override: GET\r\nIdempotency-Key: k\r\n",
        b"",
        404,
    ),
    "letters": ("GET /customers/é/notes HTTP/1.1\r\n", b"", 400),
    "a line within a header": ("GET /greeting HTTP/1.1\r\nA: b\rX: y\r\n", b"", 400),
    "NUL in a header": ("GET /greeting HTTP/1.1\r\nA: b\0c\r\n", b"", 400),
    "another coding": ("POST /sums HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n", 400),
    "a space behind a name": ("POST /sums HTTP/1.1\r\nTransfer-Encoding : chunked\r\n", b"0\r\n\r\n", 400),
    "a length with a sign": ("POST /sums HTTP/1.1\r\nContent-Length: +2\r\n", b"{}", 400),
    "a length below zero": ("POST /sums HTTP/1.1\r\nContent-Length: -1\r\n", b"", 400),
    "a length beyond all": (f"POST /sums HTTP/1.1\r\nContent-Length: {10**19}\r\n", b"", 413),
    "a part below zero": (f"POST /sums HTTP/1.1\r\n{JSON}Transfer-Encoding: chunked\r\n", b"-1\r\n", 400),
    "packed": (*sum_with(f"{JSON}Content-Encoding: gzip\r\n", gzip.compress(SUM)), 415),
    "UTF-16": (*sum_with(JSON, SUM.decode().encode("utf-16")), 400),
    "a mark before it": (*sum_with(JSON, b"\xef\xbb\xbf" + SUM), 400),
    "a number beyond all": (*sum_with(JSON, b'{"cents":[1e400]}'), 400),
}


@pytest.mark.parametrize(("head", "body", "status"), REFUSED.values(), ids=REFUSED)
async def test_it_is_refused_by_a_problem(
    attacked: Served, issuer: Issuer, head: str, body: bytes, status: int
) -> None:
    answer, content = await answer_to(attacked, issuer, head, body)

    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer
    assert b"content-type: application/problem+json" in answer
    assert b"cache-control: no-store" in answer
    assert b"x-content-type-options: nosniff" in answer
    assert json.loads(content)["status"] == status
    assert not any(word in content for word in (b"Theirs", b"secret", b"elsewhere"))


HARMLESS: Mapping[str, tuple[str, bytes]] = {
    "an upgrade": ("GET /greeting HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", b""),
    "HTTP/2 by the way": ("GET /greeting HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n", b""),
    "HTTP/1.0": ("GET /greeting HTTP/1.0\r\n", b""),
    "many headers": ("GET /greeting HTTP/1.1\r\n" + "a:b\r\n" * 2_000, b""),
    "many parameters": (f"GET /greeting?{'a=b&' * 3_000} HTTP/1.1\r\n", b""),
    "commas": (f"GET /greeting HTTP/1.1\r\nIf-None-Match: {', ' * 6_000}x\r\n", b""),
    "digits of another alphabet": (f"GET /greeting HTTP/1.1\r\ntraceparent: 00-{'²' * 32}-{'1' * 16}-01\r\n", b""),
    "parts with remarks": (
        f"POST /sums HTTP/1.1\r\n{JSON}Transfer-Encoding: chunked\r\n",
        b"".join(b"1;%s\r\n%c\r\n" % (b"x" * 9_000, letter) for letter in SUM) + b"0\r\n\r\n",
    ),
}


@pytest.mark.parametrize(("head", "body"), HARMLESS.values(), ids=HARMLESS)
async def test_it_is_answered_as_ever(attacked: Served, issuer: Issuer, head: str, body: bytes) -> None:
    answer, content = await answer_to(attacked, issuer, head, body)

    assert answer.startswith(b"HTTP/1.1 200 "), answer
    assert set(json.loads(content)) & {"text", "total_cents"}
