"""Where the contents of files are kept: a directory, or a store that speaks S3."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store
from typing_extensions import override

if TYPE_CHECKING:
    from obstore.store import S3Config  # exists for type checkers only

PART_BYTES: Final = 256 * 1024
_RETRIED_FOR: Final = timedelta(seconds=10)


class StoreUnavailableError(OSError):
    """The store does not do what it should, and may again later; the text names its error."""


@dataclass(frozen=True)
class Location:
    """Where a store is. `url` is `file:///directory` or `s3://bucket/prefix`; the rest is for S3.

    Without `key_id` the store's own ways to log in hold, such as the role of a machine.
    """

    url: str
    endpoint: str | None = None
    region: str = "eu-central-1"
    key_id: str = ""
    secret: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        is_directory = parts.scheme == "file" and not parts.netloc and parts.path not in {"", "/"}
        is_bucket = parts.scheme == "s3" and bool(parts.netloc)
        if parts.query or parts.fragment or not (is_directory or is_bucket):
            raise ValueError("a store of files is file:///directory or s3://bucket/prefix")

    @override
    def __repr__(self) -> str:
        return f"Location({self.url!r})"

    @property
    def directory(self) -> Path | None:
        """The directory, where it is one."""
        parts = urlsplit(self.url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    def open(self) -> LocalStore | S3Store:
        """Return the store; a directory is made where there is none."""
        if self.directory is not None:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            return LocalStore(self.directory, automatic_cleanup=True)
        parts = urlsplit(self.url)
        config: S3Config = {"region": self.region}
        if self.endpoint:
            config["endpoint"] = self.endpoint
        if self.key_id:
            config |= {"access_key_id": self.key_id, "secret_access_key": self.secret}
        return S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            config=config,
            client_options={
                "allow_http": (self.endpoint or "").startswith("http://"),
                "connect_timeout": timedelta(seconds=3),
                "timeout": timedelta(seconds=30),
            },
            retry_config={"max_retries": 3, "retry_timeout": _RETRIED_FOR},
        )


class FileStore:
    """Keeps contents under names that nobody guesses. Every method raises `StoreUnavailableError`."""

    def __init__(self, location: Location) -> None:
        self._location = location

    @cached_property
    def _store(self) -> LocalStore | S3Store:
        return self._location.open()

    async def put(self, name: str, contents: bytes) -> None:
        """Keep `contents`; they are there whatever happens to this machine once this returns."""
        with _told_as_ours():
            await obstore.put_async(self._store, name, contents, use_multipart=False)
            if self._location.directory is not None:
                await asyncio.to_thread(_keep_through_a_power_cut, self._location.directory / name)

    async def get(self, name: str) -> AsyncIterator[bytes]:
        """Return contents in parts. What goes wrong after the first of them ends the iteration with an error."""
        with _told_as_ours():
            found = await obstore.get_async(self._store, name)
        return aiter(found.stream(min_chunk_size=PART_BYTES))

    async def erase(self, *names: str) -> None:
        """Erase what is kept under `names`; what is gone already is gone."""
        for name in names:
            with _told_as_ours():
                try:
                    await obstore.delete_async(self._store, name)
                except FileNotFoundError:
                    continue

    async def names(self) -> AsyncIterator[str]:
        """Return the names of all that is kept."""
        with _told_as_ours():
            async for found in obstore.list(self._store):
                for one in found:
                    yield one["path"]


@contextmanager
def _told_as_ours() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        # Its text may name addresses and keys of a store.
        raise StoreUnavailableError(type(error).__name__) from None


def _keep_through_a_power_cut(path: Path) -> None:
    for each in (path, path.parent, path.parent.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
