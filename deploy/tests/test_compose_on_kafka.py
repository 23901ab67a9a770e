"""Kafka as the Compose file sets it up, on this machine's Java: who is named there logs in once it is provisioned."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from guarded_kafka import lets_in

from contracts.acls import principals
from devstack.kafka.jvm import JvmKafka
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.supervisor import Supervisor
from devstack.stack import StackKind, resolve_kind
from provision.__main__ import main
from provision.settings import variable_of

pytestmark = [pytest.mark.real_kafka]

COMPOSE = (Path(__file__).resolve().parents[1] / "compose.yaml").read_text()
SECRETS = {name: secrets.token_hex(24) for name in re.findall(r"\$\{(\w+):\?", COMPOSE)}
SERVICES = re.findall(r"KAFKA_SASL_USERNAME: ([\w-]+-svc)\n", COMPOSE)


def block(name: str) -> dict[str, str]:
    """Return the environment of a container, with the secrets in their places."""
    found = re.search(rf"^  {name}:\n(?:    .*\n)*?    environment:.*\n((?:      .*\n)*)", COMPOSE, re.MULTILINE)
    assert found is not None
    anchors: dict[str, str] = {}
    variables = {}
    for variable, text in re.findall(r"^      (\w+): (.*(?:\n        .*)*)", found[1], re.MULTILINE):
        value = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda secret: SECRETS[secret[1]], text)
        if anchored := re.fullmatch(r"&(\w+) >-\n(.*)", value, re.DOTALL):
            value = anchors[anchored[1]] = " ".join(anchored[2].split())
        elif value.startswith("*"):
            value = anchors[value[1:]]
        variables[variable] = re.sub(r" #.*", "", value).strip('"')
    return variables


def property_of(variable: str) -> str:
    """Name a setting of Kafka as the image does: three underscores are a dash, two are one, and one is a dot."""
    name = variable.removeprefix("KAFKA_").lower()
    return name.replace("___", "-").replace("__", "\0").replace("_", ".").replace("\0", "_")


@pytest.fixture(scope="module")
def listeners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The provisioned broker's addresses for the containers, and for this machine."""
    if resolve_kind(StackKind.AUTO) is not StackKind.JVM:
        pytest.skip("a broker with settings of its own needs STACK=jvm")
    settings = {property_of(name): value for name, value in block("kafka").items() if name.startswith("KAFKA_")}
    del settings["log.dirs"]
    with (
        Supervisor(state_dir=tmp_path_factory.mktemp("compose")) as supervisor,
        pytest.MonkeyPatch.context() as environment,
    ):
        kafka = JvmKafka(supervisor=supervisor, settings=settings)
        inside, host, controller = kafka.bootstrap_servers, f"{LOOPBACK}:{free_port()}", f"{LOOPBACK}:{free_port()}"
        settings |= {
            "listeners": f"INSIDE://{inside},HOST://{host},CONTROLLER://{controller}",
            "advertised.listeners": f"INSIDE://{inside},HOST://{host}",
            "controller.quorum.voters": f"1@{controller}",
        }
        kafka.start()
        for name, value in block("provision").items():
            environment.setenv(name, value)
        environment.setenv("KAFKA_BOOTSTRAP_SERVERS", inside)
        environment.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
        main(["--acls", "required", "--logins", "required"])
        yield inside, host


@pytest.mark.parametrize("service", sorted(set(SERVICES)))
async def test_a_service_logs_in_as_its_container_is_told_to(listeners: tuple[str, str], service: str) -> None:
    told = block(f"{service}-migrate")

    assert "KAFKA_SASL_MECHANISM: SCRAM-SHA-512\n" in COMPOSE
    assert await lets_in(listeners[0], told["KAFKA_SASL_USERNAME"], told["KAFKA_SASL_PASSWORD"])


@pytest.mark.parametrize("principal", principals())
async def test_a_principal_logs_in_from_this_machine_by_its_own_password(
    listeners: tuple[str, str], principal: str
) -> None:
    assert await lets_in(listeners[1], principal, SECRETS[variable_of(principal)])
    assert not await lets_in(listeners[1], principal, SECRETS["KAFKA_ADMIN_PASSWORD"])


async def test_nobody_but_the_administrator_logs_in_by_a_password_in_the_brokers_settings(
    listeners: tuple[str, str],
) -> None:
    assert await lets_in(listeners[1], "admin", SECRETS["KAFKA_ADMIN_PASSWORD"], mechanism="PLAIN")
    for principal in principals():
        assert not await lets_in(listeners[1], principal, SECRETS[variable_of(principal)], mechanism="PLAIN")
