"""What Prometheus asks, and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from observability.services import SERVICES

_HEAD = """\
# Written by: {made_by}
global:
  scrape_interval: 15s
  evaluation_interval: 15s

rule_files:
  - rules/*.yml

# Who is called, and how, is the insurer's: an Alertmanager goes here. Its page is the label severity="page".
# alerting:
#   alertmanagers:
#     - static_configs: [{{targets: ["alertmanager:9093"]}}]

scrape_configs:
  - job_name: prometheus
    static_configs: [{{targets: ["localhost:9090"]}}]
"""
_BY_NAME = """\
  - job_name: {service}
    # Every process of the service: the name has an address for each.
    dns_sd_configs: [{{names: ["{service}"], type: A, port: 8080, refresh_interval: 15s}}]
"""
_AT_ADDRESSES = """\
  - job_name: {service}
    static_configs: [{{targets: [{targets}]}}]
"""


def scrape_configuration(*, made_by: str) -> str:
    """Return Prometheus' own file where services are found by their names: a job is a service."""
    return _HEAD.format(made_by=made_by) + "".join(_BY_NAME.format(service=service) for service in SERVICES)


def scrape_configuration_of(addresses: Mapping[str, Sequence[str]], *, made_by: str) -> str:
    """Return the same where each service's processes stand at these addresses (`host:port`): for a demo, for tests."""
    targets = {service: ", ".join(f'"{address}"' for address in found) for service, found in addresses.items()}
    jobs = "".join(_AT_ADDRESSES.format(service=service, targets=found) for service, found in targets.items())
    return _HEAD.format(made_by=made_by) + jobs
