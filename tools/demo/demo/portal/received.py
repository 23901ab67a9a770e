"""The demo's own page of what was received: text messages, mails, and who can log in with what."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from typing_extensions import override

from demo.tokens import PORTAL
from devstack.process.ports import LOOPBACK

_SHOWN: Final = 30
_NAME: Final = re.compile(r"/mail/([\w.-]+\.eml)")
_STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #ccc}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """Who can log in. `code` tells what their app shows now; who has none is sent text messages."""

    name: str
    email: str
    number: str
    password: str = ""
    code: Callable[[], str] | None = None


@dataclass(frozen=True)
class Received:
    """What was received in `directory`. Links to the portal lead to `portal`, where it really is."""

    directory: Path
    portal: str
    people: Sequence[Somebody] = ()

    def texts(self) -> Sequence[tuple[str, str]]:
        """Return the number and the words of each text message, the newest first."""
        path = self.directory / "sms.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [(one["destination"], one["text"]) for one in map(json.loads, reversed(lines[-_SHOWN:]))]

    def mails(self) -> Sequence[tuple[str, EmailMessage]]:
        """Return the newest mails, the newest first, by the names of their files."""
        paths = sorted((self.directory / "mailbox").glob("*.eml"), reverse=True)[:_SHOWN]
        return [(path.name, message_from_bytes(path.read_bytes(), policy=policy.default)) for path in paths]

    def page(self) -> str:
        """Return the page with everything."""
        people = "".join(
            f"<tr><td>{escape(one.name)}<td>{escape(one.email)}<td>{escape(one.number)}<td><code>{escape(one.password)}</code>"
            f"<td><code>{escape(one.code() if one.code else 'by text message')}</code>"
            for one in self.people
        )
        texts = "".join(f"<tr><td>{escape(to)}<td>{escape(text)}" for to, text in self.texts())
        mails = "".join(
            f'<tr><td>{escape(str(mail["To"]))}<td><a href="/mail/{escape(name)}">{escape(str(mail["Subject"]))}</a>'
            for name, mail in self.mails()
        )
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5">'
            f"<title>What the demo received</title><style>{_STYLE}</style><h1>What the demo received</h1>"
            f'<p>The portal: <a href="{self.portal}">{self.portal}</a>. This page renews itself every 5 seconds.</p>'
            f"<h2>Who can log in</h2><table><tr><th>Who<th>E-mail<th>Number<th>Password<th>Code now{people}</table>"
            f"<h2>Text messages</h2><table>{texts}</table><h2>Mails</h2><table>{mails}</table>"
        )

    def mail(self, name: str) -> str | None:
        """Return one mail as its reader sees it; None without one of that name."""
        found = next((mail for known, mail in self.mails() if known == name), None)
        body = found.get_body(("html", "plain")) if found is not None else None
        if body is None:
            return None
        text = str(body.get_content())
        html = text if body.get_content_subtype() == "html" else f"<pre>{escape(text)}</pre>"
        return html.replace(PORTAL, self.portal)


@contextmanager
def serving(received: Received) -> Iterator[str]:
    """Serve the page on this machine; yield where."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            named = _NAME.fullmatch(self.path)
            page = received.mail(named[1]) if named else received.page() if self.path == "/" else None
            body = (page or "not found").encode()
            self.send_response(HTTPStatus.OK if page is not None else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing of who looks."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
