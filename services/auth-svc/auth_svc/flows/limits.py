"""Limits against guessing, stuffing and SMS pumping: buckets in the database, so they hold across instances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

from auth_svc.domain.limit_parameters import (
    CLIENTS,
    DEVICES_IN_ALL,
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
    WRONG_CODES_OF_ACCOUNT,
    Limit,
)
from auth_svc.domain.networks import networks_of
from auth_svc.domain.origin import Origin
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.domain.sliding_windows import number_in, still_counted, wait_for_one, with_one_more
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import buckets
from auth_svc.repository.buckets import Bucket, BucketId
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent


@dataclass(frozen=True, slots=True)
class Take:
    """One of `most` within any time of this length. `key` names by whom; a digest is kept."""

    name: str
    key: str = field(repr=False)
    most: int
    within: timedelta


_Locked: TypeAlias = Mapping[BucketId, tuple[Take, Bucket]]


async def take(
    work: Work,
    parts: Parts,
    takes: Sequence[Take],
    *,
    origin: Origin | None = None,
    account_id: UUID | None = None,
    trace: Trace | None = None,
) -> Refusal | None:
    """Take one of each, or none when there is no room in any bucket: then tell for how long.

    The first refusal by a bucket is put on record, and the next one not before its `within` is over: a flood of
    requests makes no flood of lines.
    """
    locked = await _locked(work, parts, takes)
    if refusal := await _refusal(work, locked, origin=origin, account_id=account_id, trace=trace):
        return refusal
    await _store_one_more(work, locked)
    return None


async def look(
    work: Work,
    parts: Parts,
    takes: Sequence[Take],
    *,
    origin: Origin | None = None,
    account_id: UUID | None = None,
    trace: Trace | None = None,
) -> Refusal | None:
    """Refuse as `take` does, but take nothing. Nobody else takes any until the end of the transaction."""
    return await _refusal(work, await _locked(work, parts, takes), origin=origin, account_id=account_id, trace=trace)


async def count(work: Work, parts: Parts, takes: Sequence[Take]) -> int:
    """Take one of each, for which `look` has found room; return the most that were taken of one within its time."""
    locked = await _locked(work, parts, takes)
    await _store_one_more(work, locked)
    return max(number_in(bucket.window) + 1 for _, bucket in locked.values())


async def _locked(work: Work, parts: Parts, takes: Sequence[Take]) -> _Locked:
    wanted = {(one.name, parts.digests.of(f"bucket {one.name}", one.key)): one for one in takes}
    found = await buckets.locked(work.connection, ids=wanted.keys(), now=work.now)
    return {
        name: (one, replace(found[name], window=still_counted(found[name].window, work.now)))
        for name, one in wanted.items()
    }


async def _store_one_more(work: Work, locked: _Locked) -> None:
    taken = {
        name: replace(bucket, window=with_one_more(bucket.window, work.now, most=one.most, within=one.within))
        for name, (one, bucket) in locked.items()
    }
    await buckets.store(work.connection, buckets=taken, now=work.now)


async def _refusal(
    work: Work, locked: _Locked, *, origin: Origin | None, account_id: UUID | None, trace: Trace | None
) -> Refusal | None:
    waits = {name: wait_for_one(bucket.window, work.now, most=one.most) for name, (one, bucket) in locked.items()}
    full = {name: locked[name] for name, wait in waits.items() if wait}
    if not full:
        return None
    told = {
        name: replace(bucket, refused_at=work.now)
        for name, (one, bucket) in full.items()
        if _is_news(bucket, one, work)
    }
    await buckets.store(work.connection, buckets=told, now=work.now)
    address = origin.address if origin else None
    for name, _ in told:
        await record(work, SecurityEvent.LIMIT_REACHED, account_id=account_id, address=address, trace=trace, limit=name)
    return Refusal(Reason.TOO_MANY, max(waits.values()))


def login_takes(origin: Origin) -> Sequence[Take]:
    """Return what a try to log in takes, whatever comes of it."""
    return _by_network(LOGINS, origin)


def mail_takes(origin: Origin) -> Sequence[Take]:
    """Return what it takes to ask for a mail without having logged in."""
    return _by_network(MAILS, origin)


def mail_takes_to_address(email: str) -> Sequence[Take]:
    """Return what a mail takes that was asked for without logging in and goes to `email`, in lower case."""
    return [_one_of(MAILS_TO_ADDRESS, email)]


def mail_takes_to_new_address(email: str) -> Sequence[Take]:
    """Return what it takes to want `email`, in lower case, for an account, whether or not it is free."""
    return [_one_of(MAILS_TO_NEW_ADDRESS, email)]


def sms_takes(
    parts: Parts, account_id: UUID, number: str, *, is_bound: bool, origin: Origin, device_id: UUID | None = None
) -> Sequence[Take]:
    """Return what a code takes to `number` (E.164) for an account, which has this number already when it `is_bound`.

    Of those, network and dialling prefix are not counted: a mobile carrier has thousands of customers behind one
    address, and numbers of one prefix are many people's. Each account's own limits and `SMS_A_DAY` hold what they cost.
    Who asks for codes to the number of somebody else does not use up theirs, nor does who has found out a password use
    up those of a device that has logged in to the account, if it is `device_id` that asks.
    """
    in_all = Take(SMS_IN_ALL, "", parts.settings.sms_a_day, timedelta(days=1))
    if is_bound:
        limits = SMS_OF_ACCOUNT, SMS_OF_ACCOUNT_A_DAY
        return [*(one for limit in limits for one in _of_account(limit, account_id, device_id)), in_all]
    return [
        _one_of(SMS_TO_NEW_NUMBER, number),
        _one_of(SMS_TO_NEW_NUMBERS_OF_ACCOUNT, str(account_id)),
        *_by_network(SMS, origin),
        _one_of(SMS_TO_PREFIX, number.lstrip("+")[:DIALLING_PREFIX_DIGITS]),
        in_all,
    ]


def wrong_code_takes(account_id: UUID, device_id: UUID | None = None) -> Sequence[Take]:
    """Return what a wrong code of an account takes, over all logins: on a device that has logged in, or elsewhere."""
    return _of_account(WRONG_CODES_OF_ACCOUNT, account_id, device_id)


def client_takes(origin: Origin) -> Sequence[Take]:
    """Return what it takes to fail to prove to be a client."""
    return _by_network(CLIENTS, origin)


def _by_network(limit: Limit, origin: Origin) -> Sequence[Take]:
    return [_one_of(limit, network.name, times=WIDER[network.prefix]) for network in networks_of(origin.address)]


def _one_of(limit: Limit, key: str, *, times: int = 1) -> Take:
    return Take(limit.name, key, limit.most * times, limit.within)


def _is_news(bucket: Bucket, one: Take, work: Work) -> bool:
    return bucket.refused_at is None or bucket.refused_at + one.within <= work.now


def _of_account(limit: Limit, account_id: UUID, device_id: UUID | None) -> Sequence[Take]:
    if device_id is None:
        return [_one_of(limit, str(account_id))]
    return [
        _one_of(limit, f"{account_id} {device_id}"),
        _one_of(limit, f"{account_id} devices", times=DEVICES_IN_ALL),
    ]
