"""Keys to sign mails with, and DNS that knows their public halves."""

from __future__ import annotations

from base64 import b64encode
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

SELECTOR, DOMAIN = "mail2026", "insurer.example"


@cache
def key(kind: str) -> RSAPrivateKey | Ed25519PrivateKey:
    return generate_private_key(65_537, 2_048) if kind == "rsa" else Ed25519PrivateKey.generate()


def pem(kind: str) -> str:
    return key(kind).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def der(kind: str) -> str:
    return b64encode(key(kind).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()


def record(kind: str) -> bytes:
    """Return what DNS says under the selector."""
    public = key(kind).public_key()
    if isinstance(public, type(Ed25519PrivateKey.generate().public_key())):
        shown = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    else:
        shown = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k={kind}; p={b64encode(shown).decode()}".encode()
