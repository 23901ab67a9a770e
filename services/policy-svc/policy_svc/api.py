"""What policy-svc answers by HTTP."""

from __future__ import annotations

from chassis.http.api import Api
from contracts.access import POLICY
from policy_svc.routes import ROUTES
from policy_svc.routes.parts import Parts
from policy_svc.settings import Settings


def build_api(settings: Settings) -> Api:
    """Return the API with all its routes."""
    parts = Parts.of(settings)
    api = Api(title="policy-svc", version="1", access=POLICY)
    for routes in ROUTES:
        routes(parts).declare(api)
    return api
