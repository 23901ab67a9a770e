"""Every numbered fault is carried out or left out with a reason, and every bug of the checker's has its run."""

from __future__ import annotations

from devstack.stack import StackKind
from drill.__main__ import LONG, SHORT
from drill.bugs import BUGS
from drill.faults import catalogue

NUMBERED = {str(number) for number in range(1, 19)}


def test_every_numbered_fault_is_carried_out_or_left_out_with_a_reason() -> None:
    carried_out = {fault.number for fault in catalogue.faults(short=False, scale=LONG, kind=StackKind.JVM)}
    left_out = catalogue.left_out(short=False, scale=LONG, kind=StackKind.JVM)

    assert carried_out | {what.partition(",")[0] for what in left_out} == NUMBERED
    assert all(left_out.values())


def test_no_two_faults_of_a_run_have_one_name() -> None:
    names = [
        fault.name for fault in (*catalogue.faults(short=False, scale=LONG, kind=StackKind.JVM), *catalogue.with_bugs())
    ]

    assert len(set(names)) == len(names)


def test_the_policies_that_are_imported_at_once_are_enough_for_the_short_set() -> None:
    runs = [*catalogue.faults(short=True, scale=SHORT, kind=StackKind.JVM), *catalogue.with_bugs()]
    assert len(catalogue.with_bugs()) == len(BUGS)

    assert SHORT.insured_at_once >= len(runs) * SHORT.reports + 2 * 8  # twice there are duplicates of eight more
