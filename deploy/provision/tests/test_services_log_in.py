"""Services on a broker that asks who they are, encrypts, and denies what contracts do not grant."""

import asyncio
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)

from contracts.envelope import encode
from contracts.loss_reports import LOSS_REPORTED
from contracts.topics import TOPICS
from devstack.kafka.jvm import JvmKafka
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.supervisor import Supervisor
from devstack.stack import StackKind, resolve_kind
from devstack.waiting import wait_until
from provision.__main__ import main

pytestmark = [pytest.mark.real_kafka]

ADMIN, PASSWORD = "admin", "of-a-test-of-logins"
STRANGERS = ("nobody", "half")
CANNOT_START = 2
PLAIN_LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
SCRAM_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


class SecureKafka:
    """A broker with three listeners: for its administrator, for logins over TLS, and for client certificates."""

    def __init__(self, directory: Path) -> None:
        self.ca = self_signed(directory, "kafka", "subjectAltName=IP:127.0.0.1")
        self.client = self_signed(directory, "claims-svc", "extendedKeyUsage=clientAuth")
        trusted = directory / "trusted.pem"
        trusted.write_text(self.ca.with_suffix(".pem").read_text() + self.client.with_suffix(".pem").read_text())
        identity = directory / "identity.pem"
        identity.write_text(self.ca.with_suffix(".key").read_text() + self.ca.with_suffix(".pem").read_text())
        self.logins, self.certificates = f"{LOOPBACK}:{free_port()}", f"{LOOPBACK}:{free_port()}"
        self._settings = {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": f"User:ANONYMOUS;User:{ADMIN}",  # the controller does not log in
            "listener.security.protocol.map": (
                "CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_PLAINTEXT,LOGINS:SASL_SSL,CERTIFICATES:SSL"
            ),
            "listener.name.plaintext.sasl.enabled.mechanisms": "PLAIN",
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            "listener.name.plaintext.plain.sasl.jaas.config": (
                f'{PLAIN_LOGIN} username="{ADMIN}" password="{PASSWORD}" user_{ADMIN}="{PASSWORD}";'
            ),
            "listener.name.logins.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.logins.scram-sha-512.sasl.jaas.config": SCRAM_LOGIN,
            "listener.name.certificates.ssl.client.auth": "required",
            "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(identity),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(trusted),
        }

    def start(self, supervisor: Supervisor) -> None:
        controller = f"{LOOPBACK}:{free_port()}"
        kafka = JvmKafka(supervisor=supervisor, settings=self._settings)
        self.administration = kafka.bootstrap_servers
        clients = f"PLAINTEXT://{self.administration},LOGINS://{self.logins},CERTIFICATES://{self.certificates}"
        self._settings |= {
            "listeners": f"{clients},CONTROLLER://{controller}",
            "advertised.listeners": clients,
            "controller.quorum.voters": f"1@{controller}",
        }
        kafka.start()
        admin = AdminClient(self.login(ADMIN))
        credential = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096)
        added: list[UserScramCredentialAlteration] = [
            UserScramCredentialUpsertion(user, credential, PASSWORD.encode()) for user in STRANGERS
        ]
        for future in admin.alter_user_scram_credentials(added).values():
            future.result()

    def login(self, user: str) -> dict[str, Any]:
        """How librdkafka's clients log in."""
        if user == ADMIN:
            where = {"bootstrap.servers": self.administration, "security.protocol": "SASL_PLAINTEXT"}
            mechanism = "PLAIN"
        else:
            where = {"bootstrap.servers": self.logins, "security.protocol": "SASL_SSL"}
            where["ssl.ca.location"] = str(self.ca.with_suffix(".pem"))
            mechanism = "SCRAM-SHA-512"
        return {**where, "sasl.mechanism": mechanism, "sasl.username": user, "sasl.password": PASSWORD}

    def settings_of(self, user: str, *, password: str = PASSWORD) -> dict[str, str]:
        """The environment of a service that logs in as `user`."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.logins,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_USERNAME": user,
            "KAFKA_SASL_PASSWORD": password,
            "KAFKA_SSL_CA_LOCATION": str(self.ca.with_suffix(".pem")),
        }


def self_signed(directory: Path, name: str, extension: str) -> Path:
    """Make NAME.key and NAME.pem, which is its own authority; return the path without suffix."""
    path = directory / name
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "2", "-subj", f"/CN={name}", "-addext", extension),
            *("-keyout", f"{path}.key", "-out", f"{path}.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return path


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    if resolve_kind(StackKind.AUTO) is not StackKind.JVM:
        pytest.skip("a broker with settings of its own needs STACK=jvm")
    directory = tmp_path_factory.mktemp("secure")
    secure = SecureKafka(directory)
    with Supervisor(state_dir=directory) as supervisor, pytest.MonkeyPatch.context() as patch:
        secure.start(supervisor)
        patch.setenv("KAFKA_BOOTSTRAP_SERVERS", secure.administration)
        patch.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
        patch.setenv("KAFKA_SASL_MECHANISM", "PLAIN")
        patch.setenv("KAFKA_SASL_USERNAME", ADMIN)
        patch.setenv("KAFKA_SASL_PASSWORD", PASSWORD)
        patch.setenv("LOGIN_BOOTSTRAP_SERVERS", secure.logins)
        patch.setenv("LOGIN_SECURITY_PROTOCOL", "SASL_SSL")
        patch.setenv("KAFKA_SSL_CA_LOCATION", f"{secure.ca}.pem")
        patch.setenv("CLAIMS_KAFKA_PASSWORD", PASSWORD)
        patch.setenv("UPSTREAM_KAFKA_PASSWORD", PASSWORD)
        main(["--acls", "required"])
        yield secure


class ClaimsService:
    """claims-svc as a process of its own."""

    def __init__(self, database_url: str, log: Path, settings: Mapping[str, str]) -> None:
        self._log = log
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")}
        self._environment = {
            **inherited,
            **settings,
            "DATABASE_URL": database_url,
            "START_TIMEOUT_SECONDS": "2",
            "PROOF_ROOT_KEY": b64encode(bytes(32)).decode(),
            "API_ISSUER": "http://127.0.0.1:1",
            "API_JWKS_URL": "http://127.0.0.1:1/jwks.json",
        }
        subprocess.run(self._command("migrate"), env=self._environment, check=True, capture_output=True)
        with log.open("w") as output:
            self.process = subprocess.Popen(self._command("run"), env=self._environment, stderr=output)

    def _command(self, word: str) -> list[str]:
        return [sys.executable, "-m", "claims_svc", word]

    def log(self) -> str:
        return self._log.read_text()

    def exit_code(self) -> int:
        return self.process.wait(60)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


Start: TypeAlias = Callable[[Mapping[str, str]], ClaimsService]


@pytest.fixture
def start(database: str, tmp_path: Path) -> Iterator[Start]:
    started: list[ClaimsService] = []

    def start(settings: Mapping[str, str]) -> ClaimsService:
        started.append(ClaimsService(database, tmp_path / "claims-svc.log", settings))
        return started[-1]

    yield start
    for service in started:
        service.stop()


def report_a_loss(kafka: SecureKafka) -> None:
    message = encode(
        LOSS_REPORTED,
        LOSS_REPORTED.examples[0],
        event_id="once",
        source="/upstream",
        time=LOSS_REPORTED.examples[0].reported_at,
    )
    failures: list[Any] = []
    producer = Producer({**kafka.login("upstream"), "enable.idempotence": True})
    producer.produce(
        message.topic,
        message.value,
        message.key,
        headers=list(message.headers),
        on_delivery=lambda error, _: failures.append(error),
    )
    producer.flush(30)
    assert failures == [None]


def count(database_url: str, query: str) -> int:
    async def ask() -> int:
        connection = await asyncpg.connect(database_url)
        try:
            found: int = await connection.fetchval(query)
            return found
        finally:
            await connection.close()

    return asyncio.run(ask())


@pytest.mark.parametrize("access", ["login", "certificate"])
def test_a_service_consumes_and_publishes_through_its_rights_alone(
    kafka: SecureKafka, start: Start, database: str, access: str
) -> None:
    certificate = {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.certificates,
        "KAFKA_SECURITY_PROTOCOL": "SSL",
        "KAFKA_SSL_CA_LOCATION": f"{kafka.ca}.pem",
        "KAFKA_SSL_CERTIFICATE_LOCATION": f"{kafka.client}.pem",
        "KAFKA_SSL_KEY_LOCATION": f"{kafka.client}.key",
    }
    service = start(kafka.settings_of("claims-svc") if access == "login" else certificate)
    assert wait_until(lambda: "service.started" in service.log(), deadline_seconds=40, pause_seconds=0.1), service.log()

    report_a_loss(kafka)

    claims = "SELECT count(*) FROM claim"
    assert wait_until(lambda: count(database, claims) == 1, deadline_seconds=40, pause_seconds=0.1), service.log()
    unsent = "SELECT count(*) FROM messaging.outbox"
    assert wait_until(lambda: count(database, unsent) == 0, deadline_seconds=40, pause_seconds=0.1), service.log()


def test_a_login_without_rights_is_told_so(kafka: SecureKafka, start: Start) -> None:
    used = sorted(topic.name for topic in TOPICS if "claims-svc" in {*topic.producers, *topic.consumers})
    service = start(kafka.settings_of("nobody"))

    assert service.exit_code() == CANNOT_START
    assert service.log().splitlines()[-1] == (
        f"claims-svc: nobody may not use {', '.join(used)}: "
        "log in as the user that contracts grant it to, and run provision"
    )


def test_a_login_that_may_use_topics_and_no_group_is_told_so(kafka: SecureKafka, start: Start) -> None:
    rights = [
        AclBinding(ResourceType.TOPIC, "*", ResourcePatternType.LITERAL, "User:half", "*", may, AclPermissionType.ALLOW)
        for may in (AclOperation.READ, AclOperation.WRITE)
    ]
    admin = AdminClient(kafka.login(ADMIN))
    for granted in admin.create_acls(rights).values():
        granted.result()

    service = start(kafka.settings_of("half"))

    assert service.exit_code() == CANNOT_START
    told = service.log().splitlines()[-1]
    assert told.startswith("claims-svc: half may not use consumer group claims-svc.")
    assert told.endswith(": log in as the user that contracts grant it to, and run provision")


def test_a_wrong_password_is_told_and_not_repeated(kafka: SecureKafka, start: Start) -> None:
    service = start(kafka.settings_of("claims-svc", password="wrong-one"))

    assert service.exit_code() == CANNOT_START
    assert service.log().splitlines()[-1] == (
        f"claims-svc: Kafka at {kafka.logins} refuses the login of claims-svc (SaslAuthenticationFailed); correct "
        "KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD or KAFKA_SASL_MECHANISM"
    )
    assert "wrong-one" not in service.log()


def test_a_broker_that_nobody_trusted_signs_for_is_told(kafka: SecureKafka, start: Start) -> None:
    service = start({**kafka.settings_of("claims-svc"), "KAFKA_SSL_CA_LOCATION": f"{kafka.client}.pem"})

    assert service.exit_code() == CANNOT_START
    assert "shows a certificate that is not trusted" in service.log().splitlines()[-1]


def test_the_name_of_the_host_is_checked(kafka: SecureKafka, start: Start) -> None:
    other_name = kafka.logins.replace(LOOPBACK, "localhost")

    service = start({**kafka.settings_of("claims-svc"), "KAFKA_BOOTSTRAP_SERVERS": other_name})

    assert service.exit_code() == CANNOT_START
    assert "certificate is not valid for 'localhost'" in service.log().splitlines()[-1]


def test_a_port_that_speaks_another_protocol_is_told(kafka: SecureKafka, start: Start) -> None:
    service = start({**kafka.settings_of("claims-svc"), "KAFKA_BOOTSTRAP_SERVERS": kafka.administration})

    assert service.exit_code() == CANNOT_START
    assert service.log().splitlines()[-1] == (
        f"claims-svc: Kafka at {kafka.administration} does not answer after 2 s; start it or correct "
        "KAFKA_BOOTSTRAP_SERVERS and KAFKA_SECURITY_PROTOCOL"
    )
