from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from bench.drain import pause_seconds
from bench.process_figures import compiler_cpu_microseconds, cpu_microseconds, highest_resident_mib, resident_mib

NO_PROCESS = 2**22 + 1


def test_what_a_process_holds_and_has_held_is_read() -> None:
    held = resident_mib(os.getpid())

    assert 5 < held <= highest_resident_mib(os.getpid())


def test_a_process_that_has_ended_costs_nothing_more() -> None:
    assert (cpu_microseconds(NO_PROCESS), resident_mib(NO_PROCESS)) == (0, 0)


def test_only_threads_of_javas_compilers_count_as_such() -> None:
    said, may_end = threading.Event(), threading.Event()

    def compile_for_a_while() -> None:
        Path(f"/proc/self/task/{threading.get_native_id()}/comm").write_text("C2 CompilerThre", encoding="ascii")
        busy_until = time.thread_time() + 0.1
        while time.thread_time() < busy_until:
            pass
        said.set()
        may_end.wait()

    assert compiler_cpu_microseconds(os.getpid()) == 0
    compiler = threading.Thread(target=compile_for_a_while)
    compiler.start()
    said.wait()
    try:
        assert 0 < compiler_cpu_microseconds(os.getpid()) < cpu_microseconds(os.getpid())
    finally:
        may_end.set()
        compiler.join()


@pytest.mark.parametrize(
    ("share_done", "elapsed", "pause"),
    [(0.0, 1.0, 0.1), (0.5, 3.0, 1.5), (0.01, 10.0, 2.0), (0.999, 10.0, 0.1)],
    ids=["nothing yet", "half of the rest", "never longer than two seconds", "often near the end"],
)
def test_the_end_is_looked_for_seldom_while_it_is_far(share_done: float, elapsed: float, pause: float) -> None:
    assert pause_seconds(share_done, elapsed=elapsed) == pytest.approx(pause)
