"""Where a mail comes back to when it cannot be delivered: an address that names it, and that nobody else can make."""

from __future__ import annotations

import hmac
import re
import struct
from base64 import b32decode, b32encode, b64decode
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from notify_svc.domain.email_address import BadAddressError, parse_address

BOUNCE_KEYS_FORM: Final = "secret keys, 32 bytes in base64 each, the newest first, with commas between"
_KEY_BYTES: Final = 32
_MAC_BYTES: Final = 10
_NAMED: Final = struct.Struct(">B16sI")
"""Kind and attempt in one octet, so that the address has its length; the claim or request; the version."""
_TOKEN_CHARACTERS: Final = 50
_LONGEST_LOCAL_PART: Final = 64 - _TOKEN_CHARACTERS - 1  # RFC 5321, section 4.5.3.1.1
_DECISION, _REQUEST = 0, 1
_LAST_COUNTED: Final = 127
"""An attempt from here on is not told from those after it."""


@dataclass(frozen=True, slots=True)
class SentMail:
    """What came back: the mail about a version of a claim, or a requested one."""

    about: UUID
    """The claim, or the request."""
    claim_version: int | None = None
    attempt: int | None = None
    """None: not told, by an address that was made before attempts were."""

    def is_attempt(self, attempt: int) -> bool:
        """Whether this may be what went out by `attempt` at the same message."""
        return self.attempt is None or self.attempt == min(attempt, _LAST_COUNTED)


class BounceAddresses:
    """Addresses below `address`, authenticated by the newest of `keys` (of `BOUNCE_KEYS_FORM`) and read by any.

    Raises:
        ValueError: the address is none, its local part is too long, or a key is none; the text repeats no key.
    """

    def __init__(self, address: str, *, keys: str) -> None:
        try:
            parsed = parse_address(address)
        except BadAddressError as error:
            raise ValueError(str(error)) from None
        if len(parsed.username) > _LONGEST_LOCAL_PART:
            raise ValueError(f"what stands before the @ has up to {_LONGEST_LOCAL_PART} characters")
        self._local_part, self._domain = parsed.username, parsed.domain
        self._keys = [_read(text) for text in keys.split(",")]
        self._form = re.compile(
            rf"{re.escape(self._local_part)}\+([a-z2-7]{{{_TOKEN_CHARACTERS}}})@{re.escape(self._domain)}",
            re.IGNORECASE,
        )

    def of(self, mail: SentMail) -> str:
        """Return the envelope sender of `mail`."""
        kind = _REQUEST if mail.claim_version is None else _DECISION
        attempt = min(mail.attempt or 0, _LAST_COUNTED)
        named = _NAMED.pack(attempt << 1 | kind, mail.about.bytes, mail.claim_version or 0)
        token = b32encode(named + _mac(self._keys[0], named)).decode("ascii").rstrip("=").lower()
        return f"{self._local_part}+{token}@{self._domain}"

    def mail_named_in(self, text: str) -> SentMail | None:
        """Return the mail that the first authentic address in `text` names."""
        for match in self._form.finditer(text):
            whole = b32decode(match[1].upper() + "=" * (-_TOKEN_CHARACTERS % 8))
            named, mac = whole[: _NAMED.size], whole[_NAMED.size :]
            if any(hmac.compare_digest(mac, _mac(key, named)) for key in self._keys):
                kind_and_attempt, about, version = _NAMED.unpack(named)
                attempt, kind = kind_and_attempt >> 1, kind_and_attempt & 1
                return SentMail(UUID(bytes=about), version if kind == _DECISION else None, attempt or None)
        return None


def _mac(key: bytes, named: bytes) -> bytes:
    return hmac.digest(key, b"bounce address" + named, "sha256")[:_MAC_BYTES]


def _read(text: str) -> bytes:
    try:
        key = b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ValueError(f"not keys: {BOUNCE_KEYS_FORM} are expected")
    return key
