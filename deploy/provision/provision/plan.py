"""Compares what contracts declare with what a cluster has: what must change, and what must not. No client, no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from provision.logins import FoundLogins, LoginPlan, WantedLogins, plan_logins

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from contracts.topic import Topic

MOST_REPLICAS = 3


class Permission(NamedTuple):
    """One ACL, with the words of `contracts/generated/acls.csv`."""

    principal: str
    operation: str
    resource_type: str
    resource_name: str
    pattern_type: str = "Literal"
    host: str = "*"
    effect: str = "Allow"

    def covers(self, resource_type: str, resource_name: str) -> bool:
        """Whether this ACL says anything about a resource."""
        if self.resource_type != resource_type:
            return False
        if self.pattern_type == "Prefixed":
            return resource_name.startswith(self.resource_name)
        return self.resource_name in {resource_name, "*"}

    @property
    def sentence(self) -> str:
        """Who may or may not do what."""
        may = "may" if self.effect == "Allow" else "may not"
        pattern = "" if self.pattern_type == "Literal" else f"{self.pattern_type.lower()} "
        origin = "" if self.host == "*" else f" from {self.host}"
        resource = f"{_spaced(self.resource_type)} {pattern}{self.resource_name}"
        return f"{self.principal} {may} {_spaced(self.operation)} {resource}{origin}"


@dataclass(frozen=True, kw_only=True)
class FoundTopic:
    """A topic as the cluster has it. `config` holds what is set on the topic itself, not the broker's defaults."""

    partitions: int
    replicas: int
    config: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """What a cluster has.

    `permissions` is None when it has no authorizer, so that everybody may do everything. `logins` is None when nobody
    has asked for them.
    """

    brokers: int
    topics: Mapping[str, FoundTopic]
    permissions: frozenset[Permission] | None
    logins: FoundLogins | None = None


@dataclass(frozen=True, kw_only=True)
class TopicCreation:
    """A topic that is missing."""

    name: str
    partitions: int
    replicas: int
    config: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """What is created."""
        settings = ", ".join(f"{name}={value}" for name, value in sorted(self.config.items()))
        return f"create topic {self.name}: partitions={self.partitions}, replicas={self.replicas}, {settings}"


@dataclass(frozen=True, kw_only=True)
class PartitionGrowth:
    """A topic that gets more partitions."""

    name: str
    before: int
    after: int

    @property
    def sentence(self) -> str:
        """What grows."""
        return f"alter topic {self.name}: partitions {self.before} -> {self.after}"


@dataclass(frozen=True, kw_only=True)
class ConfigChange:
    """Settings of a topic that differ; `before` lacks those that were the broker's default."""

    name: str
    before: Mapping[str, str]
    after: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """What is set."""
        changes = (f"{name} {self.before.get(name, 'default')} -> {value}" for name, value in self.after.items())
        return f"alter topic {self.name}: {', '.join(sorted(changes))}"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What must change. With `refusals` nothing may be changed.

    `undeclared` are ACLs on our topics and groups, or for our principals, that contracts do not grant. `weakened` are
    topics of which fewer replicas must be in sync than declared, because the cluster has too few brokers.
    """

    creations: Sequence[TopicCreation] = ()
    growths: Sequence[PartitionGrowth] = ()
    config_changes: Sequence[ConfigChange] = ()
    grants: Sequence[Permission] = ()
    revocations: Sequence[Permission] = ()
    logins: LoginPlan = field(default_factory=LoginPlan)
    refusals: Sequence[str] = ()
    undeclared: Sequence[Permission] = ()
    weakened: Sequence[str] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether the cluster is as declared."""
        return self.logins.changes_nothing and not (
            self.creations or self.growths or self.config_changes or self.grants or self.revocations
        )


