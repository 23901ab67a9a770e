"""Loopback ports for servers that are stopped and started again on the same port."""

import contextlib
import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

LOOPBACK = "127.0.0.1"
LOWEST_PORT = 15000


def free_port() -> int:
    """A free TCP port below the range from which the kernel chooses ports of outgoing connections.

    An outgoing connection could otherwise take the port of a server while that server is stopped. Until this process
    ends, nobody else who asks is given the port, so that it is still free when its server starts.
    """
    lowest_ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    candidates = range(LOWEST_PORT, max(lowest_ephemeral, LOWEST_PORT + 1000))
    for port in random.sample(candidates, 200):
        if _reserve(port) and is_free(port):
            return port
    return _any_port()


def _reserve(port: int) -> bool:
    """Keep the port from others who choose one, until this process ends; whether nobody had it."""
    directory = Path(tempfile.gettempdir()) / f"water-ports-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(directory / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True  # the descriptor stays open on purpose
    os.close(descriptor)
    return False


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
