"""Java programs from Maven Central: their jars are downloaded once, verified and cached."""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from devstack.errors import DevstackError
from devstack.process.command import Command
from devstack.process.supervisor import Supervisor
from devstack.progress import report

COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
DOWNLOAD_SECONDS = 900
_POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>devstack</groupId><artifactId>jars</artifactId><version>1</version>
  <dependencies>{dependencies}</dependencies>
</project>
"""
_DEPENDENCY = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"


@dataclass(frozen=True, kw_only=True)
class Jars:
    """What to fetch. `coordinates` are `group:artifact:version`, `checksums` lists all jars as sha256sum does."""

    title: str
    directory: str
    coordinates: tuple[str, ...]
    checksums: Path
    size: str
    how_to_install: str

    @property
    def pom(self) -> str:
        """The project of which Maven fetches the dependencies."""
        dependencies = (_DEPENDENCY.format(*each.split(":")) for each in self.coordinates)
        return _POM.format(dependencies="".join(dependencies))


def fetched(jars: Jars, *, supervisor: Supervisor) -> Path:
    """Directory of the jars; the first use downloads them, later ones need no network."""
    directory = cache_directory() / jars.directory
    if not directory.is_dir():
        _download(jars, directory, supervisor=supervisor)
    return directory


def cache_directory() -> Path:
    """Directory of what is downloaded or prepared once for all runs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "water-devstack"


def _download(jars: Jars, directory: Path, *, supervisor: Supervisor) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise DevstackError(f"{jars.title} is fetched with Maven, and there is none: {jars.how_to_install}")
    report(f"fetching {jars.title} with Maven ({jars.size}, once)")
    directory.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="jars-", dir=directory.parent))
    try:
        pom = draft / "pom.xml"
        pom.write_text(jars.pom, encoding="utf-8")
        supervisor.run(_copy_command(maven, pom=pom, jars=draft / "jars"), deadline_seconds=DOWNLOAD_SECONDS)
        _verify(draft / "jars", checksums=jars.checksums)
        _move_into_cache(draft / "jars", directory)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _copy_command(maven: str, *, pom: Path, jars: Path) -> Command:
    options = ["--batch-mode", "--quiet", "--strict-checksums", "--no-transfer-progress", "--file", str(pom)]
    return Command(
        name="maven",
        arguments=[maven, *options, COPY_GOAL, "-DincludeScope=runtime", f"-DoutputDirectory={jars}"],
    )


def _verify(jars: Path, *, checksums: Path) -> None:
    expected = dict(line.split()[::-1] for line in checksums.read_text(encoding="ascii").splitlines())
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in jars.iterdir()}
    different = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if different:
        raise DevstackError(f"Maven brought other jars than {checksums.name} lists: {', '.join(different)}")


def _move_into_cache(jars: Path, directory: Path) -> None:
    try:
        jars.rename(directory)
    except OSError:
        # Another launcher was faster, and has verified its jars too.
        if not directory.is_dir():
            raise
