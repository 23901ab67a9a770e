"""The one way in which a policy gets a new version: stored, published, its renewal set, its customer told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from chassis.unit_of_work import Timer, Trace, Work
from contracts.message_requests import Occasion
from contracts.policy import PolicyChanged, PolicyKind
from policy_svc.domain.dutch_days import begin_of, dutch_day
from policy_svc.domain.policy import relation_number_of
from policy_svc.domain.positions import not_located
from policy_svc.domain.renewal import next_renewal
from policy_svc.domain.versions import VersionReason
from policy_svc.flows.messages import ask_to_tell
from policy_svc.repository import policies, positions

RENEWALS = "renewals"
"""The timer, with a Dutch day as its key, that renews what is to be renewed by that day."""


async def record(
    work: Work,
    *,
    known: Mapping[str, PolicyChanged],
    changed: Mapping[str, PolicyChanged],
    reason: VersionReason,
    made_by: str,
    recorded_at: datetime,
    renewed_on: Mapping[str, date] | None = None,
    trace: Trace | None,
) -> None:
    """Store and publish new versions of policies, by number. The caller holds their locks, `known` is what they were.

    `recorded_at` is their `policies.moment_of_change`, which new terms carry, too. The next renewal is the first after
    `renewed_on` where that is given, by policy number, else the first after today; but one that is overdue stays due,
    so that none is left out after a standstill.
    """
    if not changed:
        return
    today = dutch_day(work.now)
    due = await policies.renewal_days(work.connection, policy_numbers=changed.keys())
    after = renewed_on or _renewed_until(changed.keys(), due=due, today=today)
    renews_on = {number: _renewal_of(policy, after=after[number]) for number, policy in changed.items()}
    await policies.save_versions(
        work.connection,
        known=known,
        changed=changed,
        renews_on=renews_on,
        reason=reason,
        made_by=made_by,
        recorded_at=recorded_at,
    )
    work.publish(*changed.values(), trace=trace)
    homes = [(number, address) for number, policy in changed.items() for address in not_located(policy.terms)]
    await positions.let_wait(work.connection, policy_numbers=changed.keys(), homes=homes, now=work.now)
    # A renewal that stays on its day has its timer: to set it again would wait for the one that is firing.
    days = {
        day for number, day in renews_on.items() if day is not None and (number not in known or day != due.get(number))
    }
    work.schedule(*(Timer(RENEWALS, day.isoformat(), begin_of(day), None) for day in sorted(days)))


def _renewed_until(policy_numbers: Collection[str], *, due: Mapping[str, date], today: date) -> Mapping[str, date]:
    """Return until when each policy has been renewed: today, or the day before the renewal that is overdue."""
    return {number: min(today, due.get(number, date.max) - timedelta(days=1)) for number in policy_numbers}


def _renewal_of(policy: PolicyChanged, *, after: date) -> date | None:
    """Return when a policy is renewed next. What is kept elsewhere is renewed there."""
    return None if policy.kind is PolicyKind.HEALTH else next_renewal(policy.terms, after=after)


def tell(
    work: Work,
    policy: PolicyChanged,
    occasion: Occasion,
    *,
    effective_on: date,
    trace: Trace | None,
) -> None:
    """Ask notify-svc to tell the customer about this version of their policy."""
    ask_to_tell(
        work,
        customer_id=policy.customer_id,
        relation_number=relation_number_of(policy.policy_number),
        occasion=occasion,
        policy_number=policy.policy_number,
        effective_on=effective_on,
        trace=trace,
    )
