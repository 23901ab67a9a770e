"""Provisioning a broker of its own, which authorizes: contracts' topics and ACLs, and what they then permit."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from contracts.acls import COLUMNS, acl_rows
from contracts.claims import DECISION_MADE
from contracts.policy import CONTACT_CHANGED, POLICY_CHANGED
from contracts.topics import TOPICS
from devstack.kafka.jvm import JvmKafka
from devstack.process.supervisor import Supervisor
from devstack.stack import StackKind, resolve_kind
from devstack.waiting import wait_until
from provision.__main__ import main

pytestmark = [pytest.mark.real_kafka]

ADMIN = "admin"
PASSWORD = "of-a-test"
USERS = (ADMIN, "claims-svc", "notify-svc")
AUTHORIZING = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": f"User:ANONYMOUS;User:{ADMIN}",  # the controller does not log in
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_PLAINTEXT",
    "sasl.enabled.mechanisms": "PLAIN",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "listener.name.plaintext.plain.sasl.jaas.config": (
        "org.apache.kafka.common.security.plain.PlainLoginModule required "
        f'username="{ADMIN}" password="{PASSWORD}" ' + " ".join(f'user_{user}="{PASSWORD}"' for user in USERS) + ";"
    ),
}
RESOURCE_TYPES = {
    "Topic": ResourceType.TOPIC,
    "Group": ResourceType.GROUP,
    "TransactionalId": ResourceType.TRANSACTIONAL_ID,
}
DECLARED = len(TOPICS)
GRANTED = len(acl_rows())
ANY: Any = None
EVERY_ACL = AclBindingFilter(
    ResourceType.ANY, ANY, ResourcePatternType.ANY, ANY, ANY, AclOperation.ANY, AclPermissionType.ANY
)


@pytest.fixture(scope="module")
def authorizing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from started(tmp_path_factory.mktemp("authorizing"), AUTHORIZING)


@pytest.fixture(scope="module")
def open_to_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from started(tmp_path_factory.mktemp("open"), {})


def started(directory: Path, settings: Mapping[str, str]) -> Iterator[str]:
    if resolve_kind(StackKind.AUTO) is not StackKind.JVM:
        pytest.skip("a broker with settings of its own needs STACK=jvm")
    with Supervisor(state_dir=directory) as supervisor:
        kafka = JvmKafka(supervisor=supervisor, settings=settings)
        kafka.start()
        yield kafka.bootstrap_servers


@pytest.fixture
def admin(authorizing: str, monkeypatch: pytest.MonkeyPatch) -> AdminClient:
    """An administrator of the authorizing broker, which is empty; `main` provisions it."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", authorizing)
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
    monkeypatch.setenv("KAFKA_SASL_MECHANISM", "PLAIN")
    monkeypatch.setenv("KAFKA_SASL_USERNAME", ADMIN)
    monkeypatch.setenv("KAFKA_SASL_PASSWORD", PASSWORD)
    client = AdminClient(login(authorizing, ADMIN))
    client.delete_acls([EVERY_ACL])[EVERY_ACL].result()
    if topics := declared_topics(client):
        for deletion in client.delete_topics(list(topics)).values():
            deletion.result()
        assert wait_until(lambda: not declared_topics(client), deadline_seconds=20, pause_seconds=0.05)
    return client


def login(servers: str, user: str) -> dict[str, str | int | float | bool]:
    return {
        "bootstrap.servers": servers,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": user,
        "sasl.password": PASSWORD,
    }


def declared_topics(client: AdminClient) -> dict[str, int]:
    found = client.list_topics(timeout=20).topics
    names = {topic.name for topic in TOPICS}
    return {name: len(topic.partitions) for name, topic in found.items() if name in names}


def settings_of(client: AdminClient, topic: str) -> dict[str, str | None]:
    resource = ConfigResource(ResourceType.TOPIC, topic)
    entries = client.describe_configs([resource])[resource].result().values()
    return {entry.name: entry.value for entry in entries if not entry.is_default}


