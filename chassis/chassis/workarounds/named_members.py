"""A member of a consumer group with a name of its own (static membership, KIP-345), as aiokafka 0.14.0 lacks it.

Who is killed keeps its partitions until its session times out. One with a name that comes back under it has them at
once. aiokafka sends the name, and leaves out four things:

- It never leaves the group: a stop in good order would hand nothing over before the session times out. See `leave`.
- Who is no longer known joins anew under its name. Where a second process has taken the name, they would take it from
  each other for ever, and nobody would be told. Here the id from before is asked with first: the broker answers that
  another one has the name, and that is an error.
- It does not know that answer.
- Brokers tell the leader of a group that comes back under its name that it is none, unless it joins by version 9, and
  then nobody notices new partitions (KAFKA-13435). Here every named member looks out for them: a broker assigns anew
  when its leader asks, and tells anybody else what it has already.
"""

from __future__ import annotations

from typing import Any

from aiokafka import errors
from aiokafka.consumer.group_coordinator import CoordinatorGroupRebalance, GroupCoordinator


class NameTakenError(errors.KafkaError):  # type: ignore[misc]  # aiokafka is not typed
    """Another process has joined the group under the name of this one."""


class FencedInstanceIdError(errors.BrokerResponseError):  # type: ignore[misc]  # aiokafka is not typed
    """FENCED_INSTANCE_ID: the name belongs to another member's id."""

    errno = 82
    message = "FENCED_INSTANCE_ID"
    description = "Another member has joined under this one's group.instance.id."


_reset_generation = GroupCoordinator.reset_generation
_perform_group_join = CoordinatorGroupRebalance.perform_group_join


def leave(coordinator: Any) -> None:  # noqa: ANN401 - aiokafka is not typed
    """Let `coordinator`, None before it has begun, leave its group when it is closed, as aiokafka lets the nameless."""
    if coordinator is not None:
        coordinator._group_instance_id = None  # noqa: SLF001 - there is no other way to it


def _remembering_reset(coordinator: Any) -> None:  # noqa: ANN401
    if coordinator.member_id:
        coordinator.former_member_id = coordinator.member_id
    _reset_generation(coordinator)


async def _join_by_former_id(rebalance: Any) -> object:  # noqa: ANN401
    coordinator = rebalance._coordinator  # noqa: SLF001
    name = coordinator._group_instance_id  # noqa: SLF001
    if name is None:
        return await _perform_group_join(rebalance)
    former = getattr(coordinator, "former_member_id", "")
    if asks_by_former := bool(former and not coordinator.member_id):
        coordinator.member_id = former
    try:
        assignment = await _perform_group_join(rebalance)
    except errors.KafkaError as error:
        if FencedInstanceIdError.__name__ in str(error):
            raise NameTakenError(f"another member of {coordinator.group_id} has joined as {name}") from error
        raise
    if asks_by_former and not coordinator.member_id:
        coordinator.former_member_id = ""  # the group has forgotten the name: it is free
    if assignment is not None and coordinator._group_subscription is None:  # noqa: SLF001
        coordinator._group_subscription = set(rebalance._subscription.topics)  # noqa: SLF001
        coordinator._metadata_snapshot = coordinator._get_metadata_snapshot()  # noqa: SLF001
    return assignment


def install() -> None:
    """Let every member with a name, in this process, come back, leave, and notice who takes its name."""
    errors.kafka_errors[FencedInstanceIdError.errno] = FencedInstanceIdError
    GroupCoordinator.reset_generation = _remembering_reset
    CoordinatorGroupRebalance.perform_group_join = _join_by_former_id
