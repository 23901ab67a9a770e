from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.claims import DECISION_MADE
from contracts.policy import POLICY_CHANGED
from provision.logins import Attempt, FoundLogins, Login, LoginPlan, WantedLogins
from provision.plan import Cluster, FoundTopic, Permission, Plan, plan_changes, topic_config

TOPICS = (DECISION_MADE, POLICY_CHANGED)
MAY_WRITE = Permission("User:claims-svc", "Write", "Topic", DECISION_MADE.name)
MAY_READ = Permission("User:notify-svc", "Read", "Topic", DECISION_MADE.name)
WANTED = (MAY_WRITE, MAY_READ)
AS_DECLARED = Cluster(
    brokers=3,
    topics={
        topic.name: FoundTopic(partitions=topic.partitions, replicas=3, config=topic_config(topic, replicas=3))
        for topic in TOPICS
    },
    permissions=frozenset(WANTED),
)
DECISIONS = AS_DECLARED.topics[DECISION_MADE.name]


LOGINS = WantedLogins(principals=frozenset({"claims-svc"}), given=frozenset({"claims-svc"}))


def plan(
    cluster: Cluster, *, may_add_partitions: bool = False, may_remove: bool = False, own_principal: str | None = None
) -> Plan:
    return plan_changes(
        cluster,
        topics=TOPICS,
        permissions=WANTED,
        logins=LOGINS,
        may_add_partitions=may_add_partitions,
        may_remove=may_remove,
        own_principal=own_principal,
    )


def with_decisions(found: FoundTopic) -> Cluster:
    return replace(AS_DECLARED, topics={**AS_DECLARED.topics, DECISION_MADE.name: found})


def test_a_cluster_as_declared_needs_nothing() -> None:
    assert plan(AS_DECLARED) == Plan(
        creations=[],
        growths=[],
        config_changes=[],
        grants=[],
        revocations=[],
        logins=LoginPlan(),
        refusals=[],
        undeclared=[],
        weakened=[],
    )
    assert plan(AS_DECLARED).changes_nothing


def test_an_empty_cluster_gets_everything() -> None:
    wanted = plan(Cluster(brokers=5, topics={}, permissions=frozenset()))

    assert [(creation.name, creation.partitions, creation.replicas) for creation in wanted.creations] == [
        ("claims.decision-made.v1", 6, 3),
        ("policy.policy-changed.v1", 6, 3),
    ]
    assert dict(wanted.creations[1].config) == {
        "cleanup.policy": "compact",
        "max.message.bytes": "1048576",
        "message.timestamp.type": "LogAppendTime",
        "min.insync.replicas": "2",
    }
    assert set(wanted.grants) == set(WANTED)


@pytest.mark.parametrize(
    ("brokers", "replicas", "in_sync", "is_weakened"),
    [(1, 1, "1", True), (2, 2, "1", True), (3, 3, "2", False), (9, 3, "2", False)],
)
def test_three_replicas_where_there_are_three_brokers(
    brokers: int, replicas: int, in_sync: str, *, is_weakened: bool
) -> None:
    wanted = plan(Cluster(brokers=brokers, topics={}, permissions=None))

    assert (wanted.creations[0].replicas, wanted.creations[0].config["min.insync.replicas"]) == (replicas, in_sync)
    assert wanted.weakened == ([topic.name for topic in TOPICS] if is_weakened else [])


@pytest.mark.parametrize(("declared", "replicas", "in_sync"), [(1, 3, "1"), (2, 3, "2"), (3, 3, "2"), (2, 1, "1")])
def test_as_many_replicas_are_in_sync_as_declared_but_never_all(declared: int, replicas: int, in_sync: str) -> None:
    topic = replace(DECISION_MADE, min_insync_replicas=declared)

    assert topic_config(topic, replicas=replicas)["min.insync.replicas"] == in_sync


def test_a_topic_that_has_fewer_replicas_than_there_are_brokers_is_weakened_as_well() -> None:
    alone = replace(DECISIONS, replicas=1, config=topic_config(DECISION_MADE, replicas=1))

    assert plan(with_decisions(alone)).weakened == [DECISION_MADE.name]


