"""A guarded broker as provisioned: everyone does what the access list says and nothing else, by his password alone."""

import csv
import secrets
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest
from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicCollection,
    TopicPartition,
)
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
from guarded_kafka import (
    ADMIN,
    ADMIN_PASSWORD,
    EVERY_ACL,
    GUARDED,
    administer,
    grant,
    kafka_with,
    lets_in,
    login,
    wait_until_locked_out,
)

from contracts.acls import principals
from contracts.claims import DECISION_MADE
from contracts.proof_roots import PROOF_ROOT
from contracts.repairs import REPAIR_ASSIGNED, REPAIR_JOB_REPORTED, REPAIR_REQUESTED
from contracts.topics import TOPICS
from devstack.waiting import wait_until
from provision import cluster
from provision.__main__ import main
from provision.logins import ITERATIONS
from provision.settings import variable_of

pytestmark = [pytest.mark.real_kafka]

ACCESS_LIST = Path(__file__).parents[3] / "contracts" / "generated" / "acls.csv"
PASSWORDS = {principal: secrets.token_urlsafe(24) for principal in principals()}
PARTNER = "repair-partners"
WITNESS = "witnesses"
STRANGER = "bob"
NAMES = [topic.name for topic in TOPICS]
READ_BY_PARTNERS = {topic.name for topic in (DECISION_MADE, REPAIR_REQUESTED, REPAIR_ASSIGNED)}
WRITTEN_BY_PARTNERS = {REPAIR_JOB_REPORTED.name}
SECONDS = 30
DECLARED = ["--acls", "required", "--logins", "required"]

Right = tuple[str, str, str]


def access_list() -> dict[str, set[Right]]:
    """What generated/acls.csv grants each principal: operation, kind of resource, name."""
    rights: dict[str, set[Right]] = {}
    with ACCESS_LIST.open(newline="") as lines:
        for row in csv.DictReader(lines):
            assert row["pattern_type"] == "Literal"
            right = (row["operation"], row["resource_type"], row["resource_name"])
            rights.setdefault(row["principal"].removeprefix("User:"), set()).add(right)
    return rights


