"""The Java on this machine, and its options for a broker."""

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from devstack.errors import DevstackError

OLDEST_VERSION = 17
DEFAULT_HEAP = "512m"
HOW_TO_INSTALL = "install it (on Debian: apt-get install openjdk-17-jre-headless maven) or use STACK=embedded"


@dataclass(frozen=True)
class Java:
    """A Java that can run Kafka 4. `fingerprint` differs between builds, whose class archives are incompatible."""

    program: str
    fingerprint: str


def find_java() -> Java:
    """Find the Java of JAVA_HOME, else the first on PATH; raise when there is none or it is too old."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if program is None:
        raise DevstackError(f"Apache Kafka needs Java {OLDEST_VERSION} or newer, and there is none: {HOW_TO_INSTALL}")
    answer = subprocess.run(
        [program, "-XX:-UsePerfData", "-version"], capture_output=True, text=True, check=False
    ).stderr
    version = re.search(r'version "(\d+)', answer)
    if version is None or int(version.group(1)) < OLDEST_VERSION:
        found = answer.partition("\n")[0] or "no version"
        raise DevstackError(
            f"Apache Kafka needs Java {OLDEST_VERSION} or newer, {program} says {found}: {HOW_TO_INSTALL}"
        )
    return Java(program=program, fingerprint=hashlib.sha256(answer.encode()).hexdigest()[:12])


def java_options(*, optimised: bool) -> list[str]:
    """Options of the virtual machine, for a quick start or, `optimised`, for speed in the long run."""
    quick_start = [] if optimised else ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    # A killed broker would leave the file of its performance data behind.
    return [f"-Xmx{heap_size()}", *quick_start, "-XX:-UsePerfData", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]


def heap_size() -> str:
    """Largest heap of a broker in Java's notation, such as `512m`."""
    return os.environ.get("DEVSTACK_KAFKA_HEAP") or DEFAULT_HEAP
