"""A consumer that loses nothing it has polled: what was polled is settled, or polled again.

Three faults of aiokafka 0.14.0. It moves its positions while it collects a poll: when one partition then raises, the
records of the others are dropped, and the acknowledgement of their next batch covers the dropped ones. No report of it
is known; the Java client had the same fault (KAFKA-5075). It goes on from its own positions whatever became of the
batch before, so that every way to leave a batch undone would have to seek back by itself. And when the task that
fetches has ended, its polls are empty for ever.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError, NoOffsetForPartitionError, OffsetOutOfRangeError
from aiokafka.structs import OffsetAndMetadata
from typing_extensions import override

from chassis.backoff import Backoff
from chassis.errors import is_order_to_end
from chassis.telemetry.trouble import Trouble
from chassis.workarounds import header_safe_fetch, named_members, unknown_brokers
from chassis.workarounds.named_members import NameTakenError

LARGEST_POLL_BYTES = 8 * 1_048_576
SLICE_RECORDS = 32
LONGEST_GATHERING_SECONDS = 0.02
IDLE_FETCH_WAITS = 4
"""How many times as long the broker may hold a fetch of an idle consumer: every empty answer costs both of them."""
LONGEST_IDLE_FETCH_MILLISECONDS = 2_000
"""It holds none for longer because of that: what a rebalance asks waits behind it on the same connection."""
IDLE_POLL_MILLISECONDS = 250
"""How long a poll waits for a record, which ends it at once. Most consumers are idle, and each empty poll costs."""
_MOST_RECORDS = 500

Place: TypeAlias = Callable[[AIOKafkaConsumer, Collection[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]
Polled: TypeAlias = "dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]]"

header_safe_fetch.install()
named_members.install()
unknown_brokers.install()


class CompletePollConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka is not typed
    """Polls from where the last settled batch ended, whatever ended the batches since.

    `place` tells where to begin in partitions that were just assigned. `skip` settles a poll that moved past offsets
    without a record: those of aborted transactions, for example. `before_leaving` is called while it still belongs to
    its group.
    """

    def __init__(
        self,
        *topics: str,
        place: Place,
        skip: Callable[[], Awaitable[None]],
        before_leaving: Callable[[], Awaitable[None]],
        backoff: Backoff,
        monotonic: Callable[[], float] = time.monotonic,
        **settings: Any,  # noqa: ANN401 - aiokafka's own
    ) -> None:
        super().__init__(*topics, **settings)
        self._place = place
        self._skip = skip
        self._before_leaving = before_leaving
        self._backoff = backoff
        self._monotonic = monotonic
        self._placed: object = None  # the assignment of aiokafka's for which the next two hold
        self._settled: dict[TopicPartition, int] = {}
        self._ends: dict[TopicPartition, int] = {}  # where the poll that is not settled ends
        self._is_doubtful = False
        self._handed_over_at: float | None = None  # None once the next poll has begun
        self._gathers_until = 0.0
        self.is_halted = False
        self.failed_polls = 0
        self.trouble = Trouble(f"{self._group_id} polling")

    @override
    async def getmany(self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None) -> Polled:
        """Poll until there are `max_records`, 8 MB of them or no more; a poll that fails is logged, counted and empty.

        It is the last one when another process has taken this member's name: see `chassis.workarounds.named_members`.

        A batch costs more than a record. So a poll that finds something takes no less time than the batch before it
        took, 20 ms at most, and gathers what comes meanwhile: the broker answers a fetch with the first partition that
        has something, and aiokafka hands it over alone. A record that comes later waits for no other.
        """
        if self.is_halted or self._has_died():
            raise ConsumerStoppedError
        self._begin_gathering()
        try:
            await self._return_to_settled()
            polled = await self._poll_slices(
                *partitions,
                timeout_ms=max(timeout_ms, IDLE_POLL_MILLISECONDS),
                max_records=max_records or _MOST_RECORDS,
            )
            if not polled and self._ends:
                await self._skip()
        except ConsumerStoppedError:
            raise
        except BaseException as error:
            if is_order_to_end(error):
                raise
            self._note_failure(error)
            await self._backoff.wait()
            return {}
        if not self._is_doubtful:
            self.failed_polls = 0
            self.trouble.recovered()
            self._backoff.reset()
        if polled:
            self._handed_over_at = self._monotonic()
        return polled

    def _begin_gathering(self) -> None:
        if self._handed_over_at is not None:
            now = self._monotonic()
            self._gathers_until = now + min(LONGEST_GATHERING_SECONDS, now - self._handed_over_at)
            self._handed_over_at = None

    async def _return_to_settled(self) -> None:
        """Seek to where the next batch begins, unless nothing has happened since."""
        if self._is_placed and not self._ends and not self._is_doubtful:
            return
        while self._placed is not (assigned := self._assigned):
            self._settled = dict(await self._place(self, assigned.tps))
            self._placed = assigned
        self._ends.clear()
        self._is_doubtful = False
        for partition, offset in self._settled.items():
            self.seek(partition, offset)

    async def _poll_slices(self, *partitions: TopicPartition, timeout_ms: int, max_records: int) -> Polled:
        polled: Polled = defaultdict(list)
        count = size = 0
        while count < max_records and size < LARGEST_POLL_BYTES:
            self._is_doubtful = True
            try:
                records = await super().getmany(
                    *partitions,
                    timeout_ms=max(0.0, self._gathers_until - self._monotonic()) * 1_000 if polled else timeout_ms,
                    max_records=min(SLICE_RECORDS, max_records - count),
                )
            except NoOffsetForPartitionError:
                if self._is_placed:
                    raise
                return self._nothing_yet()  # of partitions that were assigned meanwhile
            except Exception as error:
                if not polled:
                    raise
                self._note_failure(error)
                break  # what was polled before is sound
            if not self._is_placed:
                return self._nothing_yet()  # they were fetched from wherever the new assignment began
            self._is_doubtful = False
            self._note_ends(records)
            self._let_fetches_wait(is_idle=not (records or polled))
            if not records:
                break
            for partition, more in records.items():
                polled[partition] += more
                count += len(more)
                size += sum(len(record.value or b"") for record in more)
        return dict(polled)

    def _nothing_yet(self) -> Polled:
        """Drop what was polled before the assignment changed: the next poll says where to begin in the new one."""
        self._ends.clear()
        return {}

    def _let_fetches_wait(self, *, is_idle: bool) -> None:
        """Let the broker hold fetches from now on for longer than is set, as long as it has nothing.

        While records come it is as long as is set: aiokafka fetches nothing else from a broker that holds a fetch.
        """
        wait: int = self._fetch_max_wait_ms
        longer = min(IDLE_FETCH_WAITS * wait, max(wait, LONGEST_IDLE_FETCH_MILLISECONDS))
        self._fetcher._fetch_max_wait_ms = longer if is_idle else wait  # noqa: SLF001 - aiokafka never changes it

    async def commit_once(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit these offsets by one request.

        aiokafka's own commit repeats it by itself: also when the topic was deleted, until there is another of its name.
        """
        coordinator = self._coordinator
        await coordinator.ensure_coordinator_known()
        wanted = {partition: OffsetAndMetadata(offset, "") for partition, offset in offsets.items()}
        async with coordinator._commit_lock:  # noqa: SLF001 - there is no public single attempt
            await coordinator._do_commit_offsets(self._assigned, wanted)  # noqa: SLF001

    @override
    async def stop(self) -> None:
        """Leave the group, and end."""
        if not self._closed:
            await self._before_leaving()
            named_members.leave(self._coordinator)
        await super().stop()

    def _note_ends(self, polled: Collection[TopicPartition]) -> None:
        """Note where a poll ends. A partition with an error that is not raised yet has no dependable position."""
        for partition, position in self.positions().items():
            if position != self._settled[partition] and (
                partition in polled or partition not in self._fetcher._records  # noqa: SLF001 - aiokafka tells it nowhere
            ):
                self._ends[partition] = position

    def unsettled(self) -> Mapping[TopicPartition, range]:
        """The offsets that the last poll consumes, to be stored with its effects; none once it is settled."""
        return {partition: range(self._settled[partition], end) for partition, end in self._ends.items()}

    def settle(self) -> Mapping[TopicPartition, int]:
        """Let the next poll go on where the last one ended, because that is stored; return those offsets."""
        ends, self._ends = self._ends, {}
        self._settled.update(ends)
        return ends

    def place_again(self) -> None:
        """Ask before the next poll where to begin: the database says something else than this consumer knows."""
        self._placed = None

    def halt(self) -> None:
        """Poll nothing more: the service ends."""
        self.is_halted = True

    def _note_failure(self, error: BaseException) -> None:
        self.failed_polls += 1
        self.trouble.failed(error)
        if isinstance(error, OffsetOutOfRangeError):
            self.place_again()
        if isinstance(error, NameTakenError):
            self.halt()

    def _has_died(self) -> bool:
        """Whether aiokafka has ended a task without which polls stay empty, or fail, for ever."""
        parts = (self._fetcher.error_future, self._coordinator._coordination_task)  # noqa: SLF001
        return any(part.done() for part in parts)

    @property
    def _is_placed(self) -> bool:
        """Whether where to begin has been told of the assignment that holds now."""
        return self._placed is self._assigned

    @property
    def _assigned(self) -> Any:  # noqa: ANN401 - aiokafka's assignment, a new object after each rebalance
        return self._subscription.subscription.assignment

    def positions(self) -> Mapping[TopicPartition, int]:
        """Return where each assigned partition stands, as far as that is known without asking the broker."""
        states = self._subscription.subscription and self._subscription.subscription.assignment
        if states is None:
            return {}
        known = {partition: states.state_value(partition) for partition in states.tps}
        return {partition: state.position for partition, state in known.items() if state.has_valid_position}

    def known_end(self, partition: TopicPartition) -> int:
        """Where a partition ended when it was last fetched, open transactions included; 0 if it is not ours."""
        return (self.highwater(partition) or 0) if partition in self.assignment() else 0

    @property
    def idle_seconds(self) -> float:
        """How long nobody has polled; aiokafka measures max.poll.interval by it."""
        return float(self._subscription.fetcher_idle_time)

    @property
    def is_started(self) -> bool:
        """Whether it can ask the broker anything: until it has found one, it cannot."""
        return self._fetcher is not None

    @property
    def has_coordinator(self) -> bool:
        """Whether the broker answers this member's heartbeats."""
        return self._coordinator is not None and self._coordinator.coordinator_id is not None

    @property
    def has_joined(self) -> bool:
        """Whether the group has given this member its partitions; where there are fewer than members, it has none."""
        subscription = self._subscription.subscription
        return subscription is not None and subscription.assignment is not None