def plan_changes(
    cluster: Cluster,
    *,
    topics: Sequence[Topic[Any]],
    permissions: Iterable[Permission],
    logins: WantedLogins,
    may_add_partitions: bool,
    may_remove: bool,
    own_principal: str | None = None,
) -> Plan:
    """Return what brings `cluster` to `topics`, `permissions` and `logins`.

    ACLs are left alone where there is no authorizer. What contracts do not grant is removed with `may_remove`, except
    what `own_principal` may do: who asks must not lock himself out.
    """
    wanted = set(permissions)
    granted = cluster.permissions
    undeclared = sorted(_undeclared(granted or (), wanted=wanted))
    revocations = [permission for permission in undeclared if may_remove and permission.principal != own_principal]
    login_plan = (
        LoginPlan() if cluster.logins is None else plan_logins(cluster.logins, wanted=logins, may_remove=may_remove)
    )
    replicas = min(cluster.brokers, MOST_REPLICAS)
    found = [(topic, cluster.topics[topic.name]) for topic in topics if topic.name in cluster.topics]
    differing = [(topic, there) for topic, there in found if topic.partitions != there.partitions]
    growing = [(topic, there) for topic, there in differing if topic.partitions > there.partitions]
    return Plan(
        creations=[_creation(topic, replicas=replicas) for topic in topics if topic.name not in cluster.topics],
        growths=[
            PartitionGrowth(name=topic.name, before=there.partitions, after=topic.partitions)
            for topic, there in growing
            if may_add_partitions
        ],
        config_changes=[change for topic, there in found if (change := _config_change(topic, there)).after],
        grants=[] if granted is None else sorted(wanted - granted),
        revocations=revocations,
        logins=login_plan,
        refusals=[
            *(
                _refusal(topic, there)
                for topic, there in differing
                if not (may_add_partitions and (topic, there) in growing)
            ),
            *login_plan.refusals,
        ],
        undeclared=[permission for permission in undeclared if permission not in revocations],
        weakened=[
            topic.name
            for topic in topics
            if _in_sync(topic, replicas=_replicas_of(topic, cluster)) < topic.min_insync_replicas
        ],
    )


def _spaced(word: str) -> str:
    """DescribeConfigs is spelled `describe configs`."""
    return re.sub(r"\B([A-Z])", r" \1", word).lower()


def topic_config(topic: Topic[Any], *, replicas: int) -> dict[str, str]:
    """Return the settings of `topic` on so many replicas."""
    return {**topic.config, "min.insync.replicas": str(_in_sync(topic, replicas=replicas))}


def _in_sync(topic: Topic[Any], *, replicas: int) -> int:
    """As declared, but never all of them: a topic whose every replica must be in sync stops when one broker does."""
    return min(topic.min_insync_replicas, max(replicas - 1, 1))


def _replicas_of(topic: Topic[Any], cluster: Cluster) -> int:
    found = cluster.topics.get(topic.name)
    return min(cluster.brokers, MOST_REPLICAS) if found is None else found.replicas


def _creation(topic: Topic[Any], *, replicas: int) -> TopicCreation:
    return TopicCreation(
        name=topic.name,
        partitions=topic.partitions,
        replicas=replicas,
        config=topic_config(topic, replicas=replicas),
    )


def _config_change(topic: Topic[Any], found: FoundTopic) -> ConfigChange:
    wanted = topic_config(topic, replicas=found.replicas)
    after = {name: value for name, value in wanted.items() if found.config.get(name) != value}
    before = {name: found.config[name] for name in after if name in found.config}
    return ConfigChange(name=topic.name, before=before, after=after)


def _refusal(topic: Topic[Any], found: FoundTopic) -> str:
    differ = f"topic {topic.name} has {found.partitions} partitions and contracts declare {topic.partitions}"
    if found.partitions > topic.partitions:
        return f"{differ}: Kafka cannot remove partitions, so correct contracts or replace the topic by a new one"
    return (
        f"{differ}: --add-partitions adds them, but keys then move to other partitions and a key's new records may "
        "overtake its old ones, so stop its producers and let its consumers finish first"
    )


def _undeclared(granted: Iterable[Permission], *, wanted: set[Permission]) -> set[Permission]:
    resources = {(permission.resource_type, permission.resource_name) for permission in wanted}
    principals = {permission.principal for permission in wanted}
    groups = tuple(f".{name}" for resource_type, name in resources if resource_type == "Topic")  # Topic.group_of
    return {
        permission
        for permission in granted
        if permission not in wanted
        and (
            permission.principal in principals
            or any(permission.covers(*resource) for resource in resources)
            or (permission.resource_type == "Group" and permission.resource_name.endswith(groups))
        )
    }