def set_config(client: AdminClient, topic: str, name: str, value: str) -> None:
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    client.incremental_alter_configs([resource])[resource].result()


def acls(client: AdminClient) -> set[AclBinding]:
    return set(client.describe_acls(EVERY_ACL).result())


def acls_of_contracts() -> set[AclBinding]:
    return {
        AclBinding(
            RESOURCE_TYPES[row["resource_type"]],
            row["resource_name"],
            ResourcePatternType[row["pattern_type"].upper()],
            row["principal"],
            "*",
            AclOperation[row["operation"].upper()],
            AclPermissionType.ALLOW,
        )
        for row in (dict(zip(COLUMNS, cells, strict=True)) for cells in acl_rows())
    }


def test_topics_and_acls_are_created_as_declared(admin: AdminClient, capsys: pytest.CaptureFixture[str]) -> None:
    main([])

    assert declared_topics(admin) == {topic.name: topic.partitions for topic in TOPICS}
    for topic in TOPICS:
        assert settings_of(admin, topic.name) == {**topic.config, "min.insync.replicas": "1"}
    assert acls(admin) == acls_of_contracts()
    printed = capsys.readouterr().out
    assert printed.startswith(f"min.insync.replicas is lower than declared on {DECLARED} topics")
    assert printed.endswith(
        f"{DECLARED} topics and {GRANTED} ACLs are now as contracts declare: "
        f"{DECLARED} topics created, 0 altered, {GRANTED} ACLs granted\n"
    )


@pytest.mark.usefixtures("admin")
def test_the_second_run_changes_nothing_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--acls", "required"])
    capsys.readouterr()

    main(["--acls", "required"])

    *_, last = capsys.readouterr().out.splitlines()
    assert last == f"nothing to change: {DECLARED} topics and {GRANTED} ACLs are as contracts declare"


