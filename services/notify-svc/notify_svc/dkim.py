"""DomainKeys Identified Mail (RFC 6376, RFC 8463): mails signed so that receivers know them for the insurer's.

dkimpy, the usual library, raises numbers to powers in Python: 14 ms for each mail, where OpenSSL takes one. So it
verifies in the tests what is signed here.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

DKIM_KEY_FORM: Final = "a private key of RSA (2048 bits or more) or Ed25519, as PEM or as PKCS #8 in base64"
NO_DKIM: Final = "none"
_LEAST_RSA_BITS: Final = 2_048
_SIGNED: Final = (
    *("from", "to", "subject", "date", "message-id", "reply-to", "auto-submitted", "mime-version", "content-type"),
    "content-language",
)
_ONCE_MORE: Final = ("from", "to", "subject", "date", "reply-to", "content-type")
"""Named once more than they occur: nobody can add another one that a reader is shown instead."""
_SPACES: Final = re.compile(rb"[ \t]{2,}|\t")
"""What is not one space already: most of a mail's spaces are."""
_FOLD: Final = re.compile(rb"\r\n(?=[ \t])")
_SIGNATURE_LINE: Final = 70


class DkimKeyError(ValueError):
    """This is no key to sign with; the sentence does not repeat it."""


class DkimSigner:
    """Signs mails for `domain` with the key whose public half stands in DNS under `selector`.

    Raises:
        DkimKeyError: `private_key` is none of `DKIM_KEY_FORM`.
    """

    def __init__(self, private_key: str, *, selector: str, domain: str) -> None:
        self._key = _read(private_key)
        algorithm = "rsa-sha256" if isinstance(self._key, RSAPrivateKey) else "ed25519-sha256"
        self._begin = f"v=1; a={algorithm}; c=relaxed/relaxed;\r\n d={domain}; s={selector};\r\n h="

    def signed(self, mail: bytes) -> bytes:
        """Return `mail`, whose lines end in CRLF, under its signature."""
        head, _, body = mail.partition(b"\r\n\r\n")
        fields = dict(_canonical(field) for field in re.split(rb"\r\n(?![ \t])", head))
        names = [name for name in _SIGNED if name in fields]
        listed = ":\r\n ".join((":".join(names), ":".join(_ONCE_MORE)))
        digest = b64encode(sha256(_canonical_body(body)).digest()).decode("ascii")
        field = f"DKIM-Signature: {self._begin}{listed};\r\n bh={digest};\r\n b=".encode("ascii")
        _, unsigned = _canonical(field)
        signature = self._sign(b"".join([*(fields[name] + b"\r\n" for name in names), unsigned]))
        encoded = b64encode(signature)
        lines = [encoded[start : start + _SIGNATURE_LINE] for start in range(0, len(encoded), _SIGNATURE_LINE)]
        return field + b"\r\n ".join(lines) + b"\r\n" + mail

    def _sign(self, text: bytes) -> bytes:
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(text, PKCS1v15(), SHA256())
        return self._key.sign(sha256(text).digest())


def _canonical(field: bytes) -> tuple[str, bytes]:
    """Return a header field's name, and the field in the relaxed form (RFC 6376, section 3.4.2)."""
    name, _, value = field.partition(b":")
    lower = name.strip().lower()
    return lower.decode("ascii"), lower + b":" + _SPACES.sub(b" ", _FOLD.sub(b"", value)).strip()


def _canonical_body(body: bytes) -> bytes:
    """Return a body in the relaxed form (RFC 6376, section 3.4.4)."""
    # Our own mails hardly have two spaces in a row: to look for that costs a tenth of the expression.
    single = _SPACES.sub(b" ", body) if b"  " in body or b"\t" in body else body
    relaxed = single.replace(b" \r\n", b"\r\n").rstrip(b"\r\n")
    return relaxed + b"\r\n" if relaxed else b""


def _read(text: str) -> RSAPrivateKey | Ed25519PrivateKey:
    try:
        if "-----BEGIN" in text:
            key = load_pem_private_key(text.replace("\\n", "\n").encode(), None)
        else:
            key = load_der_private_key(b64decode(text, validate=True), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise DkimKeyError(f"not a key: {DKIM_KEY_FORM} is expected") from None
    if isinstance(key, Ed25519PrivateKey) or (isinstance(key, RSAPrivateKey) and key.key_size >= _LEAST_RSA_BITS):
        return key
    raise DkimKeyError(f"not a key to sign with: {DKIM_KEY_FORM} is expected")
