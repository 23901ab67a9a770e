"""The records of a wave: reports of a simple family of losses, repeated in every way, and poison of several kinds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from types import MappingProxyType
from uuid import UUID

from drill.generator.policies import Insured
from drill.generator.rain import LOSS_AT

TOPIC = "claims.loss-reported.v1"
EVENT_TYPE = "nl.waterschade.claims.loss-reported.v1"
SOURCE = "/drill"
_REPORTED_AT = LOSS_AT + timedelta(days=4)
_YES, _NO = ({"value": value, "source": "customer"} for value in ("true", "false"))
_INDIRECT = {"precipitation_left_its_course": _YES, "came_through_open_window_or_door": _NO}
_DIRECT = {"precipitation_fell_directly": _YES}
_OPEN_WINDOW = {"precipitation_left_its_course": _YES, "came_through_open_window_or_door": _YES}
_TOILET = {"sewer_water_entered": _YES, "toilet_overflowed": _YES}
_FACTS = MappingProxyType(
    {
        "wet": (_INDIRECT, _DIRECT, _OPEN_WINDOW, _TOILET),
        "exactly": (_INDIRECT, _TOILET),
        "almost": (_INDIRECT, _DIRECT),
        "cloudburst": (_INDIRECT, _DIRECT),
        "dry": (_INDIRECT, _DIRECT, _TOILET),
        "late": (_INDIRECT, _TOILET),
    }
)
_HIGHEST_AMOUNT_CENTS = 200_000
"""Below what a customer may estimate alone."""
TOO_LARGE_BYTES = 10 * 1_048_576


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record to send. `role` is what it is to the platform: a report, a repetition of one, or poison."""

    role: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    event_id: str
    insured: Insured | None = None
    report: Mapping[str, object] = field(default_factory=dict)


REPORT, SAME_RECORD, SENT_AGAIN, SECOND_REPORTER, POISON = "report", "same-record", "sent-again", "second", "poison"
"""`same-record` repeats the event's id, `sent-again` is the same report under a new event id, and `second` another
person's report of the same loss."""


def reports_of(insured: Sequence[Insured], *, chance: Random) -> Iterator[Record]:
    """Yield a report of each, the repetitions of some of them right behind it or after all others."""
    later: list[Record] = []
    for place, each in enumerate(insured):
        first = _report(each, chance=chance)
        yield first
        if place % 7 == 0:
            yield _copy(first, SAME_RECORD)
        if place % 11 == 3:  # noqa: PLR2004 - so that every wave has some, at other places than the ones above
            later.append(_copy(first, SAME_RECORD))
        if place % 13 == 5:  # noqa: PLR2004
            later.append(_record(SENT_AGAIN, first.report, insured=each, chance=chance))
        if place % 17 == 2:  # noqa: PLR2004
            again = {**first.report, "report_id": str(_uuid(chance))}
            later.append(_record(SECOND_REPORTER, again, insured=each, chance=chance))
    yield from later


def poison(*, chance: Random) -> Iterator[Record]:
    """Yield one record of every kind that can never become a claim."""
    number = 10**6 + chance.randrange(10**5)
    sound = _report(Insured(number=number), chance=chance)
    report = dict(sound.report)
    yield _poison(sound, b"{this is no JSON", chance=chance)
    yield _poison(sound, _json({**report, "policy_number": 17}), chance=chance)
    yield _poison(sound, _json({**report, "channel": "pigeon"}), chance=chance)
    yield _poison(sound, _json({**report, "damage": [{"kind": "buildings", "amount_cents": 1e30}]}), chance=chance)
    yield _poison(sound, _json({**report, "channel": "app\x00"}), chance=chance)
    yield _poison(sound, None, chance=chance)
    yield _poison(sound, _json(report), chance=chance, key=b"another key")
    yield _poison(sound, _json(report), chance=chance, headers=())
    future = {"loss": {"from_at": "2099-01-01T00:00:00Z", "until_at": "2099-01-01T00:00:00Z"}}
    yield _poison(sound, _json({**report, **future, "reported_at": "2099-01-02T00:00:00Z"}), chance=chance)
    yield _poison(sound, b" " * TOO_LARGE_BYTES + _json(report), chance=chance)


def _report(insured: Insured, *, chance: Random) -> Record:
    loss_at = (LOSS_AT + timedelta(minutes=chance.randrange(40))).isoformat()
    report: dict[str, object] = {
        "report_id": str(_uuid(chance)),
        "report_version": 1,
        "policy_number": insured.policy_number,
        "channel": chance.choice(("portal", "app", "phone", "partner")),
        "reported_at": (_REPORTED_AT + timedelta(seconds=chance.randrange(86_400))).isoformat(),
        "loss": {"from_at": loss_at, "until_at": loss_at},
        "facts": chance.choice(_FACTS[insured.weather]),
        "damage": [{"kind": "buildings", "amount_cents": chance.randrange(5_000, _HIGHEST_AMOUNT_CENTS)}],
    }
    return _record(REPORT, report, insured=insured, chance=chance)


def _record(role: str, report: Mapping[str, object], *, insured: Insured, chance: Random) -> Record:
    event_id = str(_uuid(chance))
    return Record(
        role=role,
        key=str(report["report_id"]).encode(),
        value=_json(report),
        headers=_headers(event_id),
        event_id=event_id,
        insured=insured,
        report=report,
    )


def _copy(record: Record, role: str) -> Record:
    return Record(
        role=role,
        key=record.key,
        value=record.value,
        headers=record.headers,
        event_id=record.event_id,
        insured=record.insured,
        report=record.report,
    )


def _poison(
    sound: Record,
    value: bytes | None,
    *,
    chance: Random,
    key: bytes | None = None,
    headers: Sequence[tuple[str, bytes]] | None = None,
) -> Record:
    event_id = str(_uuid(chance))
    return Record(
        role=POISON,
        key=key or sound.key,
        value=value,
        headers=_headers(event_id) if headers is None else headers,
        event_id=event_id,
    )


def _headers(event_id: str) -> Sequence[tuple[str, bytes]]:
    return (
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", SOURCE.encode()),
        ("ce_type", EVENT_TYPE.encode()),
        ("ce_time", _REPORTED_AT.isoformat().encode()),
        ("content-type", b"application/json"),
    )


def _json(report: Mapping[str, object]) -> bytes:
    return json.dumps(report).encode()


def _uuid(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)
