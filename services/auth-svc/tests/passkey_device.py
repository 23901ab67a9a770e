"""A phone with passkeys and the browser on it: the browser is python-fido2's client, which asks the phone by CTAP 2."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.client import DefaultClientDataCollector, Fido2Client
from fido2.cose import ES256
from fido2.ctap import CtapDevice, CtapError
from fido2.ctap2.base import Ctap2
from fido2.hid import CAPABILITY
from fido2.webauthn import (
    Aaguid,
    AttestedCredentialData,
    AuthenticatorData,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialRequestOptions,
)
from typing_extensions import override

PORTAL = "https://mijn.example.org"
_AAGUID = Aaguid(bytes(range(1, 17)))


@dataclass
class _Key:
    credential_id: bytes
    user: Mapping[str, Any]
    private_key: EllipticCurvePrivateKey
    signatures: int = 0


@dataclass
class Phone(CtapDevice):
    """An authenticator that keeps discoverable passkeys, and whose owner always consents."""

    verifies_user: bool = True
    """Whether it says that a finger or a face was right. It never says that it cannot."""
    counts: bool = True
    """Whether it tells how often it has signed; passkeys that are copied to the cloud say 0."""
    next_id: bytes | None = None
    """The id of the passkeys that it makes, where a thief chooses it."""
    keys: dict[str, _Key] = field(default_factory=dict)
    """The passkey for each portal, of which this phone keeps one."""

    @property
    @override
    def capabilities(self) -> int:
        return CAPABILITY.CBOR

    @classmethod
    @override
    def list_devices(cls) -> Iterator[CtapDevice]:
        return iter(())

    @override
    def call(self, cmd: int, data: bytes = b"", event: object = None, on_keepalive: object = None) -> bytes:
        asked: Any = cbor.decode(data[1:]) if data[1:] else {}
        answer: Mapping[int, Any]
        match Ctap2.CMD(data[0]):
            case Ctap2.CMD.GET_INFO:
                answer = {1: ["FIDO_2_0"], 3: bytes(_AAGUID), 4: {"rk": True, "up": True, "uv": True}, 5: 4_096, 6: [2]}
            case Ctap2.CMD.MAKE_CREDENTIAL:
                answer = self._make(client_data_hash=asked[1], portal=asked[2]["id"], user=asked[3])
            case Ctap2.CMD.GET_ASSERTION if asked[1] in self.keys and not asked.get(3):
                answer = self._sign(portal=asked[1], client_data_hash=asked[2])
            case _:
                return bytes([CtapError.ERR.NO_CREDENTIALS])
        return b"\0" + cbor.encode(answer)

    def _make(self, *, client_data_hash: bytes, portal: str, user: Mapping[str, Any]) -> Mapping[int, Any]:
        key = _Key(self.next_id or secrets.token_bytes(32), user, generate_private_key(SECP256R1()))
        self.keys[portal] = key
        public = ES256.from_cryptography_key(key.private_key.public_key())  # type: ignore[no-untyped-call] # fido2's
        made = AttestedCredentialData.create(_AAGUID, key.credential_id, public)
        said = self._said(portal, key, made)
        return {1: "packed", 2: said, 3: {"alg": ES256.ALGORITHM, "sig": _signature(key, said, client_data_hash)}}

    def _sign(self, *, portal: str, client_data_hash: bytes) -> Mapping[int, Any]:
        key = self.keys[portal]
        key.signatures += 1
        said = self._said(portal, key)
        return {
            1: {"id": key.credential_id, "type": "public-key"},
            2: said,
            3: _signature(key, said, client_data_hash),
            4: {"id": key.user["id"]},
        }

    def _said(self, portal: str, key: _Key, made: bytes = b"") -> bytes:
        flags = AuthenticatorData.FLAG.UP
        if self.verifies_user:
            flags |= AuthenticatorData.FLAG.UV
        if made:
            flags |= AuthenticatorData.FLAG.AT
        count = key.signatures if self.counts else 0
        said: bytes = AuthenticatorData.create(sha256(portal.encode()).digest(), flags, count, made)
        return said


def _signature(key: _Key, said: bytes, client_data_hash: bytes) -> bytes:
    signature: bytes = key.private_key.sign(said + client_data_hash, ECDSA(SHA256()))
    return signature


def make_passkey(phone: Phone, options: Mapping[str, Any], *, page: str = PORTAL) -> dict[str, Any]:
    """Return what `navigator.credentials.create()` returns on a `page`, as JSON."""
    asked = PublicKeyCredentialCreationOptions.from_dict(options)
    return dict(Fido2Client(phone, DefaultClientDataCollector(page)).make_credential(asked))


def use_passkey(phone: Phone, options: Mapping[str, Any], *, page: str = PORTAL) -> dict[str, Any]:
    """Return what `navigator.credentials.get()` returns on a `page`, as JSON."""
    asked = PublicKeyCredentialRequestOptions.from_dict(options)
    return dict(Fido2Client(phone, DefaultClientDataCollector(page)).get_assertion(asked).get_response(0))
