"""Who may speak with whom in Kubernetes: exactly what the settings name, and nothing else."""

import json
import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from contracts.language import Language
from example_cluster import DEPLOYED, EXAMPLE, JOBS, environment
from kustomized import Object
from portal_svc.rooms import all_rooms
from portal_svc.web.room import Page
from provision.settings import Settings as Provision
from service_settings import SERVICES, settings_of

ROOT = Path(__file__).resolve().parents[2]
POLICIES = [one["spec"] for one in EXAMPLE if one["kind"] == "NetworkPolicy"]
INGRESSES = [one["spec"] for one in EXAMPLE if one["kind"] == "Ingress"]
OPENAPI = ROOT / "contracts" / "generated" / "openapi"
WORLD = "the world"
NAMES = ("kube-system", 53)

PLACES = {
    "KAFKA_BOOTSTRAP_SERVERS": "kafka",
    "DATABASE_URL": "postgres",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "observability",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "observability",
    "API_JWKS_URL": "auth-svc",
    "AUTH_URL": "auth-svc",
    "CLAIMS_URL": "claims-svc",
    "CM_URL": WORLD,
    "FILE_STORE": WORLD,
    "FILE_STORE_ENDPOINT": WORLD,
    "KNMI_BULK_URL": WORLD,
    "KNMI_EDR_URL": WORLD,
    "KNMI_NOTIFICATION_URL": WORLD,
    "KNMI_SCRIPT_URL": WORLD,
    "NOTIFY_URL": "notify-svc",
    "PDOK_URL": WORLD,
    "POLICY_URL": "policy-svc",
    "SMPP_HOST": WORLD,
    "SMTP_HOST": WORLD,
    "WEATHER_URL": "weather-svc",
}
"""Where what a setting names is."""
NOT_ASKED = {"API_HOST", "HTTP_HOST", "PORTAL_URL"}
"""Where a service listens, and what it only mentions."""
PORTS = {"http": 80, "https": 443, "wss": 443, "s3": 443, "mqtts": 8883}

Connection = tuple[str, int]


def needed(variables: dict[str, str | None]) -> set[Connection]:
    """Return where a process connects to, by the settings it is given."""
    found = {NAMES}
    for variable, place in PLACES.items():
        if variable in variables:
            for host, port in addresses(variable, variables):
                if host != "127.0.0.1":
                    found.add((place, port))
    return found


def addresses(variable: str, variables: dict[str, str | None]) -> Iterator[tuple[str, int]]:
    value = variables[variable]
    if value is None:
        yield "", 5432  # DATABASE_URL, which is a Secret
    elif "://" in value:
        parts = urlsplit(value)
        yield parts.hostname or "", parts.port or PORTS[parts.scheme]
    elif variable.endswith("_HOST"):
        yield value, int(variables[variable.replace("_HOST", "_PORT")] or 0)
    else:
        for address in value.split(","):
            host, _, port = address.rpartition(":")
            yield host, int(port)


def allowed(labels: dict[str, str], direction: str) -> set[Connection]:
    """Return with whom, at which port, a pod with these labels may speak: `egress` or `ingress`."""
    return {
        (peer, number(port["port"]))
        for policy in POLICIES
        if direction.title() in policy["policyTypes"] and selects(policy["podSelector"], labels)
        for rule in policy.get(direction, ())
        for peer in map(peers_name, rule["to" if direction == "egress" else "from"])
        for port in rule["ports"]
    }


def selects(selector: Object, labels: dict[str, str]) -> bool:
    assert selector.keys() <= {"matchLabels", "matchExpressions"}
    expressions = selector.get("matchExpressions", ())
    assert all(one["operator"] == "In" for one in expressions)
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        labels.get(one["key"]) in one["values"] for one in expressions
    )


