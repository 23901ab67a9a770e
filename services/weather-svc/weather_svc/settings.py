"""Settings of weather-svc: nothing beyond what every service has."""

from __future__ import annotations

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """The station table is part of the package and hours come by the command `import-hours`: neither is a setting."""
