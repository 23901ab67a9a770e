"""Write a random value into deploy/.env for each secret that compose.yaml requires; those already there stay.

It runs on a bare Python: the one key that is no random value is worked out here.
"""

import base64
import os
import re
import secrets
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILE = HERE / ".env"
PRIME = 2**255 - 19


def key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()  # any 32 bytes are an X25519 key, and an Ed25519 key


FORMS = {
    "SMPP_PASSWORD": lambda: secrets.token_hex(4),  # SMPP 3.4 §5.2.2 allows eight characters
    "MESSAGE_KEYS": key,
    "KEPT_TEXT_KEYS": key,
    "PERSONAL_DATA_KEYS": key,
    "PORTAL_KEYS": key,
    "PROOF_ROOT_KEY": key,
    "STORAGE_KEYS": key,
}
PUBLIC_KEYS = {"MESSAGE_PUBLIC_KEY": "MESSAGE_KEYS"}
"""Each belongs to the first of some private keys."""


def usual_form() -> str:
    return secrets.token_hex(24)


def public_key(private_keys: str) -> str:
    """Return the public X25519 key of the first of `private_keys`: RFC 7748 §5, at the base point 9."""
    secret = int.from_bytes(base64.b64decode(private_keys.split(",", maxsplit=1)[0]), "little")
    scalar = secret & ~7 & (2**254 - 1) | 2**254
    x2, z2, x3, z3 = 1, 0, 9, 1
    for bit in f"{scalar:0255b}":
        if bit == "1":
            x2, z2, x3, z3 = x3, z3, x2, z2
        sums, differences = (x2 + z2) ** 2 % PRIME, (x2 - z2) ** 2 % PRIME
        crossed, across = (x3 - z3) * (x2 + z2), (x3 + z3) * (x2 - z2)
        x3, z3 = (crossed + across) ** 2 % PRIME, 9 * (crossed - across) ** 2 % PRIME
        x2, z2 = sums * differences % PRIME, (sums - differences) * (sums + 121_665 * (sums - differences)) % PRIME
        if bit == "1":
            x2, z2, x3, z3 = x3, z3, x2, z2
    return base64.b64encode((x2 * pow(z2, -1, PRIME) % PRIME).to_bytes(32, "little")).decode()


def main() -> None:
    """Add what is missing; only the owner can read the file."""
    required = re.findall(r"\$\{(\w+):\?", (HERE / "compose.yaml").read_text(encoding="utf-8"))
    descriptor = os.open(FILE, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    os.fchmod(descriptor, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        text = file.read()
        present = dict(re.findall(r"^(\w+)=(.+)", text, flags=re.MULTILINE))
        if text and not text.endswith("\n"):
            file.write("\n")
        missing = [name for name in dict.fromkeys(required) if name not in present]
        values = {name: FORMS.get(name, usual_form)() for name in missing if name not in PUBLIC_KEYS}
        for name in missing:
            value = values.get(name) or public_key((present | values)[PUBLIC_KEYS[name]])
            file.write(f"{name}={value}\n")


if __name__ == "__main__":
    main()
