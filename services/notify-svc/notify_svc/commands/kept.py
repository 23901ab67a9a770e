"""`messages show` and `messages rewrap`: what was said, word for word, and the keys that open it."""

from __future__ import annotations

import argparse
import json
import re
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from chassis.service import Runtime
from chassis.vault import CannotOpenKeptError, Vault
from notify_svc.commands.personal_files import save
from notify_svc.repository import kept_pictures, kept_texts
from notify_svc.repository.kept_texts import KeptContents, KeptText

_PICTURE: Final = re.compile(r"\bcid:([0-9a-z]+@[a-z.]+)")
DONE, FAILED = 0, 1
"""Exit codes."""
_TOLD = (
    *("message_id", "attempt", "claim_reference", "claim_version", "occasion", "channel", "language", "texts_version"),
    *("result", "kept_at", "bounced_at", "bounce_status"),
)


async def show(arguments: argparse.Namespace, runtime: Runtime, *, vault: Vault) -> int:
    """Write what was said into files; print one JSON object a line without personal data."""
    message_id: UUID | None = arguments.message
    try:
        async with runtime.pool.acquire() as connection:
            if message_id is not None:
                kept = await kept_texts.of_message(connection, message_id=message_id, vault=vault)
            else:
                kept = await kept_texts.about_claim(connection, claim_reference=arguments.claim, vault=vault)
            pictures = await kept_pictures.read(connection, content_ids=set(_pictures_named(kept)))
    except CannotOpenKeptError as error:
        sys.stderr.write(f"cannot be opened: {error}; is every key in KEPT_TEXT_KEYS?\n")
        return FAILED
    for one in kept:
        told = {name: one.row[name] for name in _TOLD}
        sys.stdout.write(json.dumps(told | {"files": _write(one, pictures, to=arguments.to)}, default=str) + "\n")
    if not kept:
        sys.stderr.write("nothing is kept of this\n")
    return DONE if kept else FAILED


async def rewrap(_: argparse.Namespace, runtime: Runtime, *, vault: Vault) -> int:
    """Wrap every data key by the newest of KEPT_TEXT_KEYS, some at a time."""
    total = unopened = 0
    last: UUID | None = kept_texts.BEFORE_ALL
    while last is not None:
        async with runtime.transaction() as work:
            some = await kept_texts.rewrap(work.connection, vault=vault, after=last)
        total, unopened, last = total + some.count, unopened + some.unopened, some.last
    sys.stdout.write(f"{total} keys wrapped anew\n")
    if unopened:
        sys.stderr.write(f"{unopened} keys cannot be opened: is every key in KEPT_TEXT_KEYS?\n")
    return FAILED if unopened else DONE


def _pictures_named(kept: Sequence[KeptText]) -> Iterator[str]:
    for one in kept:
        if one.contents is not None and one.contents.html is not None:
            yield from _PICTURE.findall(one.contents.html)


def _write(kept: KeptText, pictures: Mapping[str, bytes], *, to: Path) -> list[str]:
    """Write what was said into files of its own; return their names, none when its reader was erased."""
    if kept.contents is None:
        return []
    stem = f"{kept.row['message_id']}-{kept.row['attempt']}"
    names = []
    for suffix, contents in _files(kept.row, kept.contents, pictures):
        name = f"{stem}.{suffix}"
        save(contents, to=to / name)
        names.append(name)
    return names


def _files(row: asyncpg.Record, contents: KeptContents, pictures: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    head = {
        "To": contents.recipient,
        "Subject": contents.subject,
        "By": row["channel"],
        "Result": row["result"],
        "At": row["kept_at"],
    }
    lines = [f"{name}: {value}" for name, value in head.items() if value is not None]
    yield "txt", "\n".join((*lines, "", contents.text)).encode()
    if contents.html is not None:
        yield "html", _with_pictures(contents.html, pictures).encode()
    if contents.pdf is not None:
        yield "pdf", contents.pdf


def _with_pictures(page: str, pictures: Mapping[str, bytes]) -> str:
    """Return a page that shows by itself what its mail carried beside it; what is not kept is named as it was."""

    def shown(named: re.Match[str]) -> str:
        png = pictures.get(named[1])
        return named[0] if png is None else f"data:image/png;base64,{b64encode(png).decode('ascii')}"

    return _PICTURE.sub(shown, page)
