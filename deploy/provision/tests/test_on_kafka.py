"""Provisioning a broker of its own, which authorizes: contracts' topics and ACLs."""

from collections.abc import Iterator

import pytest
from confluent_kafka.admin import (
    AclBinding,
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
from guarded_kafka import ADMIN, ADMIN_PASSWORD, EVERY_ACL, GUARDED, administer, grant, kafka_with, login, revoke_all

from contracts.acls import COLUMNS, acl_rows
from contracts.claims import DECISION_MADE
from contracts.policy import CONTACT_CHANGED
from contracts.topics import TOPICS
from devstack.waiting import wait_until
from provision.__main__ import main

pytestmark = [pytest.mark.real_kafka]

RESOURCE_TYPES = {
    "Topic": ResourceType.TOPIC,
    "Group": ResourceType.GROUP,
    "TransactionalId": ResourceType.TRANSACTIONAL_ID,
}
DECLARED = len(TOPICS)
GRANTED = len(acl_rows())


@pytest.fixture(scope="module")
def authorizing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with kafka_with(GUARDED, directory=tmp_path_factory.mktemp("authorizing")) as servers:
        yield servers


@pytest.fixture(scope="module")
def open_to_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with kafka_with({}, directory=tmp_path_factory.mktemp("open")) as servers:
        yield servers


@pytest.fixture
def admin(authorizing: str, monkeypatch: pytest.MonkeyPatch) -> AdminClient:
    """An administrator of the authorizing broker, which is empty; `main` provisions it."""
    administer(monkeypatch, authorizing)
    client = AdminClient(login(authorizing, ADMIN, ADMIN_PASSWORD))
    revoke_all(client)
    if topics := declared_topics(client):
        for deletion in client.delete_topics(list(topics)).values():
            deletion.result()
        assert wait_until(lambda: not declared_topics(client), deadline_seconds=20, pause_seconds=0.05)
    return client


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


def assert_acls(client: AdminClient, expected: set[AclBinding]) -> None:
    """The broker answers who changes rules a little before it goes by them."""
    wait_until(lambda: acls(client) == expected, deadline_seconds=20)
    assert acls(client) == expected


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
    assert_acls(admin, acls_of_contracts())
    printed = capsys.readouterr().out
    assert printed.startswith(f"min.insync.replicas is lower than declared on {DECLARED} topics")
    assert printed.endswith(
        f"{DECLARED} topics and {GRANTED} ACLs are now as contracts declare: "
        f"{DECLARED} topics created, 0 altered, {GRANTED} ACLs granted, 0 revoked, 0 passwords set, 0 logins removed\n"
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
    assert_acls(admin, set())
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
    assert_acls(admin, set())


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
    grant(admin, [stranger])

    main([])

    assert "not granted by contracts, left alone: User:bob may read topic prefixed claims.\n" in capsys.readouterr().out
    assert_acls(admin, {*acls_of_contracts(), stranger})


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
        f"{DECLARED} topics are now as contracts declare: {DECLARED} topics created, 0 altered, 0 ACLs granted, "
        "0 revoked, 0 passwords set, 0 logins removed"
    )
    assert "ACLs cannot be applied" in capsys.readouterr().err


def test_a_listener_that_takes_no_login_is_told(
    open_to_all: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", open_to_all)
    monkeypatch.setenv("UPSTREAM_KAFKA_PASSWORD", "of-a-test-of-logins")
    monkeypatch.setattr("provision.__main__.SHOWN_SECONDS", 1)

    with pytest.raises(SystemExit, match="1"):
        main([])

    told = capsys.readouterr()
    assert "set the password of upstream: there is none\n" in told.out
    assert "the brokers do not show what was changed after 1 s; set the password of upstream: " in told.err


def create(client: AdminClient, name: str, *, partitions: int) -> None:
    client.create_topics([NewTopic(name, partitions, 1)])[name].result()
    assert wait_until(lambda: name in declared_topics(client), deadline_seconds=20, pause_seconds=0.05)
