"""What the environment tells claims-svc: nothing beyond what it tells every service."""

from __future__ import annotations

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """The product's parameters are no settings: they are versioned with the rules, and proofs carry them."""
