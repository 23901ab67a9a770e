"""Who did what with a customer's data, in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from contracts import access
from contracts.access import Role
from policy_svc.domain.texts import Text
from policy_svc.flows.on_record import DECLARATIONS_TOLD

WHO: Final[Mapping[str, Text]] = MappingProxyType(
    {
        Role.CUSTOMER: Text(nl="Uzelf", en="Yourself"),
        Role.CLAIMS_HANDLER: Text(nl="Een schadebehandelaar", en="A claims handler"),
        Role.SENIOR_HANDLER: Text(nl="Een senior schadebehandelaar", en="A senior claims handler"),
        Role.PARTNER: Text(nl="Een herstelbedrijf", en="A repair firm"),
        Role.OPERATOR: Text(nl="Een beheerder", en="An operator"),
    }
)
WHAT: Final[Mapping[str, Text]] = MappingProxyType(
    {
        access.READ_POLICIES.name: Text(nl="Verzekeringen bekeken", en="Looked at insurances"),
        access.CHANGE_POLICIES.name: Text(nl="Verzekering gewijzigd", en="Changed an insurance"),
        access.APPLY_AS_CUSTOMER.name: Text(nl="Verzekering afgesloten", en="Took out an insurance"),
        access.READ_CUSTOMER.name: Text(nl="Persoonlijke gegevens bekeken", en="Looked at personal data"),
        access.CHANGE_CUSTOMER.name: Text(nl="Persoonlijke gegevens gewijzigd", en="Changed personal data"),
        access.READ_DOCUMENTS.name: Text(nl="Documenten bekeken", en="Looked at documents"),
        access.READ_DECLARATIONS.name: Text(nl="Declaraties bekeken", en="Looked at declarations"),
        access.DOWNLOAD_PERSONAL_DATA.name: Text(nl="Alle gegevens opgevraagd", en="Asked for all data"),
        access.READ_ACCESS_RECORDS.name: Text(
            nl="Bekeken wie gegevens heeft ingezien", en="Looked at who has seen data"
        ),
        access.READ_REPAIR_CONTACT.name: Text(
            nl="Bekeken hoe u te bereiken bent voor een reparatie", en="Looked at how to reach you for a repair"
        ),
        access.ASK_QUESTION.name: Text(nl="Een vraag gesteld", en="Asked a question"),
        access.READ_QUESTIONS.name: Text(nl="Gestelde vragen bekeken", en="Looked at questions that were asked"),
        access.ANSWER_CUSTOMERS.name: Text(nl="Een vraag beantwoord", en="Answered a question"),
        DECLARATIONS_TOLD: Text(nl="Declaraties bijgewerkt", en="Updated declarations"),
        access.APPLY.name: Text(nl="Klant geworden", en="Became a customer"),
    }
)
"""By the name of the operation, or of what a command does."""
REFUSED: Final = Text(nl="geweigerd", en="refused")
