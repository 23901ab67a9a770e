"""Reads a Kafka cluster and changes it, through librdkafka's admin client."""

from __future__ import annotations

import time
from concurrent.futures import Future
from enum import Enum
from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from provision.errors import ProvisionError
from provision.logins import ITERATIONS, MECHANISM, Attempt, FoundLogins, Login
from provision.plan import Cluster, ConfigChange, FoundTopic, PartitionGrowth, Permission, TopicCreation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import SecretStr

    from provision.settings import Settings

REQUEST_SECONDS = 30
_RETRY_SECONDS = 0.1
_POLL_SECONDS = 0.02
_ANY: Any = None  # the library's types leave out that a filter may hold None
_EVERY_ACL = AclBindingFilter(
    ResourceType.ANY, _ANY, ResourcePatternType.ANY, _ANY, _ANY, AclOperation.ANY, AclPermissionType.ANY
)


class ClusterAdmin:
    """One login on one cluster. Every method raises `ProvisionError` when the cluster refuses or does not answer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._servers = settings.kafka_bootstrap_servers
        try:
            self._client = AdminClient(settings.client_config())
        except KafkaException as error:
            raise ProvisionError(f"the Kafka settings do not fit together: {_reason(error)}") from error

    def describe(
        self, names: Sequence[str], *, with_permissions: bool, passwords: Mapping[str, SecretStr] | None
    ) -> Cluster:
        """Return what the cluster has of the topics `names`, and every ACL, once it answers.

        With `passwords`, of users, also every login, and what comes of using these passwords.
        """
        metadata = self._metadata(self._settings.start_timeout_seconds)
        present = [name for name in names if name in metadata.topics and metadata.topics[name].partitions]
        configs = self._configs(present)
        topics = {
            name: FoundTopic(
                partitions=len(metadata.topics[name].partitions),
                replicas=len(metadata.topics[name].partitions[0].replicas),
                config=configs[name],
            )
            for name in present
        }
        asks = with_permissions and self._has_authorizer(next(iter(metadata.brokers)))
        permissions = self._permissions() if asks else None
        logins = None if passwords is None else self._logins(passwords)
        return Cluster(brokers=len(metadata.brokers), topics=topics, permissions=permissions, logins=logins)

    def create_topics(self, creations: Sequence[TopicCreation]) -> None:
        """Create topics and return when each of their partitions has a leader."""
        topics = [
            NewTopic(creation.name, creation.partitions, creation.replicas, config=dict(creation.config))
            for creation in creations
        ]
        _finish("create topic", self._client.create_topics(topics, request_timeout=REQUEST_SECONDS))
        self._wait_for_leaders({creation.name: creation.partitions for creation in creations})

    def add_partitions(self, growths: Sequence[PartitionGrowth]) -> None:
        """Grow topics and return when each of their partitions has a leader."""
        partitions = [NewPartitions(growth.name, growth.after) for growth in growths]
        _finish("add partitions to topic", self._client.create_partitions(partitions, request_timeout=REQUEST_SECONDS))
        self._wait_for_leaders({growth.name: growth.after for growth in growths})

    def change_configs(self, changes: Sequence[ConfigChange]) -> None:
        """Set topic settings and leave the others as they are."""
        resources = [
            ConfigResource(
                ResourceType.TOPIC,
                change.name,
                incremental_configs=[
                    ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
                    for name, value in change.after.items()
                ],
            )
            for change in changes
        ]
        _finish("alter topic", self._client.incremental_alter_configs(resources, request_timeout=REQUEST_SECONDS))

    def grant(self, permissions: Sequence[Permission]) -> None:
        """Create ACLs."""
        bindings = [AclBinding(*_parts(permission)) for permission in permissions]
        _finish("create ACL", self._client.create_acls(bindings, request_timeout=REQUEST_SECONDS))

    def revoke(self, permissions: Sequence[Permission]) -> None:
        """Delete ACLs, each by all that it says, so that no other goes with it."""
        filters = [AclBindingFilter(*_parts(permission)) for permission in permissions]
        _finish("delete ACL", self._client.delete_acls(filters, request_timeout=REQUEST_SECONDS))

    def set_passwords(self, passwords: Mapping[str, SecretStr]) -> None:
        """Let each of these users log in with this password and with no other; it is hashed before it is sent."""
        kept = ScramCredentialInfo(_mechanism(MECHANISM), ITERATIONS)
        self._alter_logins(
            "set the password of",
            [
                UserScramCredentialUpsertion(user, kept, password.get_secret_value().encode())
                for user, password in passwords.items()
            ],
        )

    def remove_logins(self, logins: Sequence[Login]) -> None:
        """Forget passwords. Who is connected stays so until he reconnects."""
        for mechanism in sorted({login.mechanism for login in logins}):  # Kafka alters a user once in a request
            self._alter_logins(
                "remove the login of",
                [
                    UserScramCredentialDeletion(login.user, _mechanism(mechanism))
                    for login in logins
                    if login.mechanism == mechanism
                ],
            )

    def _alter_logins(self, what: str, alterations: list[UserScramCredentialAlteration]) -> None:
        _finish(what, self._client.alter_user_scram_credentials(alterations, request_timeout=REQUEST_SECONDS))

    def _metadata(self, timeout_seconds: float) -> Any:  # noqa: ANN401 - the library gives its class no public name
        try:
            return self._client.list_topics(timeout=timeout_seconds)
        except KafkaException as error:
            raise ProvisionError(
                f"Kafka at {self._servers} does not answer after {timeout_seconds:g} s ({_reason(error)}); "
                "start it or correct KAFKA_BOOTSTRAP_SERVERS"
            ) from error

    def _configs(self, names: Sequence[str]) -> dict[str, Mapping[str, str]]:
        if not names:
            return {}
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
        described = _finish("describe topic", self._client.describe_configs(resources, request_timeout=REQUEST_SECONDS))
        return {
            resource.name: {
                entry.name: entry.value
                for entry in entries.values()
                if entry.source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value
            }
            for resource, entries in described.items()
        }

    def _has_authorizer(self, broker: int) -> bool:
        """Ask for the broker's setting: librdkafka reports no ACLs, and no error, where there is no authorizer."""
        resource = ConfigResource(ResourceType.BROKER, str(broker))
        described = _finish(
            "describe broker", self._client.describe_configs([resource], request_timeout=REQUEST_SECONDS)
        )
        authorizer = described[resource].get("authorizer.class.name")
        return authorizer is None or authorizer.value != ""

    def _permissions(self) -> frozenset[Permission]:
        described: Future[list[AclBinding]] = self._client.describe_acls(_EVERY_ACL, request_timeout=REQUEST_SECONDS)
        try:
            return frozenset(map(_permission, described.result()))
        except KafkaException as error:
            raise ProvisionError(f"cannot read the ACLs: {_reason(error)}") from error

    def _logins(self, passwords: Mapping[str, SecretStr]) -> FoundLogins:
        described: Any = self._client.describe_user_scram_credentials(request_timeout=REQUEST_SECONDS)
        try:
            users = described.result().values()
        except KafkaException as error:
            reason = _reason(error)
            raise ProvisionError(f"cannot read who may log in: {reason}; --logins none leaves it alone") from error
        logins = frozenset(
            Login(user.user, info.mechanism.name.replace("_", "-"), info.iterations)
            for user in users
            for info in user.scram_credential_infos
        )
        attempts = {user: self._attempt(user, passwords[user]) for user in passwords if Login(user) in logins}
        return FoundLogins(logins=logins, attempts=attempts)

    def _attempt(self, user: str, password: SecretStr) -> Attempt:
        """Log in as `user`."""
        refusals: list[str] = []

        def note(error: KafkaError) -> None:
            if error.code() == KafkaError._AUTHENTICATION:  # noqa: SLF001 - so the library names its own errors
                refusals.append(error.str())

        settings: dict[str, Any] = {**self._settings.login_config(user, password), "error_cb": note}
        client = AdminClient(settings)
        answer = client.describe_cluster(include_authorized_operations=True, request_timeout=REQUEST_SECONDS)
        while not (answer.done() or refusals):  # the library tries a refused login again until the time is up
            client.poll(_POLL_SECONDS)
        if refusals:
            return Attempt(refusal=refusals[0])
        try:
            operations = answer.result().authorized_operations or ()
        except KafkaException as error:
            raise ProvisionError(
                f"Kafka at {self._settings.login_servers} does not answer the login of {user} ({_reason(error)}); "
                "correct LOGIN_BOOTSTRAP_SERVERS or LOGIN_SECURITY_PROTOCOL"
            ) from error
        return Attempt(operations=frozenset(_word(AclOperation(operation)) for operation in operations))

    def _wait_for_leaders(self, partitions: Mapping[str, int]) -> None:
        deadline = time.monotonic() + REQUEST_SECONDS
        while waiting := [name for name, count in partitions.items() if not self._is_led(name, count)]:
            if time.monotonic() > deadline:
                raise ProvisionError(f"no leader after {REQUEST_SECONDS} s: {', '.join(waiting)}; look at the brokers")
            time.sleep(_RETRY_SECONDS)

    def _is_led(self, name: str, count: int) -> bool:
        topic = self._metadata(REQUEST_SECONDS).topics.get(name)
        led = [] if topic is None else [partition for partition in topic.partitions.values() if partition.leader >= 0]
        return len(led) == count


