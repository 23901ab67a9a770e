"""What the environment tells this service."""

from __future__ import annotations

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beyond what every service is told: the stations are part of the package, the hours come by command."""