def test_a_dry_run_changes_nothing(admin: AdminClient, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--dry-run"])

    assert declared_topics(admin) == {}
    assert acls(admin) == set()
    assert "create topic claims.loss-reported.v1: partitions=6, replicas=1" in capsys.readouterr().out


def test_settings_that_differ_are_altered_and_others_stay(
    admin: AdminClient, capsys: pytest.CaptureFixture[str]
) -> None:
    main([])
    set_config(admin, CONTACT_CHANGED.name, "cleanup.policy", "delete")
    set_config(admin, CONTACT_CHANGED.name, "segment.bytes", "1048576")
    capsys.readouterr()

    main([])

    settings = settings_of(admin, CONTACT_CHANGED.name)
    assert (settings["cleanup.policy"], settings["segment.bytes"]) == ("compact", "1048576")
    assert "alter topic policy.contact-changed.v1: cleanup.policy delete -> compact\n" in capsys.readouterr().out


def test_too_few_partitions_are_refused_before_anything_changes(
    admin: AdminClient, capsys: pytest.CaptureFixture[str]
) -> None:
    create(admin, DECISION_MADE.name, partitions=2)

    with pytest.raises(SystemExit, match="1"):
        main([])

    assert "topic claims.decision-made.v1 has 2 partitions and contracts declare 6" in capsys.readouterr().err
    assert declared_topics(admin) == {DECISION_MADE.name: 2}
    assert acls(admin) == set()


def test_partitions_are_added_when_asked(admin: AdminClient) -> None:
    create(admin, DECISION_MADE.name, partitions=2)

    main(["--add-partitions"])

    assert declared_topics(admin)[DECISION_MADE.name] == 6


def test_an_acl_that_contracts_do_not_grant_is_reported_and_stays(
    admin: AdminClient, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = AclBinding(
        ResourceType.TOPIC,
        "claims.",
        ResourcePatternType.PREFIXED,
        "User:bob",
        "*",
        AclOperation.READ,
        AclPermissionType.ALLOW,
    )
    admin.create_acls([stranger])[stranger].result()

    main([])

    assert "not granted by contracts, left alone: User:bob may read topic prefixed claims.\n" in capsys.readouterr().out
    assert acls(admin) == {*acls_of_contracts(), stranger}


@pytest.mark.usefixtures("admin")
def test_a_service_may_do_what_contracts_grant_and_nothing_else(authorizing: str) -> None:
    main([])

    assert write_as("claims-svc", DECISION_MADE.name, servers=authorizing) is None
    assert write_as("notify-svc", DECISION_MADE.name, servers=authorizing) == KafkaError.TOPIC_AUTHORIZATION_FAILED
    own_group = DECISION_MADE.group_of("notify-svc")
    foreign_group = POLICY_CHANGED.group_of("claims-svc")
    assert read_as("notify-svc", DECISION_MADE.name, group=own_group, servers=authorizing) == b"decided"
    with pytest.raises(PermissionError, match="Group authorization failed"):
        read_as("notify-svc", DECISION_MADE.name, group=foreign_group, servers=authorizing)
    with pytest.raises(PermissionError, match="Topic authorization failed"):
        read_as("claims-svc", CONTACT_CHANGED.name, group=foreign_group, servers=authorizing)


@pytest.mark.usefixtures("admin")
def test_a_relay_may_use_the_transactional_id_of_its_service_and_no_other(authorizing: str) -> None:
    main([])

    commit_as("claims-svc", DECISION_MADE.name, transactional_id="claims-svc.relay", servers=authorizing)
    with pytest.raises(KafkaException, match="TRANSACTIONAL_ID_AUTHORIZATION_FAILED"):
        commit_as("notify-svc", DECISION_MADE.name, transactional_id="claims-svc.relay", servers=authorizing)


def test_without_an_authorizer_topics_are_created_and_acls_left_out(
    open_to_all: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", open_to_all)

    main([])
    first, *_, last = capsys.readouterr().out.splitlines()
    with pytest.raises(SystemExit, match="1"):
        main(["--acls", "required"])

    assert first == ("ACLs are not applied: the cluster has no authorizer, everybody may read and write everything")
    assert last == (
        f"{DECLARED} topics are now as contracts declare: {DECLARED} topics created, 0 altered, 0 ACLs granted"
    )
    assert "ACLs cannot be applied" in capsys.readouterr().err


def create(client: AdminClient, name: str, *, partitions: int) -> None:
    client.create_topics([NewTopic(name, partitions, 1)])[name].result()
    assert wait_until(lambda: name in declared_topics(client), deadline_seconds=20, pause_seconds=0.05)


def write_as(user: str, topic: str, *, servers: str) -> int | None:
    """Write one record as an idempotent producer and return the code of the error, if any."""
    codes: list[int | None] = []
    producer = Producer({**login(servers, user), "enable.idempotence": True})
    producer.produce(
        topic, b"decided", partition=0, on_delivery=lambda error, _: codes.append(error.code() if error else None)
    )
    producer.flush(20)
    (code,) = codes
    return code


def commit_as(user: str, topic: str, *, transactional_id: str, servers: str) -> None:
    """Write one record in a transaction."""
    producer = Producer({**login(servers, user), "transactional.id": transactional_id})
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce(topic, b"decided", partition=0)
    producer.commit_transaction(20)


def read_as(user: str, topic: str, *, group: str, servers: str) -> bytes | None:
    """Return the first record, read and committed by `group`."""
    consumer = Consumer({**login(servers, user), "group.id": group, "auto.offset.reset": "earliest"})
    try:
        consumer.subscribe([topic])
        message = consumer.poll(20)
        assert message is not None
        if (error := message.error()) is not None:
            raise PermissionError(error.str())
        consumer.commit(message=message, asynchronous=False)
        return message.value()
    finally:
        consumer.close()
