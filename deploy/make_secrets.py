"""Write a random value into deploy/.env for each secret that compose.yaml requires; those already there stay."""

import os
import re
import secrets
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILE = HERE / ".env"
BYTES = {"SMPP_PASSWORD": 4}  # SMPP 3.4 §5.2.2 allows eight characters
USUAL_BYTES = 24


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
                file.write(f"{name}={secrets.token_hex(BYTES.get(name, USUAL_BYTES))}\n")


if __name__ == "__main__":
    main()
