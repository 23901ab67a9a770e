"""Settings of policy-svc: nothing beyond what every service has."""

from __future__ import annotations

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """A policy file is an argument of the command `import-policies`, no setting."""