def _finish(what: str, futures: Mapping[Any, Future[Any]]) -> dict[Any, Any]:
    """Wait for every answer; raise for the first that is a refusal, naming what it was about."""
    results = {}
    for subject, future in futures.items():
        try:
            results[subject] = future.result()
        except KafkaException as error:
            name = subject if isinstance(subject, str) else subject.name
            raise ProvisionError(f"cannot {what} {name}: {_reason(error)}") from error
    return results


def _reason(error: KafkaException) -> str:
    return str(error.args[0].str())


def _parts(
    permission: Permission,
) -> tuple[ResourceType, str, ResourcePatternType, str, str, AclOperation, AclPermissionType]:
    return (
        _RESOURCE_TYPES[permission.resource_type],
        permission.resource_name,
        ResourcePatternType[permission.pattern_type.upper()],
        permission.principal,
        permission.host,
        _OPERATIONS[permission.operation],
        AclPermissionType[permission.effect.upper()],
    )


def _permission(binding: AclBinding) -> Permission:
    return Permission(
        principal=binding.principal,
        operation=_word(AclOperation(binding.operation)),
        resource_type=_word(ResourceType(binding.restype)),
        resource_name=binding.name,
        pattern_type=_word(ResourcePatternType(binding.resource_pattern_type)),
        host=binding.host,
        effect=_word(AclPermissionType(binding.permission_type)),
    )


def _word(member: Enum) -> str:
    """Spell a word of the library as Kafka's tools do: DESCRIBE_CONFIGS is DescribeConfigs."""
    return member.name.title().replace("_", "")


def _mechanism(name: str) -> ScramMechanism:
    return ScramMechanism[name.replace("-", "_")]


_RESOURCE_TYPES = {_word(resource_type): resource_type for resource_type in ResourceType}
_OPERATIONS = {_word(operation): operation for operation in AclOperation}
