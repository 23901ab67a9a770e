"""What looks at pages of the portal, and the one that needs no browser: it keeps cookies and fills in forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Final, Protocol

import httpx
from typing_extensions import override

from demo.steps import StepError

Values = Mapping[str, str | Sequence[str]]
_MOST_REDIRECTS: Final = 8
_TICKED: Final = frozenset({"checkbox", "radio"})


class Browser(Protocol):
    """Somebody's browser at the portal."""

    @property
    def html(self) -> str:
        """The page that is shown."""

    @property
    def path(self) -> str:
        """Where it is."""

    async def go(self, url: str) -> None:
        """Go to a page, of the portal unless `url` names another host."""

    async def send(self, action: str, values: Values) -> None:
        """Fill in the form whose action ends with `action`, and send it. Raise `StepError` where there is none."""

    async def keep_picture(self, name: str) -> None:
        """Keep how the page looks."""


@dataclass
class _Form:
    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Reads the forms of a page, with what they hold already."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[_Form] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(_Form(given.get("action", ""), given.get("method", "get")))
        elif self.found and _is_sent(tag, given):
            self.found[-1].values.setdefault(given["name"], []).append(given.get("value", ""))


def _is_sent(tag: str, given: Mapping[str, str]) -> bool:
    """Whether browsers send this with its form: files, and what is not ticked, they leave out."""
    if tag not in {"input", "textarea"} or not given.get("name") or given.get("type") == "file":
        return False
    return given.get("type") not in _TICKED or "checked" in given


def forms_of(html: str) -> Sequence[_Form]:
    """Return the forms of a page."""
    forms = _Forms()
    forms.feed(html)
    return forms.found


@dataclass
class HttpBrowser:
    """A browser without a window: pages are kept as they were sent."""

    client: httpx.AsyncClient
    origin: str
    pictures: Path
    html: str = ""
    path: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    async def go(self, url: str) -> None:
        """Go to a page, and on to where it leads."""
        await self._ask("GET", url, None)

    async def send(self, action: str, values: Values) -> None:
        """Send the form with what it holds, and with `values` in its place."""
        form = next((one for one in forms_of(self.html) if one.action.endswith(action) and one.method == "post"), None)
        if form is None:
            raise StepError(f"{self.path} has no form to {action}")
        await self._ask("POST", form.action, {**form.values, **values})

    async def keep_picture(self, name: str) -> None:
        """Keep the page itself."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        (self.pictures / f"{name}.html").write_text(self.html, encoding="utf-8")

    async def _ask(self, method: str, url: str, form: Values | None) -> None:
        for _ in range(_MOST_REDIRECTS):
            answer = await self.client.request(method, url, data=form, headers=self._headers(url, method))
            self._keep_cookies(answer)
            if not answer.has_redirect_location:
                self.html, self.path = answer.text, answer.request.url.path
                if answer.status_code >= httpx.codes.BAD_REQUEST:
                    raise StepError(f"{self.path} answered {answer.status_code}")
                return
            method, form, url = "GET", None, answer.headers["location"]
        raise StepError(f"{url} leads round in circles")

    def _headers(self, url: str, method: str) -> dict[str, str]:
        if url.startswith("http") and not url.startswith(self.origin):
            return {}
        known = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        return headers | ({"Cookie": known} if known else {}) | ({"Origin": self.origin} if method == "POST" else {})

    def _keep_cookies(self, answer: httpx.Response) -> None:
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
