"""What policy-svc is told by its environment."""

from __future__ import annotations

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beyond what every service needs."""
