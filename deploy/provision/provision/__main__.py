"""Bring the topics, access rules and logins of a Kafka cluster to what contracts declare.

Run again, it changes nothing. Passwords come from the environment: CLAIMS_KAFKA_PASSWORD is that of claims-svc.
"""

from __future__ import annotations

import argparse
import sys
import time
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from contracts.acls import acl_rows, principals
from contracts.topics import TOPICS
from provision.cluster import ClusterAdmin
from provision.errors import ProvisionError
from provision.logins import MECHANISM, Login, PasswordChange, WantedLogins
from provision.plan import Cluster, ConfigChange, PartitionGrowth, Permission, Plan, TopicCreation, plan_changes
from provision.settings import load_passwords, load_settings, variable_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pydantic import SecretStr

Change = TypeVar("Change", TopicCreation, PartitionGrowth, ConfigChange, Permission, PasswordChange, Login)

FAILED = 1
SHOWN_SECONDS = 30
PAUSE_SECONDS = 0.1


class AclMode(StrEnum):
    """What to do about access rules."""

    IF_POSSIBLE = "if-possible"
    REQUIRED = "required"
    NONE = "none"


class LoginMode(StrEnum):
    """What to do about passwords."""

    GIVEN = "given"
    REQUIRED = "required"
    NONE = "none"


def main(argv: Sequence[str] | None = None) -> None:
    """Exit 0 when the cluster is as declared, or with `--dry-run` could be made so; else 1 and a sentence."""
    parser = argparse.ArgumentParser(prog="provision", description=__doc__)
    parser.add_argument("--dry-run", action="store_true", help="print what would change and change nothing")
    parser.add_argument(
        "--add-partitions",
        action="store_true",
        help="grow topics with too few partitions; keys then move, and the order of a key is lost across the move",
    )
    parser.add_argument(
        "--acls",
        type=AclMode,
        choices=list(AclMode),
        default=AclMode.IF_POSSIBLE,
        help="if-possible skips ACLs on a cluster without authorizer, required fails there (default: %(default)s)",
    )
    parser.add_argument(
        "--logins",
        type=LoginMode,
        choices=list(LoginMode),
        default=LoginMode.GIVEN,
        help="given sets the passwords that the environment has, required fails when one is missing (default: "
        "%(default)s)",
    )
    parser.add_argument(
        "--remove-undeclared",
        action="store_true",
        help="remove what contracts do not grant on their topics and groups and to their principals; without it that "
        "is printed and stays",
    )
    parser.add_argument(
        "--remove-login",
        action="append",
        default=[],
        metavar="USER",
        help="remove the login of a user whom contracts do not know; may be given several times",
    )
    arguments = parser.parse_args(argv)
    if arguments.remove_login and arguments.logins is LoginMode.NONE:
        parser.error("--logins none leaves logins alone, --remove-login does not")
    try:
        _provision(arguments)
    except ProvisionError as error:
        sys.stderr.write(f"provision: {error}\n")
        sys.exit(FAILED)


def _provision(arguments: argparse.Namespace) -> None:
    settings = load_settings()
    permissions = [] if arguments.acls is AclMode.NONE else [Permission(*row) for row in acl_rows()]
    passwords = _passwords(arguments.logins)
    logins = WantedLogins(
        principals=frozenset(principals()),
        given=frozenset(passwords or ()),
        own=settings.own_login,
        removed=frozenset(arguments.remove_login),
    )
    admin = ClusterAdmin(settings)

    def compare() -> tuple[Cluster, Plan]:
        found = admin.describe(
            [topic.name for topic in TOPICS],
            with_permissions=arguments.acls is not AclMode.NONE,
            passwords=passwords,
        )
        return found, plan_changes(
            found,
            topics=TOPICS,
            permissions=permissions,
            logins=logins,
            may_add_partitions=arguments.add_partitions,
            may_remove=arguments.remove_undeclared,
            own_principal=settings.own_principal,
        )

    cluster, plan = compare()
    if cluster.permissions is None and arguments.acls is AclMode.REQUIRED:
        raise ProvisionError("the cluster has no authorizer, so ACLs cannot be applied: set authorizer.class.name")
    if plan.refusals:
        raise ProvisionError("nothing was changed: " + "\n           ".join(plan.refusals))
    if cluster.permissions is None and arguments.acls is AclMode.IF_POSSIBLE:
        print("ACLs are not applied: the cluster has no authorizer, everybody may read and write everything")
    _print_what_stays(plan)
    _apply(plan, admin=admin, passwords=passwords or {}, dry_run=arguments.dry_run)
    mighty = (plan if arguments.dry_run else _shown(lambda: compare()[1])).logins.mighty
    if mighty and cluster.permissions is not None:
        print(
            f"may act on the cluster itself, which contracts grant nobody: {', '.join(mighty)}; look at super.users, "
            "allow.everyone.if.no.acl.found and the cluster's ACLs"
        )
    declared = [f"{len(TOPICS)} topics"]
    if cluster.permissions is not None:
        declared.append(f"{len(permissions)} ACLs")
    if passwords:
        declared.append(f"{len(passwords)} logins")
    print(_summary(plan, declared=declared, dry_run=arguments.dry_run))


