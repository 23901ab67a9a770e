"""Password hashing: argon2id in threads, a few at a time, behind a gate that lets in no more than are hashed soon."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

ITERATIONS, MEMORY_KIB, LANES = 2, 19_456, 1
"""OWASP's second set of parameters (docs/login.md, row 5): some 50 ms of one core, 19 MiB."""

_NICENESS = 10
"""A flood of logins must not take the processor from those who are logged in already."""


class BusyError(Exception):
    """As many passwords are being hashed, or wait for it, as may."""


class Passwords:
    """Hashes and compares `at_once` passwords at a time; `waiting` more may hold a place.

    A place is taken before anything is looked up, so that being refused one tells nothing about an account.
    """

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._free_places = at_once + waiting
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2", initializer=_give_way)
        self._hasher = PasswordHasher(time_cost=ITERATIONS, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._of_nobody: str | None = None

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one of the places. Raise `BusyError` when none is free."""
        if not self._free_places:
            raise BusyError
        self._free_places -= 1
        try:
            yield
        finally:
            self._free_places += 1

    async def hash(self, password: str) -> str:
        """Return what to store: algorithm, parameters, a salt of 128 bits and the hash."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether `stored` was made of `password`. Without `stored` as much work is done, and the answer is no."""
        if self._of_nobody is None:
            self._of_nobody = await self.hash("")
        compare, against = self._compare, stored or self._of_nobody
        is_same = await asyncio.get_running_loop().run_in_executor(self._threads, compare, password, against)
        return is_same and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether `stored` was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(stored)

    def _compare(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def _give_way() -> None:
    """Let this thread have what the others leave: on Linux each has a priority of its own."""
    if sys.platform == "linux":
        lowered = max(_NICENESS, os.getpriority(os.PRIO_PROCESS, 0))  # nobody but root may raise it again
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), lowered)
