"""CM.com, a provider of SMS by HTTP: one message a request, under a reference of ours.

What it reports later comes by the API, and is read by `cm_reports`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx
from msgspec import DecodeError, Struct, ValidationError, json

from notify_svc.channels.pace import Pace
from notify_svc.channels.sms_gateway import Sms
from notify_svc.channels.sms_parts import TooLongError, split
from notify_svc.domain.attempts import Accepted, AnswerLost, Deferred, LeaseLost, Refused, Result, Unreachable
from notify_svc.domain.sms_receipts import id_of_whole
from notify_svc.repository.leases import Lease

_MOST_PARTS = 8
_MOST_BYTES = 65_536
_DEFERRED = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
"""The request was not worked on."""
_SET_UP_WRONGLY = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
)
"""What is said of the account or the address of the service holds for every message."""
_SUCCESS, _REDIRECTED, _REFUSED = 2, 3, 4  # the first digit
_ACCEPTED, _NO_ERROR = "accepted", 0
_LOGIN_CODES, _BALANCE_CODE = frozenset({101, 103}), 102


@dataclass(frozen=True, kw_only=True)
class CmAccount:
    """Where messages are posted, and for whom. `timeout_seconds` is for a whole exchange.

    `are_reported` says that it will be told what became of them.
    """

    url: str
    product_token: str
    connections: int
    timeout_seconds: float
    are_reported: bool = False
    pace: Pace = field(default_factory=lambda: Pace("cm"))
    """How fast parts may leave."""


class _MessageAnswer(Struct, rename="camel", frozen=True):
    """What is said of one message."""

    status: str
    message_error_code: int = _NO_ERROR


class _Answer(Struct, rename="camel", frozen=True):
    """What is said of a request."""

    error_code: int
    messages: tuple[_MessageAnswer, ...] | None = None


class CmGateway:
    """Connections to CM.com, each opened when first needed."""

    def __init__(self, account: CmAccount, *, sender: str) -> None:
        self._account = account
        account.pace.open()
        self._sender = sender
        # Who still waits for a connection has posted nothing: that is known before the whole exchange takes too long.
        to_connect = account.timeout_seconds / 3
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(account.timeout_seconds, connect=to_connect, pool=to_connect),
            limits=httpx.Limits(max_connections=account.connections),
            follow_redirects=False,
            trust_env=False,
            headers={"Accept-Encoding": "identity"},
        )

    @property
    def span_attributes(self) -> Mapping[str, str | int]:
        """The server, for the span of an attempt."""
        url = urlsplit(self._account.url)
        return {"server.address": url.hostname or "", "network.protocol.name": url.scheme}

    async def hand_over(self, sms: Sms, lease: Lease) -> Result:
        """Try once to post `sms`, unless the lease is lost."""
        await self._account.pace.turn(_parts_of(sms), precedence=sms.precedence)
        if not lease.covers(self._account.timeout_seconds):
            return LeaseLost()
        try:
            request = self._client.build_request("POST", self._account.url, json=self._body(sms))
            async with asyncio.timeout(self._account.timeout_seconds):
                status, body = await self._exchange(request)
        except (httpx.InvalidURL, httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            return Unreachable(type(error).__name__)
        except httpx.PoolTimeout as error:
            return Deferred(type(error).__name__)
        except (httpx.HTTPError, TimeoutError) as error:
            return AnswerLost(type(error).__name__)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self._account.pace.too_fast()
        answer = read_answer(status, body)
        if isinstance(answer, Accepted) and self._account.are_reported:
            return Accepted((id_of_whole(sms.message_id),))
        return answer

    async def close(self) -> None:
        self._account.pace.close()
        await self._client.aclose()

    async def _exchange(self, request: httpx.Request) -> tuple[int, bytes]:
        response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > _MOST_BYTES:
                    break
        finally:
            await response.aclose()
        return response.status_code, bytes(body)

    def _body(self, sms: Sms) -> Mapping[str, Any]:
        message = {
            "allowedChannels": ["SMS"],
            "from": self._sender,
            "to": [{"number": f"00{sms.mobile_phone.removeprefix('+')}"}],
            "body": {"type": "AUTO", "content": sms.text},
            "minimumNumberOfMessageParts": 1,
            "maximumNumberOfMessageParts": _MOST_PARTS,
            "reference": sms.message_id.hex,
        }
        return {"messages": {"authentication": {"producttoken": self._account.product_token}, "msg": [message]}}


def _parts_of(sms: Sms) -> int:
    """Return in how many parts CM.com will send `sms`, as far as is known here: it divides texts itself."""
    try:
        return min(len(split(sms.text, reference=0).parts), _MOST_PARTS)
    except TooLongError:
        return _MOST_PARTS


def read_answer(status: int, body: bytes) -> Result:
    """Return what an answer means. One that is no refusal and cannot be read may stand for a message that went out."""
    kind = status // 100
    if status in _DEFERRED:
        return Deferred(f"http-{status}")
    if status in _SET_UP_WRONGLY or kind == _REDIRECTED:
        return Unreachable(f"http-{status}")
    if kind not in {_SUCCESS, _REFUSED} and status != HTTPStatus.SERVICE_UNAVAILABLE:
        return AnswerLost(f"http-{status}")
    try:
        answer = json.decode(body, type=_Answer)
    except (DecodeError, ValidationError):
        return Refused(f"http-{status}") if kind == _REFUSED else AnswerLost("answer-unreadable")
    if status == HTTPStatus.SERVICE_UNAVAILABLE:  # CM.com itself says so, and no proxy that had passed the message on
        return Deferred(f"http-{status}")
    return _read_body(answer, is_refused=kind == _REFUSED)


def _read_body(answer: _Answer, *, is_refused: bool) -> Result:
    """Return who is refused: the account, which is put right for all messages, or this one for good; if any is."""
    message = answer.messages[0] if answer.messages else None
    code = (message and message.message_error_code) or answer.error_code
    if answer.error_code in _LOGIN_CODES:
        return Unreachable(f"cm-{answer.error_code}")
    if answer.error_code == _BALANCE_CODE:
        return Deferred(f"cm-{answer.error_code}")
    if is_refused or code != _NO_ERROR or (message is not None and message.status.lower() != _ACCEPTED):
        return Refused(f"cm-{code}")
    return AnswerLost("answer-unreadable") if message is None else Accepted()
