"""Every topic there is: collected here, declared beside its event in the file of its producer."""

from __future__ import annotations

from contracts import auth, claims, loss_reports, message_requests, notify, policy, proof_roots, weather
from contracts.catalogue import Catalogue
from contracts.topic import Topic

_PRODUCERS = (loss_reports, claims, proof_roots, weather, policy, notify, message_requests, auth)

TOPICS = tuple(
    declared for producer in _PRODUCERS for declared in vars(producer).values() if isinstance(declared, Topic)
)
CATALOGUE = Catalogue(TOPICS)
