"""Routes of the HTTP API, one module for each thing that is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from chassis.http.api import Api
from claims_svc.routes.assessing import AssessingRoutes
from claims_svc.routes.claim_details import ClaimRoutes
from claims_svc.routes.claim_overview import OverviewRoutes
from claims_svc.routes.desk_claims import DeskClaimRoutes
from claims_svc.routes.desk_decisions import DeskDecisionRoutes
from claims_svc.routes.desk_queue import DeskQueueRoutes
from claims_svc.routes.files import FileRoutes
from claims_svc.routes.joining import JoiningRoutes
from claims_svc.routes.parts import Parts
from claims_svc.routes.payments import PaymentRoutes
from claims_svc.routes.proofs import ProofRoutes
from claims_svc.routes.questions import QuestionRoutes
from claims_svc.routes.repairs import RepairRoutes
from claims_svc.routes.reporting import ReportingRoutes
from claims_svc.routes.reviews import ReviewRoutes
from claims_svc.routes.salvage import SalvageRoutes
from claims_svc.routes.search import SearchRoutes
from claims_svc.routes.timelines import TimelineRoutes


class Routes(Protocol):
    """One room of the API."""

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""


ROUTES: tuple[Callable[[Parts], Routes], ...] = (
    DeskQueueRoutes,
    DeskClaimRoutes,
    DeskDecisionRoutes,
    AssessingRoutes,
    ClaimRoutes,
    JoiningRoutes,
    FileRoutes,
    PaymentRoutes,
    ProofRoutes,
    QuestionRoutes,
    RepairRoutes,
    ReviewRoutes,
    SalvageRoutes,
    SearchRoutes,
    OverviewRoutes,
    TimelineRoutes,
    ReportingRoutes,
)
"""Every room."""
