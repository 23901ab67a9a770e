"""Bring the topics and access rules of a Kafka cluster to what contracts declare; run again, it changes nothing."""

from __future__ import annotations

import argparse
import sys
import time
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from contracts.acls import acl_rows
from contracts.topics import TOPICS
from provision.cluster import ClusterAdmin
from provision.errors import ProvisionError
from provision.plan import Cluster, ConfigChange, PartitionGrowth, Permission, Plan, TopicCreation, plan_changes
from provision.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Change = TypeVar("Change", TopicCreation, PartitionGrowth, ConfigChange, Permission)

FAILED = 1
SHOWN_SECONDS = 30
PAUSE_SECONDS = 0.1


class AclMode(StrEnum):
    """What to do about access rules."""

    IF_POSSIBLE = "if-possible"
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
    arguments = parser.parse_args(argv)
    try:
        _provision(dry_run=arguments.dry_run, add_partitions=arguments.add_partitions, acls=arguments.acls)
    except ProvisionError as error:
        sys.stderr.write(f"provision: {error}\n")
        sys.exit(FAILED)


def _provision(*, dry_run: bool, add_partitions: bool, acls: AclMode) -> None:
    admin = ClusterAdmin(load_settings())
    permissions = [] if acls is AclMode.NONE else [Permission(*row) for row in acl_rows()]

    def compare() -> tuple[Cluster, Plan]:
        found = admin.describe([topic.name for topic in TOPICS], with_permissions=acls is not AclMode.NONE)
        return found, plan_changes(found, topics=TOPICS, permissions=permissions, may_add_partitions=add_partitions)

    cluster, plan = compare()
    if cluster.permissions is None and acls is AclMode.REQUIRED:
        raise ProvisionError("the cluster has no authorizer, so ACLs cannot be applied: set authorizer.class.name")
    if plan.refusals:
        raise ProvisionError("nothing was changed: " + "\n           ".join(plan.refusals))
    if cluster.permissions is None and acls is AclMode.IF_POSSIBLE:
        print("ACLs are not applied: the cluster has no authorizer, everybody may read and write everything")
    if plan.weakened:
        print(
            f"min.insync.replicas is lower than declared on {len(plan.weakened)} topics, which have too few replicas: "
            f"an acknowledged record may be lost with one broker ({', '.join(plan.weakened)})"
        )
    for permission in plan.undeclared:
        print(f"not granted by contracts, left alone: {permission.sentence}")
    _apply(plan, admin=admin, dry_run=dry_run)
    if not dry_run:
        _wait_until_shown(lambda: compare()[1].changes_nothing)
    print(_summary(plan, cluster=cluster, permissions=permissions, dry_run=dry_run))


def _wait_until_shown(is_shown: Callable[[], bool]) -> None:
    """Wait for the brokers: they learn settings and ACLs from the controller a moment after it has accepted them."""
    deadline = time.monotonic() + SHOWN_SECONDS
    while not is_shown():
        if time.monotonic() > deadline:
            raise ProvisionError(
                f"the brokers do not show what was changed after {SHOWN_SECONDS} s; look at their logs"
            )
        time.sleep(PAUSE_SECONDS)


def _apply(plan: Plan, *, admin: ClusterAdmin, dry_run: bool) -> None:
    def step(changes: Sequence[Change], apply: Callable[[Sequence[Change]], None], *, verb: str = "") -> None:
        if changes and not dry_run:
            apply(changes)
        for change in changes:
            print(f"{verb}{change.sentence}")

    step(plan.creations, admin.create_topics)
    step(plan.growths, admin.add_partitions)
    step(plan.config_changes, admin.change_configs)
    step(plan.grants, admin.grant, verb="grant: ")


def _summary(plan: Plan, *, cluster: Cluster, permissions: Sequence[Permission], dry_run: bool) -> str:
    declared = f"{len(TOPICS)} topics"
    if cluster.permissions is not None:
        declared += f" and {len(permissions)} ACLs"
    if plan.changes_nothing:
        return f"nothing to change: {declared} are as contracts declare"
    altered = {growth.name for growth in plan.growths} | {change.name for change in plan.config_changes}
    counts = f"{len(plan.creations)} topics created, {len(altered)} altered, {len(plan.grants)} ACLs granted"
    return f"dry run: {counts} without it" if dry_run else f"{declared} are now as contracts declare: {counts}"


if __name__ == "__main__":
    main()
