"""What the settings of each service say of themselves."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from chassis.settings import ServiceSettings

_ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(file.parent.name for file in (_ROOT / "services").glob("*/pyproject.toml"))
_ALSO_SECRET = {"DATABASE_URL"}
"""It holds a password."""


def settings_of(service: str) -> type[ServiceSettings]:
    found: type[ServiceSettings] = importlib.import_module(f"{service.replace('-', '_')}.settings").Settings
    return found


def needed_to_run(service: str, given: Mapping[str, str | None]) -> list[str]:
    """Return the variables without which `run` refuses: fields without default, and those that `run` demands."""
    settings = settings_of(service)
    told: dict[str, Any] = {name.lower(): value for name, value in given.items() if value}
    chosen = settings.model_construct(None, **told)
    required = [name for name, field in settings.model_fields.items() if field.is_required()]
    tokens = ["api_issuer", "api_jwks_url"] if has_door(service) else []
    return [name.upper() for name in (*required, *settings.needed_to_run, *chosen.also_needed_to_run, *tokens)]


def has_door(service: str) -> bool:
    """Whether it answers requests by HTTP, which tokens guard."""
    package = _ROOT / "services" / service / service.replace("-", "_")
    return (package / "api.py").exists() or (package / "api").exists()


def is_secret(variable: str) -> bool:
    """Whether any service keeps what this variable holds from being shown."""
    return variable in _ALSO_SECRET or any(
        SecretStr.__name__ in str(field.annotation)
        for service in SERVICES
        for name, field in settings_of(service).model_fields.items()
        if name.upper() == variable
    )
