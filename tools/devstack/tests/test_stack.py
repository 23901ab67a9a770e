"""Which kind of stack is chosen, and which environment it gives to services."""

from pathlib import Path

import pytest

from devstack.errors import DevstackError
from devstack.stack import Stack, StackKind, kafka_is_real, resolve_kind


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("STACK", "KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL", "KAFKA_FETCH_MAX_WAIT_MS", "KAFKA_TRANSACTIONS"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_embedded_stack_is_the_default(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("STACK", "")
    assert resolve_kind("auto") is StackKind.EMBEDDED


def test_the_environment_names_the_stack(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("STACK", "jvm")
    assert resolve_kind("auto") is StackKind.JVM
    assert resolve_kind("docker") is StackKind.DOCKER


def test_addresses_in_the_environment_mean_an_external_stack(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("STACK", "jvm")
    environment.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker:9092")
    assert resolve_kind("auto") is StackKind.EXTERNAL


def test_an_unknown_stack_is_answered_with_the_known_ones(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("STACK", "podman")
    with pytest.raises(DevstackError, match="there is no stack 'podman': choose auto, embedded, jvm, docker, external"):
        resolve_kind("auto")


def test_an_external_stack_needs_both_addresses(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker:9092")
    with pytest.raises(DevstackError, match="DATABASE_URL is not set"):
        Stack(state_dir=tmp_path)


def test_an_external_stack_passes_its_addresses_on(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = {"KAFKA_BOOTSTRAP_SERVERS": "broker:9092", "DATABASE_URL": "postgresql://admin:x@db/postgres"}
    for name, value in given.items():
        environment.setenv(name, value)

    with Stack(state_dir=tmp_path) as stack:
        environment_of_services = stack.environment()
        assert environment_of_services.pop("PROOF_ROOT_KEY")
        assert environment_of_services == {"STACK": "external", **given}
        assert stack.has_real_kafka
        with pytest.raises(DevstackError, match="not the devstack's to stop"):
            stack.kafka.stop()
        with pytest.raises(DevstackError, match="the outside world was not asked for"):
            _ = stack.smtp_port


def test_the_embedded_broker_of_another_launcher_is_no_real_kafka(environment: pytest.MonkeyPatch) -> None:
    assert kafka_is_real(StackKind.EXTERNAL)
    environment.setenv("STACK", "embedded")
    assert not kafka_is_real(StackKind.EXTERNAL)
    assert not kafka_is_real(StackKind.EMBEDDED)
    assert kafka_is_real(StackKind.JVM)


def test_the_environment_has_every_address(tmp_path: Path) -> None:
    with Stack(kind="embedded", state_dir=tmp_path, outside_world=True) as stack:
        environment = stack.environment()
        assert environment["KAFKA_BOOTSTRAP_SERVERS"] == stack.kafka_bootstrap_servers
        assert (environment["KAFKA_FETCH_MAX_WAIT_MS"], environment["KAFKA_SESSION_TIMEOUT_MS"]) == ("10", "2500")
        assert environment["KAFKA_TRANSACTIONS"] == "false"
        assert (environment["SMTP_PORT"], environment["SMPP_PORT"]) == (str(stack.smtp_port), str(stack.smsc_port))
        assert environment["OTEL_EXPORTER_OTLP_ENDPOINT"] == stack.otlp_endpoint
