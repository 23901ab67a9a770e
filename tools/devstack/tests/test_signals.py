"""An ending signal takes effect once, and not where it could leave a lock held."""

import signal
from collections.abc import Iterator

import pytest

from devstack.process.signals import ended_by_signals, exit_code, postponed_signals


@pytest.fixture(autouse=True)
def _interrupts_raise() -> Iterator[None]:
    # A shell starts background processes with SIGINT ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_first_signal_ends_the_program_and_the_next_are_ignored() -> None:
    with ended_by_signals(), pytest.raises(SystemExit) as ended:
        signal.raise_signal(signal.SIGTERM)
    assert ended.value.code == 143

    with ended_by_signals():
        with pytest.raises(SystemExit):
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)


def test_a_postponed_signal_takes_effect_when_it_is_delivered() -> None:
    with postponed_signals() as signals:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signals.deliver()


def interrupted(done: list[str]) -> None:
    with postponed_signals():
        signal.raise_signal(signal.SIGINT)
        done.append("all that must not be disturbed")


def test_a_postponed_signal_takes_effect_at_the_end_at_last() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted(done)
    assert done == ["all that must not be disturbed"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_exit_code_is_the_shells() -> None:
    assert (exit_code(7), exit_code(-signal.SIGKILL)) == (7, 137)
