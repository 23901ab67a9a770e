"""Every topic there is: collected here, declared beside its event in the file of its producer."""

from __future__ import annotations

from contracts import (
    auth,
    claim_messages,
    claim_reports,
    claims,
    loss_reports,
    message_requests,
    notify,
    payments,
    personal_data,
    policy,
    portal,
    proof_roots,
    repairs,
    weather,
)
from contracts.catalogue import Catalogue
from contracts.topic import Topic

_PRODUCERS = (
    loss_reports,
    claim_reports,
    claims,
    payments,
    repairs,
    proof_roots,
    weather,
    policy,
    notify,
    message_requests,
    claim_messages,
    auth,
    personal_data,
    portal,
)

TOPICS = tuple(
    declared for producer in _PRODUCERS for declared in vars(producer).values() if isinstance(declared, Topic)
)
CATALOGUE = Catalogue(TOPICS)
