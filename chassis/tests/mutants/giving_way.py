"""Mutants of how long work gives way to the event loop."""

from __future__ import annotations

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "g: long work gives way to nobody",
        "giving_way.py",
        "            await asyncio.sleep(0)\n",
        "",
        "test_giving_way.py::test_another_task_has_a_turn_after_each_step_that_took_long_enough",
    ),
)
