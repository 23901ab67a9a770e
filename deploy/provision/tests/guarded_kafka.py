"""A broker of its own that asks who comes in and denies what no ACL allows; passwords of all but one are kept by it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka.conn import create_conn
from aiokafka.errors import SaslAuthenticationFailed
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from devstack.kafka.jvm import JvmKafka
from devstack.process.supervisor import Supervisor
from devstack.stack import StackKind, resolve_kind
from devstack.waiting import wait_until

ADMIN = "admin"
ADMIN_PASSWORD = "of-the-administrator"
GUARDED = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
    "super.users": f"User:ANONYMOUS;User:{ADMIN}",  # the controller does not log in
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_PLAINTEXT",
    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "listener.name.plaintext.plain.sasl.jaas.config": (
        "org.apache.kafka.common.security.plain.PlainLoginModule required "
        f'username="{ADMIN}" password="{ADMIN_PASSWORD}" user_{ADMIN}="{ADMIN_PASSWORD}";'
    ),
    **{
        f"listener.name.plaintext.{mechanism}.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        )
        for mechanism in ("scram-sha-256", "scram-sha-512")
    },
}
ANY: Any = None  # the library's types leave out that a filter may hold None
EVERY_ACL = AclBindingFilter(
    ResourceType.ANY, ANY, ResourcePatternType.ANY, ANY, ANY, AclOperation.ANY, AclPermissionType.ANY
)


@contextmanager
def kafka_with(settings: Mapping[str, str], *, directory: Path) -> Iterator[str]:
    """Run a broker and yield its address."""
    if resolve_kind(StackKind.AUTO) is not StackKind.JVM:
        pytest.skip("a broker with settings of its own needs STACK=jvm")
    with Supervisor(state_dir=directory) as supervisor:
        kafka = JvmKafka(supervisor=supervisor, settings=settings)
        kafka.start()
        yield kafka.bootstrap_servers


def administer(environment: pytest.MonkeyPatch, servers: str) -> None:
    """Let `provision` log in as the administrator."""
    for name, value in {
        "BOOTSTRAP_SERVERS": servers,
        "SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "SASL_MECHANISM": "PLAIN",
        "SASL_USERNAME": ADMIN,
        "SASL_PASSWORD": ADMIN_PASSWORD,
    }.items():
        environment.setenv(f"KAFKA_{name}", value)


def login(servers: str, user: str, password: str, *, mechanism: str = "SCRAM-SHA-512") -> dict[str, Any]:
    """Return what a client of librdkafka logs in with."""
    return {
        "bootstrap.servers": servers,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN" if user == ADMIN else mechanism,
        "sasl.username": user,
        "sasl.password": password,
        "log_level": 2,
    }


async def lets_in(address: str, user: str, password: str, *, mechanism: str = "SCRAM-SHA-512") -> bool:
    """Log in with the client that services use."""
    host, _, port = address.rpartition(":")
    try:
        connection = await create_conn(
            host,
            int(port),
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism=mechanism,
            sasl_plain_username=user,
            sasl_plain_password=password,
        )
    except SaslAuthenticationFailed:
        return False
    connection.close()
    return True


async def wait_until_locked_out(address: str, user: str, password: str, *, mechanism: str) -> None:
    """Wait for the broker to forget a password: it shows that it will a moment before it does."""
    async with asyncio.timeout(20):
        while await lets_in(address, user, password, mechanism=mechanism):
            await asyncio.sleep(0.05)


def grant(admin: AdminClient, bindings: Sequence[AclBinding]) -> None:
    """Add access rules; the broker goes by them when this returns. It answers a little before it does."""
    for creation in admin.create_acls(list(bindings)).values():
        creation.result()
    assert wait_until(lambda: set(bindings) <= set(admin.describe_acls(EVERY_ACL).result()), deadline_seconds=20)


def revoke_all(admin: AdminClient) -> None:
    """Remove every access rule; the broker knows of none when this returns."""
    admin.delete_acls([EVERY_ACL])[EVERY_ACL].result()
    assert wait_until(lambda: not admin.describe_acls(EVERY_ACL).result(), deadline_seconds=20)
