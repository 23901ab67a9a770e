"""A package index in a directory: tiny wheels made here, and real ones packed again from what is installed."""

import hashlib
import importlib.metadata
import zipfile
from collections.abc import Sequence
from pathlib import Path


def make_wheel(directory: Path, name: str, version: str, *, requires: Sequence[str] = (), extra: str = "") -> Path:
    """Write a wheel that holds an empty module; a requirement that only `extra` adds says so by its marker."""
    wheel = directory / f"{name}-{version}-py3-none-any.whl"
    information = f"{name}-{version}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Provides-Extra: {extra}"] * bool(extra) + [f"Requires-Dist: {text}" for text in requires]
    files = {
        f"{name}.py": "",
        f"{information}/METADATA": "\n".join(metadata) + "\n",
        f"{information}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{information}/RECORD", "".join(f"{path},,\n" for path in [*files, f"{information}/RECORD"]))
    return wheel


def pack_installed(directory: Path, name: str) -> Path:
    """Make a wheel of the installed, pure Python distribution `name`."""
    distribution = importlib.metadata.distribution(name)
    wheel = directory / f"{name}-{distribution.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in distribution.files or ():
            if ".." not in file.parts and file.suffix != ".pyc" and file.name not in {"INSTALLER", "REQUESTED"}:
                archive.write(file.locate(), str(file))
    return wheel


def lock_line(wheel: Path) -> str:
    """Return the line of a lock file that pins `wheel` and its hash."""
    name, version = wheel.name.split("-")[:2]
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
