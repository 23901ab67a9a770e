"""Apache Kafka's jars, downloaded once with Maven and cached."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from devstack.errors import DevstackError
from devstack.kafka.java import HOW_TO_INSTALL
from devstack.process.command import Command
from devstack.process.supervisor import Supervisor
from devstack.progress import report

KAFKA_VERSION = "4.3.1"
SLF4J_VERSION = "1.7.36"
COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
DOWNLOAD_SECONDS = 900
CHECKSUMS = Path(__file__).with_name(f"kafka-{KAFKA_VERSION}.sha256")

POM = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>devstack</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>{SLF4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""


def kafka_jars(*, supervisor: Supervisor) -> Path:
    """Directory of the jars; the first use downloads them, later ones need no network."""
    directory = cache_directory() / f"kafka-{KAFKA_VERSION}"
    if not directory.is_dir():
        _download(directory, supervisor=supervisor)
    return directory


def cache_directory() -> Path:
    """Directory of what is downloaded or prepared once for all runs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "water-devstack"


def _download(directory: Path, *, supervisor: Supervisor) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise DevstackError(f"Apache Kafka's jars are fetched with Maven, and there is none: {HOW_TO_INSTALL}")
    report(f"fetching Apache Kafka {KAFKA_VERSION} with Maven (44 MB, once)")
    directory.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="kafka-", dir=directory.parent))
    try:
        pom = draft / "pom.xml"
        pom.write_text(POM, encoding="utf-8")
        supervisor.run(_copy_command(maven, pom=pom, jars=draft / "jars"), deadline_seconds=DOWNLOAD_SECONDS)
        _verify(draft / "jars")
        _move_into_cache(draft / "jars", directory)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _copy_command(maven: str, *, pom: Path, jars: Path) -> Command:
    options = ["--batch-mode", "--quiet", "--strict-checksums", "--no-transfer-progress", "--file", str(pom)]
    return Command(
        name="maven",
        arguments=[maven, *options, COPY_GOAL, "-DincludeScope=runtime", f"-DoutputDirectory={jars}"],
    )


def _verify(jars: Path) -> None:
    expected = dict(line.split()[::-1] for line in CHECKSUMS.read_text(encoding="ascii").splitlines())
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in jars.iterdir()}
    different = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if different:
        raise DevstackError(f"Maven brought other jars than {CHECKSUMS.name} lists: {', '.join(different)}")


def _move_into_cache(jars: Path, directory: Path) -> None:
    try:
        jars.rename(directory)
    except OSError:
        # Another launcher was faster, and has verified its jars too.
        if not directory.is_dir():
            raise
