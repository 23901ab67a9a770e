"""Files on their way in: how many at once, and one as it lies here until it has been examined."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Final

from chassis.http.problems import RETRY_SOON, TOO_MANY_REQUESTS, UNAVAILABLE, Problem

MOST_AT_ONCE: Final = 32
MOST_AT_ONCE_OF_ONE: Final = 4


class Arrivals:
    """Lets in as many as are received at once; they may be sent as slowly as a telephone sends."""

    def __init__(self) -> None:
        self._of_each: Counter[str] = Counter()

    @contextmanager
    def admit(self, relation_number: str) -> Iterator[None]:
        """Count one of this customer until the end of the block. Raise `Problem` (429, 503) for one too many."""
        if self._of_each[relation_number] >= MOST_AT_ONCE_OF_ONE:
            raise Problem(TOO_MANY_REQUESTS, headers=RETRY_SOON)
        if self._of_each.total() >= MOST_AT_ONCE:
            raise Problem(UNAVAILABLE, headers=RETRY_SOON)
        self._of_each[relation_number] += 1
        try:
            yield
        finally:
            self._of_each[relation_number] -= 1
            if not self._of_each[relation_number]:
                del self._of_each[relation_number]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A file that nobody has looked into yet. It has no name, and is gone with the process."""

    file: IO[bytes]
    size_bytes: int
    sha256: str

    def contents(self) -> bytes:
        """Return all of it."""
        self.file.seek(0)
        return self.file.read()


@asynccontextmanager
async def received(parts: AsyncIterator[bytes]) -> AsyncIterator[Arrived]:
    """Receive a file, and keep it until the end of the block."""
    digest, size = hashlib.sha256(), 0
    with TemporaryFile(buffering=0) as file:
        async for part in parts:
            file.write(part)
            digest.update(part)
            size += len(part)
        yield Arrived(file=file, size_bytes=size, sha256=digest.hexdigest())
