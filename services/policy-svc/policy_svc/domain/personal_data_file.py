"""The file that a customer gets: what each service holds, in one order, and who is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from contracts.personal_data import Holder
from policy_svc.domain.personal_data import Export

_EXPLANATION: Final = {
    "nl": (
        "Dit zijn alle gegevens die wij van u hebben, per onderdeel van onze systemen. Bedragen staan in eurocenten, "
        "tijdstippen in UTC. Wachtwoorden en sleutels staan er niet in: die kunnen wij zelf niet lezen, of niemand mag "
        "ze lezen. Welk weer er bij een schade was gemeten, staat bij de schades (claims-svc). Documenten vindt u in "
        "uw account. Staat er iets bij missing of left_out? Bel of schrijf ons, dan krijgt u het alsnog."
    ),
    "en": (
        "This is all that we hold about you, by part of our systems. Amounts are in euro cents, moments in UTC. "
        "Passwords and keys are not in it: we cannot read them ourselves, or nobody may. The weather that was measured "
        "at a loss stands with the claims (claims-svc). Documents are in your account. Is something named under "
        "missing or left_out? Then call or write to us, and you get it as well."
    ),
}


def file_of(export: Export, documents: Mapping[Holder, bytes]) -> bytes:
    """Return the file as indented JSON; `documents` are what services hold, of those that have told all of it."""
    about = {
        "explanation": _EXPLANATION,
        "relation_number": export.relation_number,
        "requested_at": export.requested_at,
        "ready_at": export.ready_at,
        "missing": [holder.value for holder in Holder if holder not in documents],
    }
    held: dict[str, Any] = {holder.value: msgspec.Raw(documents[holder]) for holder in Holder if holder in documents}
    return msgspec.json.format(msgspec.json.encode({"about": about, **held}), indent=2)
