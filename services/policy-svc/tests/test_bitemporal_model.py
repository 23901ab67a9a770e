"""What is stored in two times answers as a plain list of every version does; the database refuses what overlaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

import asyncpg
import pytest
from msgspec.structs import replace
from stored_policies import customer, insured

from chassis.clock import SettableClock
from chassis.testing import Harness
from chassis.unit_of_work import Work
from contracts.policy import PolicyChanged, PolicyKind, PolicyTerms
from policy_svc.domain.policy import next_version, relation_number_of
from policy_svc.domain.premium import priced
from policy_svc.domain.renewal import renewed
from policy_svc.domain.timeline import changed_from, ended_on, in_force
from policy_svc.domain.versions import CustomerVersionReason, VersionReason
from policy_svc.flows.versions import record
from policy_svc.repository import customers, policies, terms
from policy_svc.repository.history import as_known

FIRST: Final = date(2026, 1, 1)
DAYS: Final = tuple(FIRST + timedelta(days=number) for number in range(40))
"""What the model knows. What is in force on the last of them runs on."""
MONDAY: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
NUMBERS: Final = tuple(f"{number}-531-01" for number in range(1, 31))
ROUNDS: Final = 12
KINDS: Final = tuple(PolicyKind)

Days = tuple[PolicyTerms | None, ...]
"""What is insured on each of `DAYS`, None where nothing is; without the period that says so."""
Periods = tuple[PolicyTerms, ...]


@dataclass
class Model:
    """One policy: every version of it, and since when that was on record."""

    kind: PolicyKind
    versions: list[tuple[datetime, Days]] = field(default_factory=list)

    def as_known(self, at: datetime) -> Days:
        known = [days for recorded_at, days in self.versions if recorded_at <= at]
        return known[-1] if known else (None,) * len(DAYS)


def named(kind: PolicyKind, name: str, begin: date, end: date | None, recorded_at: datetime) -> PolicyTerms:
    return PolicyTerms(
        effective_on=begin, ends_on=end, recorded_at=recorded_at, deductible_cents=0, **insured(kind, name)
    )


def without_times(one: PolicyTerms) -> PolicyTerms:
    return replace(one, effective_on=FIRST, ends_on=None, recorded_at=MONDAY)


def day_by_day(periods: Sequence[PolicyTerms]) -> Days:
    def on(day: date) -> PolicyTerms | None:
        here = [one for one in periods if one.effective_on <= day and (one.ends_on is None or day < one.ends_on)]
        assert len(here) <= 1
        return without_times(here[0]) if here else None

    return tuple(on(day) for day in DAYS)


def from_day(days: Days, day: date, change: Callable[[PolicyTerms], PolicyTerms | None]) -> Days:
    return tuple(one if one is None or on < day else change(one) for on, one in zip(DAYS, days, strict=True))


def random_periods(random: Random, kind: PolicyKind, name: str, recorded_at: datetime) -> Periods:
    """Return up to three periods, with and without gaps; the last may run on. Some are as in an import before."""
    bounds = sorted(random.sample(DAYS, 2 * random.randint(1, 3)))
    pairs = list(zip(bounds[::2], bounds[1::2], strict=True))
    if len(pairs) > 1 and random.random() < 0.5:
        pairs[0] = (pairs[0][0], pairs[1][0])
    return tuple(
        named(
            kind,
            random.choice((name, "1")),
            begin,
            None if (begin, end) == pairs[-1] and random.random() < 0.7 else end,
            recorded_at,
        )
        for begin, end in pairs
    )


class History:
    """Policies in the service, and the model of each."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.models = {number: Model(random.choice(KINDS)) for number in NUMBERS}

    async def begin(self, work: Work) -> None:
        """Let some of the policies begin: their customers, and their first versions."""
        new = [number for number, model in self.models.items() if not model.versions]
        new = self._random.sample(new, min(len(new), 20))
        await customers.save(
            work.connection,
            customers=[customer(relation_number_of(number)) for number in new],
            reason=CustomerVersionReason.IMPORTED,
            made_by="command",
            recorded_at=work.now,
        )
        relation_numbers = [relation_number_of(number) for number in new]
        holders = await customers.lock(work.connection, relation_numbers=relation_numbers)
        owners = {number: holders[relation_number_of(number)].customer_id for number in new}
        kinds = {number: self.models[number].kind for number in new}
        await policies.insert(work.connection, owners=owners, kinds=kinds, recorded_at=work.now)
        wanted = {
            number: random_periods(self._random, kind, f"{work.now:%d%H}", work.now) for number, kind in kinds.items()
        }
        changed = {
            number: next_version(
                None, policy_number=number, customer_id=owners[number], kind=kinds[number], wanted=periods
            )
            for number, periods in wanted.items()
        }
        await self._record(work, {}, changed, VersionReason.APPLIED, work.now)
        for number, periods in wanted.items():
            self.models[number].versions.append((work.now, day_by_day(periods)))

    async def go_on(self, work: Work, name: str) -> None:
        """Give some of the policies a new version: imported, changed from a day, ended or renewed."""
        begun = [number for number, model in self.models.items() if model.versions]
        for reason in (VersionReason.IMPORTED, VersionReason.MOVED, VersionReason.CANCELLED, VersionReason.RENEWED):
            numbers = self._random.sample(begun, len(begun) // 5)
            known = await policies.lock(work.connection, policy_numbers=numbers)
            moment = await policies.moment_of_change(work.connection, policy_numbers=known, now=work.now)
            changed = {}
            for number, policy in known.items():
                periods, days = self._next(policy, reason, name, moment)
                if periods:
                    changed[number] = replace(policy, version=policy.version + 1, terms=periods)
                    self.models[number].versions.append((moment, days))
            await self._record(work, known, changed, reason, moment)

    def _next(self, policy: PolicyChanged, reason: VersionReason, name: str, moment: datetime) -> tuple[Periods, Days]:
        """Return the next periods as the service makes them, and the days as the model does."""
        day, days = self._random.choice(DAYS), self.models[policy.policy_number].versions[-1][1]
        match reason:
            case VersionReason.IMPORTED:
                wanted = random_periods(self._random, policy.kind, name, moment)
                version = next_version(
                    policy,
                    policy_number=policy.policy_number,
                    customer_id=policy.customer_id,
                    kind=policy.kind,
                    wanted=wanted,
                )
                return version.terms if version else (), day_by_day(wanted)
            case VersionReason.MOVED:

                def moved(one: PolicyTerms) -> PolicyTerms:
                    return replace(one, **insured(policy.kind, name))

                return changed_from(policy.terms, on=day, change=moved, recorded_at=moment), from_day(days, day, moved)
            case VersionReason.CANCELLED:
                return ended_on(policy.terms, on=day, recorded_at=moment), from_day(days, day, lambda _: None)
            case _:
                return renewed(policy, on=day, recorded_at=moment), from_day(
                    days, day, lambda one: without_times(priced(policy.kind, one, on=day))
                )

    async def _record(
        self,
        work: Work,
        known: Mapping[str, PolicyChanged],
        changed: Mapping[str, PolicyChanged | None],
        reason: VersionReason,
        moment: datetime,
    ) -> None:
        await record(
            work,
            known=known,
            changed={number: policy for number, policy in changed.items() if policy is not None},
            reason=reason,
            made_by="model",
            recorded_at=moment,
            trace=None,
        )


async def make_history(service: Harness, clock: SettableClock, *, seed: int) -> History:
    """Let random things happen at random moments. The clock stands still at times, and goes back."""
    random = Random(seed)  # noqa: S311 - cases, not secrets
    history = History(random)
    for number in range(ROUNDS):
        clock.at = MONDAY + timedelta(days=number, hours=random.choice((0, 0, 1, -30, 7)))
        async with service.runtime.transaction() as work:
            if number < 3:
                await history.begin(work)
            await history.go_on(work, str(number + 2))
    return history


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_day_as_known_at_every_moment_is_what_a_plain_list_of_versions_says(
    service: Harness, clock: SettableClock, seed: int
) -> None:
    clock.at = MONDAY
    history = await make_history(service, clock, seed=seed)
    random = Random(seed)  # noqa: S311 - cases, not secrets
    changes = sorted({at for model in history.models.values() for at, _ in model.versions})
    moments = {at + shift for at in changes for shift in (-MICROSECOND, timedelta(), timedelta(hours=1))}
    async with service.pool.acquire() as connection:
        for at in sorted(moments):
            for number in random.sample(NUMBERS, 10):
                model, day = history.models[number], random.choice(DAYS)
                policy = await as_known(connection, policy_number=number, at=at)
                periods, expected = policy.terms if policy else (), model.as_known(at)
                assert day_by_day(periods) == expected, (number, at)
                assert (policy.version if policy else 0) == sum(since <= at for since, _ in model.versions)
                assert all(one.recorded_at <= at for one in periods)
                found = in_force(periods, on=day)
                assert (found and without_times(found)) == expected[DAYS.index(day)], (number, at, day)
        current = await terms.current(connection, policy_numbers=NUMBERS)
    for number, model in history.models.items():
        assert day_by_day(current.get(number, ())) == model.versions[-1][1], number


OVERLAPS: Final = {
    # Another version says something about days of which the known one says something already.
    """INSERT INTO policy_terms SELECT policy_number, 99, NULL, daterange(lower(in_force) + 1, NULL),
       tstzrange(lower(known) + interval '1 hour', NULL), insured, covers, deductible_cents, product_version, premium
       FROM policy_terms WHERE upper_inf(known) AND lower(in_force) + 1 <> upper(in_force) LIMIT 1""": (
        "one_truth_at_a_time"
    ),
    # One version says two things from a day on, even when not at the same time.
    """INSERT INTO policy_terms SELECT policy_number, recorded_in_version, 99, in_force,
       tstzrange(lower(known) - interval '1 year', lower(known)), insured, covers, deductible_cents, product_version,
       premium FROM policy_terms LIMIT 1""": "one_period_a_day",
    """INSERT INTO policy_version SELECT policy_number, 99, tstzrange(lower(known) + interval '1 microsecond', NULL),
       reason, made_by FROM policy_version WHERE upper_inf(known) LIMIT 1""": "one_version_at_a_time",
    """INSERT INTO customer_version SELECT customer_id, 99, tstzrange(lower(known) + interval '1 microsecond', NULL),
       name, email, mobile_phone, postcode, house_number, language, reason, made_by
       FROM customer_version WHERE upper_inf(known) LIMIT 1""": "customer_version_pkey",
}


async def test_the_database_refuses_what_overlaps(service: Harness, clock: SettableClock) -> None:
    await make_history(service, clock, seed=3)
    for statement, constraint in OVERLAPS.items():
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
            await service.pool.execute(statement)
        assert refused.value.constraint_name == constraint
