"""Limits against guessing, stuffing and SMS pumping: token buckets in the database, so they hold across instances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from auth_svc.domain.limit_parameters import (
    CLIENTS,
    CODES_OF_ACCOUNT,
    DIALLING_PREFIX_DIGITS,
    LOGINS,
    MAILS,
    MAILS_TO_ADDRESS,
    MAILS_TO_NEW_ADDRESS,
    SMS,
    SMS_IN_ALL,
    SMS_OF_ACCOUNT,
    SMS_OF_ACCOUNT_A_DAY,
    SMS_TO_NEW_NUMBER,
    SMS_TO_NEW_NUMBERS_OF_ACCOUNT,
    SMS_TO_PREFIX,
    WIDER,
    Limit,
)
from auth_svc.domain.networks import networks_of
from auth_svc.domain.origin import Origin
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.domain.token_buckets import ONE, refilled, wait_for_one
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import buckets
from auth_svc.repository.buckets import Bucket
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent


@dataclass(frozen=True, slots=True)
class Take:
    """One out of a bucket: `most` at once, refilled within `within`. `key` names whose; a digest is kept."""

    name: str
    key: str = field(repr=False)
    most: int
    within: timedelta


async def take(
    work: Work,
    parts: Parts,
    takes: Sequence[Take],
    *,
    origin: Origin | None = None,
    account_id: UUID | None = None,
    trace: Trace | None = None,
) -> Refusal | None:
    """Take one out of each bucket, or none when any is empty: then tell for how long.

    The first refusal by a bucket is put on record, and the next one not before its `within` is over: a flood of
    requests makes no flood of lines.
    """
    wanted = {(one.name, parts.digests.of(f"bucket {one.name}", one.key)): one for one in takes}
    found = await buckets.locked(
        work.connection, full={name: one.most * ONE for name, one in wanted.items()}, now=work.now
    )
    levels = {
        name: refilled(found[name].level, since=work.now - found[name].at, most=one.most, within=one.within)
        for name, one in wanted.items()
    }
    empty = {name: wanted[name] for name, level in levels.items() if level < ONE}
    if not empty:
        taken = {
            name: replace(found[name], level=level - ONE, at=max(found[name].at, work.now))
            for name, level in levels.items()
        }
        await buckets.store(work.connection, buckets=taken)
        return None
    to_tell = {name: found[name] for name, one in empty.items() if _is_news(found[name], one, work)}
    told = {name: replace(bucket, refused_at=work.now) for name, bucket in to_tell.items()}
    await buckets.store(work.connection, buckets=told)
    address = origin.address if origin else None
    for name, _ in told:
        await record(work, SecurityEvent.LIMIT_REACHED, account_id=account_id, address=address, trace=trace, limit=name)
    return Refusal(Reason.TOO_MANY, max(_wait(one, levels[name]) for name, one in empty.items()))


def login_takes(origin: Origin) -> Sequence[Take]:
    """Somebody tries to log in, whatever comes of it."""
    return _by_network(LOGINS, origin)


def mail_takes(origin: Origin) -> Sequence[Take]:
    """Somebody who has not logged in asks for a mail."""
    return _by_network(MAILS, origin)


def mail_takes_of(email: str) -> Sequence[Take]:
    """A mail that was asked for without logging in goes to `email`, in lower case."""
    return [_one_of(MAILS_TO_ADDRESS, email)]


def mail_takes_of_new(email: str) -> Sequence[Take]:
    """A customer wants `email`, in lower case, for their account, whether or not it is free."""
    return [_one_of(MAILS_TO_NEW_ADDRESS, email)]


def sms_takes(parts: Parts, account_id: UUID, number: str, *, is_bound: bool, origin: Origin) -> Sequence[Take]:
    """A code goes to `number` (E.164) for an account, which has this number already when it `is_bound`.

    Of those, network and dialling prefix are not counted: a mobile carrier has thousands of customers behind one
    address, and numbers of one prefix are many people's. Each account's own limits and `SMS_A_DAY` hold what they cost.
    Who asks for codes to the number of somebody else does not use up theirs.
    """
    in_all = Take(SMS_IN_ALL, "", parts.settings.sms_a_day, timedelta(days=1))
    if is_bound:
        return [_one_of(SMS_OF_ACCOUNT, str(account_id)), _one_of(SMS_OF_ACCOUNT_A_DAY, str(account_id)), in_all]
    return [
        _one_of(SMS_TO_NEW_NUMBER, number),
        _one_of(SMS_TO_NEW_NUMBERS_OF_ACCOUNT, str(account_id)),
        *_by_network(SMS, origin),
        _one_of(SMS_TO_PREFIX, number.lstrip("+")[:DIALLING_PREFIX_DIGITS]),
        in_all,
    ]


def code_takes(account_id: UUID) -> Sequence[Take]:
    """A code of an account is tried, or was wrong: over all its logins."""
    return [_one_of(CODES_OF_ACCOUNT, str(account_id))]


def client_takes(origin: Origin) -> Sequence[Take]:
    """A machine client asks for a token."""
    return _by_network(CLIENTS, origin)


def _by_network(limit: Limit, origin: Origin) -> Sequence[Take]:
    return [_one_of(limit, network.name, times=WIDER[network.prefix]) for network in networks_of(origin.address)]


def _one_of(limit: Limit, key: str, *, times: int = 1) -> Take:
    return Take(limit.name, key, limit.most * times, limit.within)


def _is_news(bucket: Bucket, one: Take, work: Work) -> bool:
    return bucket.refused_at is None or bucket.refused_at + one.within <= work.now


def _wait(one: Take, level: int) -> timedelta:
    return wait_for_one(level, most=one.most, within=one.within)
