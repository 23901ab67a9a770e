"""A receiver of signed mails, by RFC 6376 and RFC 8463: the usual library for it is published without a wheel."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

_FIELD = re.compile(rb"([^:\r\n]+):((?:[^\r\n]|\r\n[ \t])*)\r\n")


def is_signed(mail: bytes, *, record: bytes) -> bool:
    """Whether `mail` is what the key in the `record` of DNS has signed, head and body in their relaxed forms."""
    head, _, body = mail.partition(b"\r\n\r\n")
    fields = _FIELD.findall(head + b"\r\n")
    (signature,) = (value for name, value in fields if name.lower() == b"dkim-signature")
    tags = _tags(signature)
    if tags["c"] != "relaxed/relaxed" or tags["bh"] != b64encode(sha256(_relaxed_body(body)).digest()).decode():
        return False
    left = [(name.strip().lower(), value) for name, value in fields]
    signed = b""
    for name in tags["h"].lower().encode().split(b":"):
        place = max((place for place, (other, _) in enumerate(left) if other == name), default=None)
        if place is not None:
            signed += _relaxed(*left.pop(place)) + b"\r\n"
    signed += _relaxed(b"dkim-signature", re.sub(rb"(\bb=)[^;]*", rb"\1", signature))
    return _is_by(record, signature=b64decode(tags["b"]), signed=signed)


def _is_by(record: bytes, *, signature: bytes, signed: bytes) -> bool:
    tags = _tags(record)
    public = b64decode(tags["p"])
    try:
        if tags.get("k", "rsa") == "ed25519":
            Ed25519PublicKey.from_public_bytes(public).verify(signature, sha256(signed).digest())
        else:
            key = load_der_public_key(public)
            assert isinstance(key, RSAPublicKey)
            key.verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _tags(value: bytes) -> dict[str, str]:
    pairs = (tag.partition("=") for tag in re.sub(r"\s", "", value.decode()).split(";") if tag)
    return {name: text for name, _, text in pairs}


def _relaxed(name: bytes, value: bytes) -> bytes:
    return name + b":" + re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")


def _relaxed_body(body: bytes) -> bytes:
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
