"""Has a file opened by a process that may use so much memory and time and no more; what it cannot open is refused."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import IO, Final

from claims_svc.files.kinds import Kind, Refusal

MOST_AT_ONCE: Final = 2
"""Processes, each of which may use as much memory as `opening` lets it."""
LONGEST_SECONDS: Final = 25.0
_MOST_ANSWER_BYTES: Final = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was seen of a file."""

    pages: int
    preview: bytes


class Examination:
    """Examines files, `MOST_AT_ONCE` at a time; the others wait."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def examine(self, file: IO[bytes], *, kind: Kind) -> Opened | Refusal:
        """Return what is seen in `file`, which is said to be of this kind, or why it is refused."""
        async with self._places:
            file.seek(0)
            answer = await _answer(file, kind)
        if answer is None:
            return Refusal.TOO_COSTLY
        told, line_end, preview = answer.partition(b"\n")
        return Opened(pages=int(told), preview=preview) if line_end else Refusal(told.decode())


async def _answer(file: IO[bytes], kind: Kind) -> bytes | None:
    """Return what the process told, None when it came to an end before, or had to be ended."""
    # Without our environment, which holds secrets, and without modules from elsewhere.
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "claims_svc.files.opening",
        kind,
        stdin=file,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
        limit=_MOST_ANSWER_BYTES,
    )
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            answer = await _at_most(process.stdout, _MOST_ANSWER_BYTES)
            code = await process.wait()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return answer if code == 0 else None


async def _at_most(stream: asyncio.StreamReader, size: int) -> bytes:
    """Read to the end, or as soon as there is more than `size`."""
    parts, left = [], size
    while left > 0 and (part := await stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
