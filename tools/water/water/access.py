"""Where the services answer, and the token that is given: by the environment or a file that only its owner reads."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

DEFAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "claims-svc": "http://127.0.0.1:8091",
        "weather-svc": "http://127.0.0.1:8092",
        "policy-svc": "http://127.0.0.1:8093",
        "notify-svc": "http://127.0.0.1:8094",
        "auth-svc": "http://127.0.0.1:8095",
        "portal-svc": "http://127.0.0.1:8096",
    }
)
"""Where `make up` publishes them."""
TOKEN, TOKEN_FILE = "WATER_TOKEN", "WATER_TOKEN_FILE"
_ADDRESS: Final = re.compile(r"WATER_([A-Z]+)_URL")


class UsageError(Exception):
    """It was called wrongly, or cannot ask at all; the message says what to do."""


def variable_of(service: str) -> str:
    """Return the variable that says where a service answers, such as `WATER_CLAIMS_URL`."""
    return f"WATER_{service.removesuffix('-svc').upper()}_URL"


def addresses(environment: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """Return where each service answers: the known ones, and each for which there is a variable.

    Raises:
        UsageError: an address is none.
    """
    given = {f"{name[1].lower()}-svc": address for name, address in _named(environment) if address}
    found = {**DEFAULTS, **given}
    for service, address in found.items():
        if not address.startswith(("http://", "https://")):
            raise UsageError(f"{variable_of(service)} must be an address such as http://127.0.0.1:8090")
    return {service: address.rstrip("/") for service, address in found.items()}


def _named(environment: Mapping[str, str]) -> Iterable[tuple[re.Match[str], str]]:
    matches = ((_ADDRESS.fullmatch(name), value) for name, value in environment.items())
    return ((match, value) for match, value in matches if match)


def token(*, file: Path | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the token that is given: of `file`, else of WATER_TOKEN, else of the file that WATER_TOKEN_FILE names.

    None where none is given: then it is that of who is logged in.

    Raises:
        UsageError: the file cannot be used, or others can read it.
    """
    if file is None and (given := environment.get(TOKEN, "").strip()):
        return given
    if file is None and (named := environment.get(TOKEN_FILE)):
        file = Path(named)
    return None if file is None else _read(file)


def _read(file: Path) -> str:
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the token file {file} cannot be read: {type(error).__name__}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(f"others can read the token file: chmod 600 {file}")
    if not text:
        raise UsageError(f"the token file {file} is empty")
    return text
