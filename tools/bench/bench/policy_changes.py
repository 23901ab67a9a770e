"""A new version of the policies of decided claims: every claim is decided again, and its decision stands."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from msgspec.structs import replace

from bench import checker
from bench.backlog import publish
from bench.databases import Databases
from bench.drain import check, renew, running, until_sent, until_settled
from bench.ledger import Ledger
from bench.pipelines import Pipeline
from bench.processes import Processes, RunFailedError, load_average
from bench.report import PLATFORM, Json
from bench.storm import Storm
from contracts.envelope import Message, encode
from contracts.policy import POLICY_CHANGED, PolicyChanged

RENEWED_ON = date(2022, 4, 1)
"""After every loss of the storm."""
_RECORDED_AT = datetime(2022, 2, 1, 9, 0, tzinfo=UTC)
_FOLLOWED_SECONDS = 300
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What it took until all claims had followed the new versions of their policies, after they were published."""

    claims: int
    policies: int
    seconds: float
    cpu_microseconds: Mapping[str, int]
    wal_bytes: int
    load_before: float

    def figures(self) -> dict[str, Json]:
        """Return what is printed and kept."""
        cpu = {name: round(self.cpu_microseconds[name] / self.claims, 1) for name in PLATFORM}
        return {
            "claims": self.claims,
            "policies": self.policies,
            "redetermined_per_second": round(self.claims / self.seconds),
            "cpu_us_per_redetermined_claim": {"sum": round(sum(cpu.values()), 1), **cpu},
            "wal_bytes_per_redetermined_claim": round(self.wal_bytes / self.claims),
            "load_before": self.load_before,
        }


async def measure(storm: Storm, *, pipeline: Pipeline, processes: Processes, databases: Databases) -> Followed:
    """Drain the storm, then publish a new version of each of its policies; raise `RunFailedError` on any fault."""
    reports, load_before = storm.reports(), load_average()
    urls = await renew(pipeline, processes=processes, databases=databases)
    await publish(processes.stack.kafka_bootstrap_servers, reports)
    async with running(pipeline, processes=processes, databases=urls) as ledger:
        await until_settled(ledger, processes, claims=len(reports))
        await until_sent(ledger)
        before = await ledger.harvest()
        policies = [renewed(policy) for policy in await ledger.policies()]
        cpu_before, wal_before = processes.cpu_microseconds(), await databases.wal_bytes()
        began_at: datetime = await ledger.claims.fetchval("SELECT clock_timestamp()")
        await publish(processes.stack.kafka_bootstrap_servers, [_message(policy) for policy in policies])
        await _until_followed(ledger, processes, versions={policy.policy_number: policy.version for policy in policies})
        cpu_after, wal_after = processes.cpu_microseconds(), await databases.wal_bytes()
        seconds = (await ledger.last_change_of_a_claim() - began_at).total_seconds()
        await until_sent(ledger)
        after, versions_followed = await ledger.harvest(), await ledger.versions_followed()
    check(pipeline, after, reports, processes=processes)
    if wrong := _problems(before, after, policies=policies, versions_followed=versions_followed):
        raise RunFailedError("; ".join(wrong))
    return Followed(
        claims=len(reports),
        policies=len(policies),
        seconds=seconds,
        cpu_microseconds={name: used - cpu_before[name] for name, used in cpu_after.items()},
        wal_bytes=wal_after - wal_before,
        load_before=load_before,
    )


def renewed(policy: PolicyChanged) -> PolicyChanged:
    """Return the version that a renewal makes: other terms after every loss, the same ones at every loss."""
    *former, last = policy.terms
    ended = replace(last, ends_on=RENEWED_ON)
    following = replace(last, effective_on=RENEWED_ON, recorded_at=_RECORDED_AT)
    return replace(policy, version=policy.version + 1, terms=(*former, ended, following))


def _message(policy: PolicyChanged) -> Message:
    return encode(POLICY_CHANGED, policy, event_id=str(uuid4()), source="/policy-svc", time=datetime.now(UTC))


async def _until_followed(ledger: Ledger, processes: Processes, *, versions: Mapping[str, int]) -> None:
    async with asyncio.timeout(_FOLLOWED_SECONDS):
        while await ledger.claims_behind(versions):
            processes.check_alive()
            await asyncio.sleep(_PAUSE_SECONDS)


def _problems(
    before: checker.Harvest,
    after: checker.Harvest,
    *,
    policies: Sequence[PolicyChanged],
    versions_followed: Mapping[UUID, int],
) -> list[str]:
    newest = {policy.policy_number: policy.version for policy in policies}
    return checker.problems_of_unchanged_decisions(
        before,
        after,
        expected={decision.report_id: newest[decision.policy_number] for decision in before.decisions},
        versions_followed=versions_followed,
    )
