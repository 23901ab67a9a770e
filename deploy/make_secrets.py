"""Write a random value into deploy/.env for each secret that compose.yaml requires; those already there stay."""

import base64
import os
import re
import secrets
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILE = HERE / ".env"
FORMS = {
    "SMPP_PASSWORD": lambda: secrets.token_hex(4),  # SMPP 3.4 §5.2.2 allows eight characters
    "MESSAGE_KEYS": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),  # any 32 bytes are an X25519 key
    "PROOF_ROOT_KEY": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),  # any 32 bytes are an Ed25519 key
}


def usual_form() -> str:
    return secrets.token_hex(24)


def main() -> None:
    """Add what is missing; only the owner can read the file."""
    required = re.findall(r"\$\{(\w+):\?", (HERE / "compose.yaml").read_text(encoding="utf-8"))
    descriptor = os.open(FILE, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    os.fchmod(descriptor, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        text = file.read()
        present = re.findall(r"^(\w+)=.", text, flags=re.MULTILINE)
        if text and not text.endswith("\n"):
            file.write("\n")
        for name in dict.fromkeys(required):
            if name not in present:
                file.write(f"{name}={FORMS.get(name, usual_form)()}\n")


if __name__ == "__main__":
    main()
