"""What claims-svc answers by HTTP."""

from __future__ import annotations

from chassis.http.api import Api
from claims_svc.routes import ROUTES
from claims_svc.routes.parts import Parts
from claims_svc.settings import Settings
from contracts.access import CLAIMS


def build_api(settings: Settings) -> Api:
    """Return the API with all its routes."""
    parts = Parts(settings)
    api = Api(title="claims-svc", version="1", access=CLAIMS)
    for routes in ROUTES:
        routes(parts).declare(api)
    return api
