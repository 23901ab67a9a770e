from __future__ import annotations

import time

import pytest

from chassis.clock import elapsed_seconds


def test_elapsed_seconds_go_on_while_the_host_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    after_a_sleep = {time.CLOCK_MONOTONIC: 1.0, time.CLOCK_BOOTTIME: 1_001.0}
    monkeypatch.setattr(time, "clock_gettime", after_a_sleep.__getitem__)

    assert elapsed_seconds() == 1_001.0
