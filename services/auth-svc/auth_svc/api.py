"""What auth-svc answers by HTTP."""

from __future__ import annotations

from auth_svc.parts import Parts
from auth_svc.routes import ROUTES
from chassis.http.api import Api
from contracts.access import AUTH


def build_api(parts: Parts) -> Api:
    """Return the API with all its routes."""
    api = Api(title="auth-svc", version="1", access=AUTH)
    for routes in ROUTES:
        routes(parts).declare(api)
    return api