def _passwords(mode: LoginMode) -> Mapping[str, SecretStr] | None:
    """Return the passwords in the environment by principal; None when logins are to be left alone."""
    if mode is LoginMode.NONE:
        return None
    users = principals()
    given = load_passwords(users)
    if mode is LoginMode.REQUIRED and (missing := [variable_of(user) for user in users if user not in given]):
        raise ProvisionError(f"passwords are missing, change the environment: {', '.join(missing)}")
    return given


def _print_what_stays(plan: Plan) -> None:
    if plan.weakened:
        print(
            f"min.insync.replicas is lower than declared on {len(plan.weakened)} topics, which have too few replicas: "
            f"an acknowledged record may be lost with one broker ({', '.join(plan.weakened)})"
        )
    for permission in plan.undeclared:
        print(f"not granted by contracts, left alone: {permission.sentence}")
    for login in plan.logins.undeclared:
        print(f"not known to contracts, left alone: {login.sentence}")
    if plan.logins.missing:
        print(f"cannot log in by {MECHANISM}, no password is given: {', '.join(plan.logins.missing)}")


def _shown(compare: Callable[[], Plan]) -> Plan:
    """Wait for the brokers: they learn all of it from the controller a moment after it has accepted it."""
    deadline = time.monotonic() + SHOWN_SECONDS
    while not (plan := compare()).changes_nothing:
        if time.monotonic() > deadline:
            refused = "; ".join(change.sentence for change in plan.logins.passwords)
            raise ProvisionError(
                f"the brokers do not show what was changed after {SHOWN_SECONDS} s; {refused or 'look at their logs'}"
            )
        time.sleep(PAUSE_SECONDS)
    return plan


def _apply(plan: Plan, *, admin: ClusterAdmin, passwords: Mapping[str, SecretStr], dry_run: bool) -> None:
    """Change the cluster: rights before the password that opens them, and what is given before what is taken."""

    def step(changes: Sequence[Change], apply: Callable[[Sequence[Change]], None], *, verb: str = "") -> None:
        if changes and not dry_run:
            apply(changes)
        for change in changes:
            print(f"{verb}{change.sentence}")

    def set_passwords(changes: Sequence[PasswordChange]) -> None:
        admin.set_passwords({change.user: passwords[change.user] for change in changes})

    step(plan.creations, admin.create_topics)
    step(plan.growths, admin.add_partitions)
    step(plan.config_changes, admin.change_configs)
    step(plan.grants, admin.grant, verb="grant: ")
    step(plan.logins.passwords, set_passwords)
    step(plan.revocations, admin.revoke, verb="revoke: ")
    step(plan.logins.removals, admin.remove_logins, verb="remove: ")


def _summary(plan: Plan, *, declared: Sequence[str], dry_run: bool) -> str:
    things = " and ".join([", ".join(declared[:-1]), declared[-1]] if declared[1:] else declared)
    if plan.changes_nothing:
        return f"nothing to change: {things} are as contracts declare"
    altered = {growth.name for growth in plan.growths} | {change.name for change in plan.config_changes}
    counts = (
        f"{len(plan.creations)} topics created, {len(altered)} altered, {len(plan.grants)} ACLs granted, "
        f"{len(plan.revocations)} revoked, {len(plan.logins.passwords)} passwords set, "
        f"{len(plan.logins.removals)} logins removed"
    )
    return f"dry run: {counts} without it" if dry_run else f"{things} are now as contracts declare: {counts}"


if __name__ == "__main__":
    main()
