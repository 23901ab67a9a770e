"""The Ed25519 key that signs the roots of the proofs' tree, as C2SP's `signed-note` writes keys and signatures."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from claims_svc.domain.checkpoint import PROOF_TREE, Checkpoint

_ED25519 = b"\x01"
_KEY_BYTES = 32
_ID_BYTES = 4
PRIVATE_KEY_FORM = "a private Ed25519 key: PKCS #8 in PEM, or its 32 bytes in base64"


class NotAKeyError(ValueError):
    """This text is no key of the form that is expected; the sentence does not repeat it."""


@dataclass(frozen=True)
class PublicKey:
    """Who signs: `NAME+ID+KEY`, where KEY is the type of the key and its 32 bytes in base64."""

    text: str

    @classmethod
    def of(cls, key: Ed25519PublicKey) -> PublicKey:
        encoded = _ED25519 + key.public_bytes_raw()
        return cls(f"{PROOF_TREE}+{_id_of(encoded).hex()}+{b64encode(encoded).decode()}")

    @classmethod
    def read(cls, text: str) -> PublicKey:
        """Read a public key.

        Raises:
            NotAKeyError: it is none, or one of another tree.
        """
        try:
            name, _, encoded = text.strip().split("+", 2)
            raw = b64decode(encoded, validate=True)
            key = cls.of(Ed25519PublicKey.from_public_bytes(raw.removeprefix(_ED25519)))
        except ValueError:
            raise NotAKeyError("not a public key: NAME+ID+KEY is expected") from None
        if key.text != text.strip():
            raise NotAKeyError(f"not a public key of the tree {PROOF_TREE}, but of {name}")
        return key

    def has_signed(self, checkpoint: Checkpoint) -> bool:
        """Whether this key signed the checkpoint; signatures of other keys say nothing."""
        encoded = b64decode(self.text.split("+", 2)[2])
        key = Ed25519PublicKey.from_public_bytes(encoded.removeprefix(_ED25519))
        for name, signature in checkpoint.signatures:
            if name == PROOF_TREE and signature[:_ID_BYTES] == _id_of(encoded):
                try:
                    key.verify(signature[_ID_BYTES:], checkpoint.text.encode())
                except InvalidSignature:
                    return False
                return True
        return False


class RootKey:
    """The private key; it is never shown."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = PublicKey.of(key.public_key())

    @classmethod
    def read(cls, text: str) -> RootKey:
        """Read a private key.

        Raises:
            NotAKeyError: it is none.
        """
        try:
            if "-----" in text:
                key = load_pem_private_key(text.encode(), password=None)
            else:
                key = Ed25519PrivateKey.from_private_bytes(b64decode(text, validate=True))
        except (ValueError, TypeError, Base64Error, UnsupportedAlgorithm):
            raise NotAKeyError(f"must be {PRIVATE_KEY_FORM}") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise NotAKeyError(f"must be {PRIVATE_KEY_FORM}")
        return cls(key)

    def sign(self, text: str) -> bytes:
        """Return the id of the key and its signature."""
        return _id_of(_ED25519 + self._key.public_key().public_bytes_raw()) + self._key.sign(text.encode())


def _id_of(encoded_key: bytes) -> bytes:
    return hashlib.sha256(PROOF_TREE.encode() + b"\n" + encoded_key).digest()[:_ID_BYTES]
