"""Routes of the HTTP API, one module for each thing that is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from chassis.http.api import Api
from policy_svc.routes.access_records import AccessRecordRoutes
from policy_svc.routes.applications import ApplicationRoutes
from policy_svc.routes.changes import ChangeRoutes
from policy_svc.routes.contact_changes import ContactChangeRoutes
from policy_svc.routes.customers import CustomerRoutes
from policy_svc.routes.declarations import DeclarationRoutes
from policy_svc.routes.documents import DocumentRoutes
from policy_svc.routes.parts import Parts
from policy_svc.routes.personal_data import PersonalDataRoutes
from policy_svc.routes.policies import PolicyRoutes
from policy_svc.routes.policy_terms import PolicyTermsRoutes
from policy_svc.routes.products import ProductRoutes
from policy_svc.routes.questions import QuestionRoutes
from policy_svc.routes.quotes import QuoteRoutes
from policy_svc.routes.reinstatement_values import ReinstatementRoutes
from policy_svc.routes.repair_contacts import RepairContactRoutes


class Routes(Protocol):
    """One room of the API."""

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""


ROUTES: tuple[Callable[[Parts], Routes], ...] = (
    AccessRecordRoutes,
    DocumentRoutes,
    PolicyTermsRoutes,
    CustomerRoutes,
    PolicyRoutes,
    ChangeRoutes,
    ContactChangeRoutes,
    ProductRoutes,
    ReinstatementRoutes,
    QuoteRoutes,
    ApplicationRoutes,
    PersonalDataRoutes,
    DeclarationRoutes,
    RepairContactRoutes,
    QuestionRoutes,
)
"""Every room."""
