"""What runs: a gauge that is 1 and says so in its labels."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from chassis.telemetry.metrics import BUILD_INFO

UNKNOWN = "unknown"


def tell_build(service: str, *, commit: str) -> None:
    """Tell the version of the installed package `service`, and that it was built of `commit`."""
    try:
        installed = version(service)
    except PackageNotFoundError:
        installed = UNKNOWN
    BUILD_INFO.labels(service=service, version=installed, commit=commit).set(1)
