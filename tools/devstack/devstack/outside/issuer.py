"""A stand-in for the issuer of access tokens: it signs them and lists its public keys on loopback."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from joserfc import jws
from joserfc.jwk import ECKey
from typing_extensions import override

from devstack.process.ports import LOOPBACK, free_port

TOKEN_SECONDS = 300
RELATION_NUMBER = "123456"
_POLL_SECONDS = 0.02
# Headers that joserfc does not know may be signed, too: tests write such tokens.
_ANY_HEADER = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)


class Issuer:
    """Signs tokens with ES256, and lists its keys at `jwks_url` from `start` until `stop`, and then again.

    `answer` is what it sends who asks for the keys: a test that wants another answer sets it. `asked` counts.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.name = f"http://{LOOPBACK}:{self.port}"
        self.jwks_url = f"{self.name}/.well-known/jwks.json"
        self.signing_key = new_key()
        self.listed = [self.signing_key]
        self.asked = 0
        self.answer: Callable[[], tuple[int, bytes]] = self.key_set
        self._server: ThreadingHTTPServer | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        self._server = ThreadingHTTPServer((LOOPBACK, self.port), partial(_Handler, self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": _POLL_SECONDS}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Be away until the next `start`: nobody listens on the port."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def key_set(self) -> tuple[int, bytes]:
        """Answer truly: list the public halves of the keys."""
        keys = [{**key.as_dict(private=False), "use": "sig", "alg": "ES256"} for key in self.listed]
        return HTTPStatus.OK, json.dumps({"keys": keys}).encode()

    def list_new_key(self) -> ECKey:
        """List one more key and return it; set `signing_key` to sign with it."""
        key = new_key()
        self.listed = [*self.listed, key]
        return key

    def withdraw(self, key: ECKey) -> None:
        """List `key` no more."""
        self.listed = [listed for listed in self.listed if listed is not key]

    def token(
        self,
        *,
        audience: str | list[str],
        role: str = "customer",
        scopes: Iterable[str] = (),
        relation_number: str | None = RELATION_NUMBER,
        subject: str = "somebody",
        client: str = "portal",
        key: ECKey | None = None,
        header: Mapping[str, Any] | None = None,
        **wrong: Any,  # noqa: ANN401 - any JSON
    ) -> str:
        """Return an access token. What `header` and `wrong` give replaces header fields and claims; None removes one.

        Only a customer's token carries `relation_number`.
        """
        now = int(time.time())
        claims = {
            "iss": self.name,
            "sub": subject,
            "aud": audience,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": str(uuid4()),
            "client_id": client,
            "scope": " ".join(scopes),
            "role": role,
            "relation_number": relation_number if role == "customer" else None,
            **wrong,
        }
        return self.sign(_written(claims), key=key, header=header)

    def sign(self, payload: bytes, *, key: ECKey | None = None, header: Mapping[str, Any] | None = None) -> str:
        """Return any `payload` as a token signed with ES256, whatever the header says."""
        key = key or self.signing_key
        named = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid, **(header or {})}
        present = {name: value for name, value in named.items() if value is not None}
        return jws.serialize_compact(present, payload, key, registry=_ANY_HEADER)


def new_key() -> ECKey:
    """Return a key for ES256 with an id of its own."""
    return ECKey.generate_key("P-256", {"kid": uuid4().hex})


def _written(claims: Mapping[str, Any]) -> bytes:
    return json.dumps({name: value for name, value in claims.items() if value is not None}).encode()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, issuer: Issuer, *arguments: Any) -> None:  # noqa: ANN401 - as the server gives them
        self._issuer = issuer
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self._issuer.asked += 1
        status, body = self._issuer.answer()
        with suppress(ConnectionError):  # who asked may have gone
            self.send_response(status)
            self.send_header("Content-Type", "application/jwk-set+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    @override
    def log_message(self, *_: object) -> None:
        """Keep quiet."""
