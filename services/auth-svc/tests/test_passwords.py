from __future__ import annotations

import os
import sys
import threading

import pytest

from auth_svc.passwords import Passwords


@pytest.mark.skipif(sys.platform != "linux", reason="only there has each thread a priority of its own")
async def test_hashing_has_what_the_others_leave() -> None:
    others = set(threading.enumerate())
    await Passwords(at_once=1, waiting=0).hash("vier woorden zonder verband")

    (thread,) = set(threading.enumerate()) - others
    assert thread.native_id is not None
    assert os.getpriority(os.PRIO_PROCESS, thread.native_id) == max(10, os.getpriority(os.PRIO_PROCESS, 0))
