"""Contents of files are kept in a directory or in a store that speaks S3, by the same calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from claims_svc.files.store import FileStore, Location, StoreUnavailableError

LOGIN = {"key_id": "key", "secret": "not-shown"}


@contextmanager
def _s3() -> Iterator[str]:
    """Serve S3 with a bucket; yield where."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        httpx.put(f"{endpoint}/claims").raise_for_status()
        yield endpoint
    finally:
        server.stop()


async def _tried(store: FileStore) -> None:
    contents = bytes(range(256)) * 4_096
    await store.put("one/contents", contents)
    await store.put("one/preview", b"small")
    assert sorted([name async for name in store.names()]) == ["one/contents", "one/preview"]
    parts = [bytes(part) async for part in await store.get("one/contents")]
    assert b"".join(parts) == contents
    assert len(parts) > 1
    for _ in range(2):
        await store.erase("one/contents", "one/preview")
    assert [name async for name in store.names()] == []
    with pytest.raises(StoreUnavailableError):
        await store.get("one/contents")


async def test_a_directory_keeps_contents(tmp_path: Path) -> None:
    await _tried(FileStore(Location(f"file://{tmp_path}/a%20b/files")))

    assert (tmp_path / "a b" / "files").is_dir()
    assert list((tmp_path / "a b" / "files").iterdir()) == []


async def test_a_store_that_speaks_s3_keeps_contents() -> None:
    with _s3() as endpoint:
        await _tried(FileStore(Location("s3://claims/photos", endpoint=endpoint, region="us-east-1", **LOGIN)))


async def test_a_store_that_is_away_is_told_without_where_it_is() -> None:
    store = FileStore(Location("s3://claims", endpoint="http://127.0.0.1:1", **LOGIN))

    with pytest.raises(StoreUnavailableError, match=r"^\w+$"):
        await store.put("one/contents", b"1")


@pytest.mark.parametrize("url", ["files", "file://", "file:///", "file://host/files", "s3://", "http://host/files"])
def test_what_is_no_store_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="file:///directory or s3://bucket/prefix"):
        Location(url)


def test_a_secret_is_not_shown() -> None:
    assert "not-shown" not in repr(Location("s3://claims", **LOGIN))
