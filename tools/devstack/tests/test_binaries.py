"""Root runs PostgreSQL from a copy that nobody else could have touched."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from devstack.errors import DevstackError
from devstack.postgres import binaries
from devstack.postgres.binaries import program_directory
from devstack.process.temporary_directories import program_root

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a copy: an ordinary user runs it in place")


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    # A directory of pytest's would not do: nobody else may enter those.
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def programs(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(binaries, "program_root", lambda: place)
    return program_directory()


def test_the_copy_is_made_once_and_only_root_can_write_to_it(place: Path, programs: Path) -> None:
    assert programs.is_relative_to(place)
    assert not [path for path in place.rglob("*") if path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)]

    made_at_ns = (programs / "postgres").stat().st_ctime_ns
    assert program_directory() == programs
    assert (programs / "postgres").stat().st_ctime_ns == made_at_ns


@contextmanager
def writable_for_all(programs: Path) -> Iterator[None]:
    programs.chmod(0o777)
    yield
    programs.chmod(0o755)


@contextmanager
def owned_by_another(programs: Path) -> Iterator[None]:
    os.chown(programs / "postgres", 65534, 65534)
    yield
    os.chown(programs / "postgres", 0, 0)


@contextmanager
def changed(programs: Path) -> Iterator[None]:
    (programs / "extra").write_bytes(b"something else")
    yield
    (programs / "extra").unlink()


@pytest.mark.parametrize("spoilt", [writable_for_all, owned_by_another, changed])
def test_a_copy_that_others_could_have_touched_is_not_used(
    programs: Path, spoilt: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with spoilt(programs), pytest.raises(DevstackError, match="is not what the devstack put there"):
        program_directory()
    assert program_directory() == programs


def test_a_private_copy_takes_the_place_of_one_that_is_not_trusted(programs: Path, tmp_path: Path) -> None:
    with changed(programs):
        assert program_directory(private_directory=tmp_path).is_relative_to(tmp_path)


def test_what_is_kept_for_the_next_run_is_not_left_in_the_temporary_directory() -> None:
    assert not program_root().is_relative_to(tempfile.gettempdir())


def test_a_user_namespace_with_one_user_is_told_why_postgresql_does_not_run() -> None:
    program = "from devstack.postgres.binaries import server_account; server_account()"
    alone = ["unshare", "--user", "--map-root-user"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine makes no user namespaces")

    refused = subprocess.run([*alone, sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert "DevstackError: PostgreSQL does not run as root and this user namespace lends it no other" in refused.stderr