def peers_name(peer: Object) -> str:
    """Name a namespace, the pods of this one, or the world. Pods are named by the one selector that we use."""
    if "namespaceSelector" in peer:
        return str(peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"])
    if "ipBlock" in peer:
        return WORLD
    selector = peer["podSelector"]
    return ",".join(name for name in SERVICES if selects(selector, labels_of_service(name)))


def number(port: int | str) -> int:
    return port if isinstance(port, int) else {"api": 8090, "health": 8080}[port]


def labels_of_service(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/component": "service"}


def test_nobody_may_speak_who_is_not_named() -> None:
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in POLICIES
    assert allowed({"app.kubernetes.io/name": "somebody-else"}, "egress") == {NAMES}
    assert allowed({"app.kubernetes.io/name": "somebody-else"}, "ingress") == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_that_names_a_place_is_known_here(service: str) -> None:
    named = {
        name.upper()
        for name in settings_of(service).model_fields
        if re.search(r"(_url|_host|_servers|_endpoint|^file_store)$", name)
    }

    assert named - PLACES.keys() - NOT_ASKED == set()


@pytest.mark.parametrize("name", [*DEPLOYED, *JOBS])
def test_a_pod_reaches_what_its_settings_name_and_nothing_else(name: str) -> None:
    one = (DEPLOYED | JOBS)[name]
    variables = environment(one)
    if name == "provision":
        variables = {
            variable: variables[variable] for variable in variables if variable.lower() in Provision.model_fields
        }

    assert allowed(one["spec"]["template"]["metadata"]["labels"], "egress") == needed(variables)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_reached_by_who_asks_it_and_nobody_else(service: str) -> None:
    routed = {
        path["backend"]["service"]["name"]
        for one in INGRESSES
        for rule in one["rules"]
        for path in rule["http"]["paths"]
    }
    asking = [name for name in SERVICES if (service, 8090) in allowed(labels_of_service(name), "egress")]
    expected = {("observability", 8080)}
    expected |= {("ingress-nginx", 8090)} if service in routed else set()
    expected |= {(",".join(asking), 8090)} if asking else set()

    assert allowed(labels_of_service(service), "ingress") == expected


@pytest.mark.parametrize("name", JOBS)
def test_nobody_reaches_a_job(name: str) -> None:
    assert allowed(JOBS[name]["spec"]["template"]["metadata"]["labels"], "ingress") == set()


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "fd00::1", "fe80::1"]
)
def test_the_world_is_nothing_private(address: str) -> None:
    blocks = [
        peer["ipBlock"]
        for policy in POLICIES
        for rule in policy.get("egress", ())
        for peer in rule["to"]
        if "ipBlock" in peer and ip_network(peer["ipBlock"]["cidr"]).version == ip_address(address).version
    ]

    assert blocks
    assert all(any(ip_address(address) in ip_network(part) for part in block["except"]) for block in blocks)


def test_the_public_comes_in_by_the_paths_of_the_apis_and_by_no_others() -> None:
    (ingress,) = INGRESSES
    public = {file.stem: json.loads(file.read_text())["paths"] for file in OPENAPI.glob("*.json")}
    expected = {
        (service, "/" + path.split("/")[1]) for service, paths in public.items() for path in (*paths, "/problems")
    }
    routed = [
        (path["backend"]["service"]["name"], path["path"])
        for rule in ingress["rules"]
        for path in rule["http"]["paths"]
    ]
    operators = {(service, "/operations") for service in SERVICES}
    expected -= {("portal-svc", "/problems")}  # pages tell people what is wrong themselves
    expected |= {("portal-svc", first) for page in pages() for first in firsts_of(page.template)}
    expected |= {("portal-svc", "/assets")}

    assert set(routed) == {(service, path) for service, path in expected - operators if service != "notify-svc"}
    assert len(routed) == len(set(routed))
    assert {rule["host"] for rule in ingress["rules"]} == {host for tls in ingress["tls"] for host in tls["hosts"]}
    kinds = {(path["path"] == "/", path["pathType"]) for rule in ingress["rules"] for path in rule["http"]["paths"]}
    assert kinds == {(True, "Exact"), (False, "Prefix")}


def pages() -> Iterator[Page]:
    for room in all_rooms():
        yield from room.pages


def firsts_of(template: str) -> Iterator[str]:
    """The first part of each path that the template stands for."""
    first = template.split("/")[1]
    yield from (f"/{language.value}" for language in Language) if first == "{language}" else [f"/{first}"]
