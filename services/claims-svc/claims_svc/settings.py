"""The settings of claims-svc: those of every service, none of its own."""

from __future__ import annotations

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """The product's parameters are no settings: they are versioned with the rules, and proofs carry them."""
