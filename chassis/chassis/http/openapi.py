"""The OpenAPI 3.1 description of a service's API."""

from __future__ import annotations

from typing import Any

from chassis.http.api import Api


def description_of(api: Api) -> dict[str, Any]:
    """Return the description of `api`, with security from the access matrix and problems on every operation."""
    return api.declared().openapi()