def test_a_setting_that_differs_is_set_again_and_others_are_left_alone() -> None:
    shorter = {**DECISIONS.config, "retention.ms": "1000", "segment.ms": "7"}

    (change,) = plan(with_decisions(replace(DECISIONS, config=shorter))).config_changes

    ten_years_ms = str(timedelta(days=3650) // timedelta(milliseconds=1))
    assert (change.name, change.before, change.after) == (
        DECISION_MADE.name,
        {"retention.ms": "1000"},
        {"retention.ms": ten_years_ms},
    )
    assert change.sentence == f"alter topic claims.decision-made.v1: retention.ms 1000 -> {ten_years_ms}"


def test_a_setting_left_to_the_brokers_default_is_set() -> None:
    unset = {name: value for name, value in DECISIONS.config.items() if name != "max.message.bytes"}

    (change,) = plan(with_decisions(replace(DECISIONS, config=unset))).config_changes

    assert change.sentence == "alter topic claims.decision-made.v1: max.message.bytes default -> 1048576"


def test_too_few_partitions_are_refused() -> None:
    wanted = plan(with_decisions(replace(DECISIONS, partitions=4)))

    (refusal,) = wanted.refusals
    assert refusal.startswith(
        "topic claims.decision-made.v1 has 4 partitions and contracts declare 6: --add-partitions"
    )
    assert not wanted.growths


def test_too_few_partitions_grow_when_asked() -> None:
    wanted = plan(with_decisions(replace(DECISIONS, partitions=4)), may_add_partitions=True)

    assert [growth.sentence for growth in wanted.growths] == ["alter topic claims.decision-made.v1: partitions 4 -> 6"]
    assert not wanted.refusals


@pytest.mark.parametrize("may_add_partitions", [False, True])
def test_too_many_partitions_are_refused_whatever_is_asked(*, may_add_partitions: bool) -> None:
    wanted = plan(with_decisions(replace(DECISIONS, partitions=12)), may_add_partitions=may_add_partitions)

    (refusal,) = wanted.refusals
    assert "claims.decision-made.v1 has 12 partitions and contracts declare 6: Kafka cannot remove" in refusal
    assert not wanted.growths


def test_only_missing_permissions_are_granted() -> None:
    assert plan(replace(AS_DECLARED, permissions=frozenset({MAY_READ}))).grants == [MAY_WRITE]


def test_without_an_authorizer_nothing_is_granted() -> None:
    wanted = plan(replace(AS_DECLARED, permissions=None))

    assert wanted.grants == []
    assert wanted.undeclared == []


@pytest.mark.parametrize(
    ("undeclared", "sentence"),
    [
        (
            Permission("User:bob", "Read", "Topic", DECISION_MADE.name),
            "User:bob may read topic claims.decision-made.v1",
        ),
        (Permission("User:bob", "All", "Topic", "claims.", "Prefixed"), "User:bob may all topic prefixed claims."),
        (Permission("User:*", "Read", "Topic", "*"), "User:* may read topic *"),
        (Permission("User:notify-svc", "Read", "Topic", "orders"), "User:notify-svc may read topic orders"),
        (
            Permission("User:former-partner", "Read", "Group", f"former-partner.{DECISION_MADE.name}"),
            "User:former-partner may read group former-partner.claims.decision-made.v1",
        ),
        (
            MAY_WRITE._replace(effect="Deny", host="10.0.0.1"),
            "User:claims-svc may not write topic claims.decision-made.v1 from 10.0.0.1",
        ),
    ],
)
def test_what_contracts_do_not_grant_us_or_on_our_topics_is_reported(undeclared: Permission, sentence: str) -> None:
    wanted = plan(replace(AS_DECLARED, permissions=frozenset({*WANTED, undeclared})))

    assert [found.sentence for found in wanted.undeclared] == [sentence]
    assert wanted.revocations == []
    assert wanted.changes_nothing


@pytest.mark.parametrize(
    "elsewhere",
    [
        Permission("User:bob", "Read", "Topic", "orders"),
        Permission("User:bob", "Read", "Topic", "claims.decision-made", "Literal"),
        Permission("User:bob", "Read", "Topic", "orders.", "Prefixed"),
        Permission("User:bob", "Read", "Group", DECISION_MADE.name),
    ],
)
def test_what_others_do_on_other_topics_is_no_business_of_ours(elsewhere: Permission) -> None:
    assert plan(replace(AS_DECLARED, permissions=frozenset({*WANTED, elsewhere}))).undeclared == []


def test_what_contracts_do_not_grant_is_revoked_when_asked() -> None:
    stranger = Permission("User:bob", "Read", "Topic", "claims.", "Prefixed")
    elsewhere = Permission("User:bob", "Read", "Topic", "orders")

    wanted = plan(replace(AS_DECLARED, permissions=frozenset({*WANTED, stranger, elsewhere})), may_remove=True)

    assert wanted.revocations == [stranger]
    assert wanted.undeclared == []
    assert not wanted.changes_nothing


def test_nobody_revokes_his_own_rights() -> None:
    own = Permission("User:admin", "All", "Topic", "*")

    wanted = plan(
        replace(AS_DECLARED, permissions=frozenset({*WANTED, own})), may_remove=True, own_principal="User:admin"
    )

    assert wanted.revocations == []
    assert wanted.undeclared == [own]


def test_a_missing_login_is_a_change_and_a_login_that_cannot_be_removed_refuses_all() -> None:
    missing = replace(AS_DECLARED, logins=FoundLogins(logins=frozenset(), attempts={}))
    found = FoundLogins(logins=frozenset({Login("claims-svc")}), attempts={"claims-svc": Attempt()})

    wanted = plan_changes(
        replace(AS_DECLARED, logins=found),
        topics=TOPICS,
        permissions=WANTED,
        logins=replace(LOGINS, removed=frozenset({"claims-svc"})),
        may_add_partitions=False,
        may_remove=False,
    )

    assert not plan(missing).changes_nothing
    assert plan(replace(AS_DECLARED, logins=found)).changes_nothing
    assert wanted.refusals == ["contracts let claims-svc in: give it another password, or take it out of contracts"]