RIGHTS = access_list()
EVERY_RIGHT = set[Right]().union(*RIGHTS.values())


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker as `provision` leaves it, with a record in the first partition of every topic."""
    directory = tmp_path_factory.mktemp("guarded")
    with kafka_with(GUARDED, directory=directory) as servers, pytest.MonkeyPatch.context() as environment:
        administer(environment, servers)
        for principal, password in PASSWORDS.items():
            environment.setenv(variable_of(principal), password)
        main(DECLARED)
        assert written(login(servers, ADMIN, ADMIN_PASSWORD)) == set(NAMES)
        yield servers


@pytest.fixture
def admin(servers: str) -> AdminClient:
    return AdminClient(login(servers, ADMIN, ADMIN_PASSWORD))


@pytest.fixture
def as_before(servers: str) -> Iterator[None]:
    """Bring the broker back to what it was; ask for it first, so that the environment is restored before."""
    assert servers
    yield
    main([*DECLARED, "--remove-undeclared", "--remove-login", STRANGER])


def as_principal(servers: str, principal: str) -> dict[str, Any]:
    return login(servers, principal, PASSWORDS[principal])


def written(user: dict[str, Any]) -> set[str]:
    """Write to every topic, and return those that took it."""
    outcomes: dict[str, int | None] = {}

    def note(error: KafkaError | None, _: object, *, topic: str) -> None:
        outcomes[topic] = error.code() if error else None

    producer = Producer({**user, "acks": "all", "message.timeout.ms": SECONDS * 1000})
    for topic in NAMES:
        producer.produce(topic, b"a record", b"a key", partition=0, on_delivery=partial(note, topic=topic))
    assert producer.flush(SECONDS) == 0
    assert set(outcomes.values()) <= {None, KafkaError.TOPIC_AUTHORIZATION_FAILED}
    return {topic for topic, code in outcomes.items() if code is None}


def read(user: dict[str, Any]) -> set[str]:
    """Read every topic that shows itself, without a group, and return those that let it: to read is to see as well."""
    outcomes: dict[str | None, int | None] = {}
    consumer = Consumer({**user, "group.id": "none", "enable.auto.commit": False})
    try:
        shown = set(NAMES) & set(consumer.list_topics(timeout=SECONDS).topics)
        consumer.assign([TopicPartition(topic, 0, 0) for topic in shown])
        deadline = time.monotonic() + SECONDS
        while waiting := shown - set(outcomes):
            assert time.monotonic() < deadline, waiting
            if (message := consumer.poll(0.2)) is not None:
                error = message.error()
                outcomes[message.topic()] = error.code() if error else None
    finally:
        consumer.close()
    outcomes.pop(None, None)  # what the group is told, which nobody may use
    assert set(outcomes.values()) <= {None, KafkaError.TOPIC_AUTHORIZATION_FAILED}
    return {topic for topic, code in outcomes.items() if topic is not None and code is None}


def committed(user: dict[str, Any]) -> set[str]:
    """Commit an offset in every group that there is, and return those that took it."""
    client = AdminClient(user)

    def commit(group: str, topic: str) -> None:
        offsets = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 0)])
        client.alter_consumer_group_offsets([offsets])[group].result(SECONDS)

    groups = {topic.group_of(consumer): topic.name for topic in TOPICS for consumer in topic.consumers}
    return {
        group
        for group, topic in groups.items()
        if is_allowed(partial(commit, group, topic), or_else=KafkaError.GROUP_AUTHORIZATION_FAILED)
    }


def transacted(user: dict[str, Any]) -> set[str]:
    """Begin to write under every transactional id that there is, and return those that may be used."""
    return {
        name
        for _, kind, name in EVERY_RIGHT
        if kind == "TransactionalId"
        and is_allowed(
            partial(Producer({**user, "transactional.id": name}).init_transactions, SECONDS),
            or_else=KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        )
    }


def is_allowed(attempt: Callable[[], object], *, or_else: int) -> bool:
    """Whether the broker lets `attempt` pass; any failure but the refusal is raised."""
    try:
        attempt()
    except KafkaException as error:
        if error.args[0].code() != or_else:
            raise
        return False
    return True


@pytest.mark.parametrize("principal", principals())
def test_a_principal_may_do_what_the_access_list_says_and_nothing_else(servers: str, principal: str) -> None:
    user = as_principal(servers, principal)

    seen = {
        *(("Write", "Topic", topic) for topic in written(user)),
        *(("Read", "Topic", topic) for topic in read(user)),
        *(("Read", "Group", group) for group in committed(user)),
        *(("Write", "TransactionalId", name) for name in transacted(user)),
    }

    assert seen == RIGHTS[principal]


@pytest.mark.parametrize("principal", principals())
def test_the_broker_names_no_other_right_of_a_principal(servers: str, principal: str) -> None:
    client = AdminClient(as_principal(servers, principal))
    rights: dict[str, set[str]] = {}
    for operation, kind, name in RIGHTS[principal]:
        if kind == "Topic":
            rights.setdefault(name, {"DESCRIBE"}).add(operation.upper())

    named: dict[str, set[str]] = {}
    described = client.describe_topics(TopicCollection(NAMES), include_authorized_operations=True)
    for topic, answer in described.items():
        if error := answer.exception(SECONDS):
            assert isinstance(error, KafkaException)
            assert error.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
        else:
            named[topic] = {operation.name for operation in answer.result().authorized_operations}

    assert named == rights
    assert not client.describe_cluster(include_authorized_operations=True).result(SECONDS).authorized_operations


def test_a_partner_reads_decisions_in_its_own_group_and_writes_about_jobs_only(
    servers: str, admin: AdminClient
) -> None:
    partner = as_principal(servers, PARTNER)
    group = DECISION_MADE.group_of(PARTNER)
    before = ends(servers)

    assert consumed(partner, DECISION_MADE.name, group=group) == b"a record"
    with pytest.raises(PermissionError, match="Group authorization failed"):
        consumed(partner, DECISION_MADE.name, group=DECISION_MADE.group_of("notify-svc"))
    assert written(partner) == WRITTEN_BY_PARTNERS

    after = ends(servers)
    assert {name for name in NAMES if after[name] != before[name]} == WRITTEN_BY_PARTNERS
    positions = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result()
    assert [(place.topic, place.offset) for place in positions.topic_partitions] == [(DECISION_MADE.name, 1)]


@pytest.mark.parametrize("topic", [name for name in NAMES if name not in READ_BY_PARTNERS])
def test_a_partner_is_refused_every_topic_but_its_own(servers: str, topic: str) -> None:
    with pytest.raises(PermissionError, match="Topic authorization failed"):
        consumed(as_principal(servers, PARTNER), topic, group=DECISION_MADE.group_of(PARTNER))


@pytest.mark.parametrize("topic", [name for name in NAMES if name not in WRITTEN_BY_PARTNERS])
def test_a_partner_is_refused_every_other_write(servers: str, topic: str) -> None:
    outcomes: list[KafkaError | None] = []
    producer = Producer({**as_principal(servers, PARTNER), "message.timeout.ms": SECONDS * 1000})

    producer.produce(topic, b"a record", b"a key", on_delivery=lambda error, _: outcomes.append(error))
    assert producer.flush(SECONDS) == 0

    assert [error and error.code() for error in outcomes] == [KafkaError.TOPIC_AUTHORIZATION_FAILED]


def test_a_witness_reads_roots_and_nothing_else(servers: str) -> None:
    witness = as_principal(servers, WITNESS)

    assert consumed(witness, PROOF_ROOT.name, group=PROOF_ROOT.group_of(WITNESS)) == b"a record"
    assert RIGHTS[WITNESS] == {
        ("Read", "Topic", PROOF_ROOT.name),
        ("Read", "Group", PROOF_ROOT.group_of(WITNESS)),
    }


def consumed(user: dict[str, Any], topic: str, *, group: str) -> bytes | None:
    """Read and commit one record as a member of `group`."""
    consumer = Consumer({**user, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False})
    try:
        consumer.subscribe([topic])
        message = consumer.poll(SECONDS)
        assert message is not None
        if (error := message.error()) is not None:
            raise PermissionError(error.str())
        consumer.commit(message=message, asynchronous=False)
        return message.value()
    finally:
        consumer.close()


def ends(servers: str) -> dict[str, int]:
    """The end of the first partition of every topic."""
    consumer = Consumer({**login(servers, ADMIN, ADMIN_PASSWORD), "group.id": "none"})
    try:
        return {topic: consumer.get_watermark_offsets(TopicPartition(topic, 0), SECONDS)[1] for topic in NAMES}
    finally:
        consumer.close()


@pytest.mark.usefixtures("servers")
def test_a_second_run_changes_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError

    for change in (
        "create_topics",
        "create_partitions",
        "incremental_alter_configs",
        "create_acls",
        "delete_acls",
        "alter_user_scram_credentials",
    ):
        monkeypatch.setattr(AdminClient, change, refuse)

    main(DECLARED)

    rights = sum(map(len, RIGHTS.values()))
    assert capsys.readouterr().out.splitlines()[1:] == [
        f"nothing to change: {len(TOPICS)} topics, {rights} ACLs and {len(PASSWORDS)} logins are as contracts declare"
    ]


@pytest.mark.usefixtures("as_before")
async def test_another_password_in_the_environment_takes_the_place_of_the_one_before(
    servers: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable_of(PARTNER), "another-one-of-a-test")

    main(["--dry-run"])
    assert await lets_in(servers, PARTNER, PASSWORDS[PARTNER])
    main([])

    assert not await lets_in(servers, PARTNER, PASSWORDS[PARTNER])
    assert await lets_in(servers, PARTNER, "another-one-of-a-test")
    set_in_dry_run, set_at_last = (
        line for line in capsys.readouterr().out.splitlines() if line.startswith("set the password of")
    )
    assert set_in_dry_run.startswith(f"set the password of {PARTNER}: ")
    assert set_at_last.startswith(f"set the password of {PARTNER}: ")


@pytest.mark.usefixtures("as_before")
async def test_what_contracts_do_not_know_is_reported_and_removed_when_asked(
    servers: str, admin: AdminClient, capsys: pytest.CaptureFixture[str]
) -> None:
    let_in(admin, PARTNER, ScramMechanism.SCRAM_SHA_256)
    let_in(admin, STRANGER, ScramMechanism.SCRAM_SHA_256)
    let_in(admin, STRANGER, ScramMechanism.SCRAM_SHA_512)
    granted = [
        acl(f"User:{PARTNER}", AclOperation.ALTER, ResourceType.BROKER, "kafka-cluster"),
        acl(f"User:{PARTNER}", AclOperation.DESCRIBE_CONFIGS, ResourceType.TOPIC, "orders"),
        acl(f"User:{STRANGER}", AclOperation.READ, ResourceType.TOPIC, DECISION_MADE.name),
    ]
    grant(admin, granted)

    main([])

    printed = capsys.readouterr().out.splitlines()
    assert printed[1:-2] == [
        f"not granted by contracts, left alone: User:{STRANGER} may read topic claims.decision-made.v1",
        f"not granted by contracts, left alone: User:{PARTNER} may alter broker kafka-cluster",
        f"not granted by contracts, left alone: User:{PARTNER} may describe configs topic orders",
        f"not known to contracts, left alone: {STRANGER} can log in by SCRAM-SHA-256",
        f"not known to contracts, left alone: {STRANGER} can log in by SCRAM-SHA-512",
        f"not known to contracts, left alone: {PARTNER} can log in by SCRAM-SHA-256",
    ]
    assert printed[-2].startswith(f"may act on the cluster itself, which contracts grant nobody: {PARTNER};")
    assert printed[-1].startswith("nothing to change: ")
    assert set(granted) <= set(admin.describe_acls(EVERY_ACL).result())

    main(["--remove-undeclared"])

    rights = sum(map(len, RIGHTS.values()))
    assert wait_until(lambda: len(admin.describe_acls(EVERY_ACL).result()) == rights, deadline_seconds=20)
    await wait_until_locked_out(servers, PARTNER, "of-a-test-of-access", mechanism="SCRAM-SHA-256")
    assert await lets_in(servers, STRANGER, "of-a-test-of-access"), "he may be another tenant"
    assert "0 ACLs granted, 3 revoked, 0 passwords set, 1 logins removed\n" in capsys.readouterr().out

    main(["--remove-login", STRANGER])

    assert f"remove: {STRANGER} can log in by SCRAM-SHA-512\n" in capsys.readouterr().out
    for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
        await wait_until_locked_out(servers, STRANGER, "of-a-test-of-access", mechanism=mechanism)
    assert await lets_in(servers, PARTNER, PASSWORDS[PARTNER])


def let_in(admin: AdminClient, user: str, mechanism: ScramMechanism) -> None:
    added: list[UserScramCredentialAlteration] = [
        UserScramCredentialUpsertion(user, ScramCredentialInfo(mechanism, 4_096), b"of-a-test-of-access")
    ]
    admin.alter_user_scram_credentials(added)[user].result()


def acl(principal: str, operation: AclOperation, resource_type: ResourceType, name: str) -> AclBinding:
    return AclBinding(
        resource_type, name, ResourcePatternType.LITERAL, principal, "*", operation, AclPermissionType.ALLOW
    )


@pytest.mark.usefixtures("as_before")
def test_a_password_hashed_too_few_times_is_set_again(admin: AdminClient) -> None:
    few = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096)
    changed: list[UserScramCredentialAlteration] = [
        UserScramCredentialUpsertion(PARTNER, few, PASSWORDS[PARTNER].encode())
    ]
    admin.alter_user_scram_credentials(changed)[PARTNER].result()

    main([])

    described: Any = admin.describe_user_scram_credentials([PARTNER])[PARTNER].result()  # type: ignore[index]
    assert [info.iterations for info in described.scram_credential_infos] == [ITERATIONS]


@pytest.mark.usefixtures("as_before", "servers")
def test_no_password_is_ever_shown(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    others = {principal: secrets.token_urlsafe(24) for principal in PASSWORDS}
    for principal, password in others.items():
        monkeypatch.setenv(variable_of(principal), password)

    main(["--dry-run"])
    main([])
    monkeypatch.setattr(cluster, "REQUEST_SECONDS", 1)
    monkeypatch.setenv("LOGIN_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    with pytest.raises(SystemExit, match="1"):
        main([])

    printed = capfd.readouterr()
    assert printed.out.count("set the password of") == 2 * len(others)
    assert f"provision: Kafka at 127.0.0.1:1 does not answer the login of {principals()[0]}" in printed.err
    shown = printed.out + printed.err
    assert [password for password in {*PASSWORDS.values(), *others.values(), ADMIN_PASSWORD} if password in shown] == []
