"""Two who choose a port at the same time never choose the same one."""

import random
import subprocess
import sys

import pytest

from devstack.process.ports import free_port

CHOOSES = """
import random, sys
from devstack.process.ports import free_port
if wanted := sys.argv[1:]:
    random.sample = lambda *_: [int(wanted[0])]
print(free_port())
"""


def chosen_by_another_process(*wanted: int) -> int:
    """Return what a process that ends at once is given: `wanted`, where it can be had."""
    command = [sys.executable, "-c", CHOOSES, *map(str, wanted)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout)


def test_a_port_is_given_to_nobody_else_before_its_server_has_started(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()

    assert chosen_by_another_process(port) != port

    monkeypatch.setattr(random, "sample", lambda *_: [port])
    assert free_port() != port


def test_a_port_is_free_again_when_who_chose_it_has_ended() -> None:
    port = chosen_by_another_process()

    assert chosen_by_another_process(port) == port
