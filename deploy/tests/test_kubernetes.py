"""The manifests for Kubernetes: valid, complete, harmless if somebody breaks in, and true to the code."""

import base64
import re

import pytest

from claims_svc.files import opening as opening_files
from claims_svc.files.examination import MOST_AT_ONCE
from claims_svc.files.kinds import MOST_BYTES
from contracts.acls import principals
from contracts.topics import TOPICS
from example_cluster import DEPLOYED, EXAMPLE, JOBS, KUBERNETES, container_of, environment, named
from kustomized import pods
from notify_svc.dkim import NO_DKIM
from provision.settings import variable_of
from service_settings import SERVICES, is_secret, needed_to_run, settings_of

DOCKERFILE = (KUBERNETES.parent / "Dockerfile").read_text()
README = (KUBERNETES / "README.md").read_text()


def secret(variable: str) -> str:
    """Return something of the form that the Secret has."""
    if variable == "DATABASE_URL":
        return "postgresql://role:password@postgres.postgres:5432/database?sslmode=verify-full"
    is_key = variable.endswith(("_KEYS", "_KEY")) and not variable.startswith(("KNMI", "DKIM", "DIGEST"))
    return (
        base64.b64encode(variable.encode().ljust(32)[:32]).decode()
        if is_key
        else NO_DKIM
        if "DKIM" in variable
        else "x" * 32
    )


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_without_which_a_service_cannot_run_is_given(service: str) -> None:
    given = environment(DEPLOYED[service])

    assert [name for name in needed_to_run(service, given) if name not in given] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_given_nothing_that_it_does_not_know(service: str) -> None:
    known = {name.upper() for name in settings_of(service).model_fields} | {"OTEL_EXPORTER_OTLP_PROTOCOL"}

    assert environment(DEPLOYED[service]).keys() - known == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_by_what_it_is_given(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(DEPLOYED[service]).items():
        monkeypatch.setenv(name, secret(name) if value is None else value)

    assert settings_of(service)().kafka_bootstrap_servers


@pytest.mark.parametrize("service", SERVICES)
def test_every_secret_is_a_reference_and_stands_in_the_readme(service: str) -> None:
    for one in (DEPLOYED[service], JOBS[f"{service}-migrate"]):
        for variable in container_of(one).get("env", ()):
            if is_secret(variable["name"]):
                reference = variable["valueFrom"]["secretKeyRef"]
                row = re.search(rf"^\| `{reference['name']}` \|.*$", README, flags=re.MULTILINE)
                assert reference["key"] == variable["name"]
                assert row is not None
                assert f"`{variable['name']}`" in row[0]


def test_no_secret_stands_in_any_file() -> None:
    plain = [variable for one in EXAMPLE if one["kind"] == "ConfigMap" for variable in one["data"]]

    assert [variable for variable in plain if is_secret(variable)] == []
    assert [one["metadata"]["name"] for one in EXAMPLE if one["kind"] == "Secret"] == []


@pytest.mark.parametrize("service", SERVICES)
def test_ports_and_paths_of_probes_are_those_of_the_code(service: str) -> None:
    container = container_of(DEPLOYED[service])
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    health = (KUBERNETES.parents[1] / "chassis/chassis/telemetry/health.py").read_text()
    probes = [container[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")]

    assert f"HTTP_PORT={ports['health']}\n" in DOCKERFILE
    assert named("ConfigMap", "water")["data"]["API_PORT"] == str(ports["api"])
    assert [probe["path"] for probe in probes] == ["/live", "/live", "/ready"]
    assert all(f'Route("{probe["path"]}"' in health and probe["port"] == "health" for probe in probes)


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_ends_a_service_before_it_has_ended_by_itself(service: str) -> None:
    fields = settings_of(service).model_fields
    pod = DEPLOYED[service]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    startup = container["startupProbe"]

    assert pod["terminationGracePeriodSeconds"] > pause + fields["stop_timeout_seconds"].default
    assert startup["periodSeconds"] * startup["failureThreshold"] > fields["start_timeout_seconds"].default


@pytest.mark.parametrize("name", [*DEPLOYED, *JOBS])
def test_whoever_breaks_into_a_pod_finds_nothing_to_use(name: str) -> None:
    ((_, pod),) = ((one, pod) for one, pod in pods(EXAMPLE) if one["metadata"]["name"] == name)
    (container,) = pod["containers"]

    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"]
    assert f"USER {pod['securityContext']['runAsUser']}\n" in DOCKERFILE
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]
    assert not pod.keys() & {"hostNetwork", "hostPID", "hostIPC"}
    assert not any("hostPath" in volume for volume in pod["volumes"])


def test_claims_svc_has_room_for_the_files_that_it_opens_and_receives() -> None:
    pod = DEPLOYED["claims-svc"]["spec"]["template"]["spec"]
    (room,) = (volume["emptyDir"]["sizeLimit"] for volume in pod["volumes"] if volume["name"] == "tmp")
    opening = opening_files.MOST_MEMORY_BYTES * MOST_AT_ONCE
    arriving = MOST_BYTES * settings_of("claims-svc").model_fields["api_open_requests"].default

    assert in_bytes(container_of(DEPLOYED["claims-svc"])["resources"]["limits"]["memory"]) > opening + 256 * 2**20
    assert in_bytes(room) > arriving


def in_bytes(quantity: str) -> int:
    return int(quantity[:-2]) * {"Mi": 2**20, "Gi": 2**30}[quantity[-2:]]


def test_every_service_account_has_no_token() -> None:
    accounts = [one for one in EXAMPLE if one["kind"] == "ServiceAccount"]

    assert {one["metadata"]["name"] for one in accounts} == {*SERVICES, "provision"}
    assert not any(one["automountServiceAccountToken"] for one in accounts)


@pytest.mark.parametrize("service", SERVICES)
def test_one_pod_at_a_time_may_be_taken_away(service: str) -> None:
    budget = named("PodDisruptionBudget", service)["spec"]

    assert budget["maxUnavailable"] == 1
    assert budget["selector"] == DEPLOYED[service]["spec"]["selector"]
    assert "replicas" not in DEPLOYED[service]["spec"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_grows_with_what_it_has_not_consumed_and_never_beyond_the_partitions(service: str) -> None:
    scaled = named("ScaledObject", service)["spec"]
    consumed = [topic for topic in TOPICS if service in topic.consumers]
    triggers = [trigger["metadata"] for trigger in scaled["triggers"] if trigger["type"] == "kafka"]
    if not consumed:
        assert [trigger["type"] for trigger in scaled["triggers"]] == ["cpu"]
        assert scaled["minReplicaCount"] >= 2
        return

    assert {(one["topic"], one["consumerGroup"]) for one in triggers} == {
        (topic.name, topic.group_of(service)) for topic in consumed
    }
    assert len(triggers) == len(consumed)
    assert scaled["minReplicaCount"] >= 2
    assert scaled["maxReplicaCount"] == max(topic.partitions for topic in consumed)
    assert all(one["bootstrapServersFromEnv"] in environment(DEPLOYED[service]) for one in triggers)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_migrated_by_a_job_that_knows_the_database_alone(service: str) -> None:
    job = JOBS[f"{service}-migrate"]
    container = container_of(job)
    reference = container["env"][0]["valueFrom"]["secretKeyRef"]["name"]

    assert container["args"] == [service, "migrate"]
    assert environment(job) == {"DATABASE_URL": None}
    assert reference == ("auth-svc-owner" if service == "auth-svc" else service)
    assert container_of(DEPLOYED[service])["args"] == [service, "run"]


def test_provisioning_is_told_the_password_of_every_principal() -> None:
    row = re.search(r"^\| `provision` \|.*$", README, flags=re.MULTILINE)

    assert container_of(JOBS["provision"])["args"] == ["provision", "--acls", "required", "--logins", "required"]
    assert row is not None
    assert [name for name in map(variable_of, principals()) if f"`{name}`" not in row[0]] == []
