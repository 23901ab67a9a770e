"""Which faults are carried out, and which are not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from devstack.stack import StackKind
from drill.bugs import BUGS
from drill.faults import clocks, content, processes, servers, storage
from drill.faults.bugs import WithBug
from drill.platform.proxy import Weather
from drill.platform.world import KAFKA, MAIL, POSTGRES, SMS
from drill.run import Fault, Scale

OF_EVERY_SERVICE = (
    "consumer.before_commit",
    "consumer.after_commit",
    "consumer.before_acknowledge",
    "relay.after_hand_over",
    "relay.after_send",
)
OF_SENDERS = ("notify.before_send", "notify.after_send")
_NEED_REAL_KAFKA = (
    "kafka",
    "stands still",
    "from the beginning",
)
_NEVER = {
    "6, a day later": "the inbox outlives it: tests of the chassis move the database's clock",
    "7, answers before their questions": "the outbox publishes after the commit; the bug that does it before is caught",
    "8, DST night and leap day": "which hour and which day is meant is a rule's; tests of the domain go through both",
    "9, KNMI answers 429 and 503": "tests of weather-svc play KNMI's API; here only late hours are played",
    "9, corrected hours, a station that is missing": "stories of the demo: its oracle would have to know two rains",
    "10, 550": "who is refused for good gets a letter, which no sink here receives: tests of notify-svc",
    "10, greylisting by postgrey": "the stand-in answers 451 as postgrey does; real Postfix is another machine's",
    "12, a handler that is slower than max.poll": "five minutes; standing still for longer than a session is its like",
    "13, the log directory of Kafka": "its broker ends, which is fault 3",
    "14, two versions side by side": "`make upgrade-drill`",
    "16, an inbox of 5 million rows": "its statements' plans are tests of the chassis",
    "17, starvation of processor time": "a share of it for one process needs cgroups; CI is short of it anyway",
    "17, a kernel that kills for memory": "this machine has no cgroup to fill; prlimit, then SIGKILL, are what it does",
}


def faults(*, short: bool, scale: Scale, kind: StackKind) -> Sequence[Fault]:
    """Return the faults of the short or of the long set, as far as this kind of stack can have them."""
    chosen = _short(scale) if short else _long(scale)
    return [fault for fault in chosen if not _why_not(fault, kind)]


def left_out(*, short: bool, scale: Scale, kind: StackKind) -> Mapping[str, str]:
    """Return what is not carried out here, and why."""
    chosen = _short(scale) if short else _long(scale)
    missing = {f"{fault.number}, {fault.name}": why for fault in chosen if (why := _why_not(fault, kind))}
    return missing | _NEVER


def with_bugs() -> Sequence[WithBug]:
    """Return a run with each bug."""
    return [WithBug(bug=bug) for bug in BUGS.values()]


def _why_not(fault: Fault, kind: StackKind) -> str:
    if kind is StackKind.EMBEDDED and any(word in fault.name for word in _NEED_REAL_KAFKA):
        return "needs real Kafka, and Java is missing"
    if isinstance(fault, clocks.WrongClock) and clocks.library() is None:
        return "libfaketime is not installed; under the GPL 2.0 it is no dependency: `pip install libfaketime==3.0.1`"
    if isinstance(fault, storage.DiskFull) and (why := storage.can_mount()):
        return why
    return ""


def _short(scale: Scale) -> Iterator[Fault]:
    yield content.Poison()
    yield content.Duplicates()
    yield processes.CrashPoint(service="claims-svc", point="consumer.before_commit", passes=2)
    yield processes.CrashPoint(service="claims-svc", point="relay.after_send", passes=2)
    yield processes.CrashPoint(service="notify-svc", point="notify.after_send")
    yield servers.ServerAway(server=POSTGRES, number="2")
    yield servers.ServerAway(server=KAFKA, number="3", seconds=scale.away_seconds)
    yield servers.BadWay(server=POSTGRES, weather=Weather.RESET, seconds=4)
    yield storage.Replay()


def _long(scale: Scale) -> Iterator[Fault]:
    yield from (content.Poison(), content.Duplicates(), content.PolicyAfterReport(), content.LateHours())
    yield from _deaths()
    yield from _outages(scale)
    yield from _wrong_answers()
    yield from (storage.DiskFull(), storage.Replay(), storage.LongOutbox(rows=100_000))
    yield from (processes.NoFiles(service="claims-svc"), processes.NoFiles(service="notify-svc"))
    yield from (processes.NoMemory(service="claims-svc"), storage.OlderBackup())


def _deaths() -> Iterator[Fault]:
    for service in ("claims-svc", "weather-svc", "notify-svc"):
        for point in OF_EVERY_SERVICE:
            yield processes.CrashPoint(service=service, point=point, passes=2 if service == "claims-svc" else 1)
    for point in OF_SENDERS:
        yield processes.CrashPoint(service="notify-svc", point=point)
    yield processes.RandomKills(kills=6)
    for service in ("claims-svc", "notify-svc"):
        yield processes.Frozen(service=service)


def _outages(scale: Scale) -> Iterator[Fault]:
    yield servers.ServerAway(server=POSTGRES, number="2")
    yield servers.ServerAway(server=POSTGRES, number="2", in_good_order=True)
    yield servers.ServerAway(server=POSTGRES, number="2", seconds=scale.away_seconds)
    yield servers.ServerAway(server=KAFKA, number="3")
    yield servers.ServerAway(server=KAFKA, number="3", in_good_order=True)
    yield servers.ServerAway(server=KAFKA, number="3", seconds=scale.away_seconds)
    for server in (POSTGRES, KAFKA, MAIL, SMS):
        for weather, seconds in ((Weather.CUT, 8), (Weather.HALF_OPEN, 20), (Weather.SLOW, 8), (Weather.RESET, 8)):
            yield servers.BadWay(server=server, weather=weather, seconds=seconds)
    for service in ("claims-svc", "weather-svc", "notify-svc"):
        yield clocks.WrongClock(service=service)


def _wrong_answers() -> Iterator[Fault]:
    for action in ("down", "451", "drop", "keep-and-drop"):
        yield servers.BadAnswers(channel="mail", action=action, number="10")
    for action in ("down", "throttled", "system-error", "drop", "keep-and-drop"):
        yield servers.BadAnswers(channel="sms", action=action, number="11")
