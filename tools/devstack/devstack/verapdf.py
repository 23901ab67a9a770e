"""veraPDF, the validator of archived (PDF/A) and accessible PDFs (PDF/UA), on this machine's Java."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from devstack.kafka.java import HOW_TO_INSTALL, find_java
from devstack.maven import Jars, fetched
from devstack.process.supervisor import Supervisor

VERSION = "1.28.2"
VERAPDF = Jars(
    title=f"veraPDF {VERSION}",
    directory=f"verapdf-{VERSION}",
    coordinates=(f"org.verapdf.apps:greenfield-apps:{VERSION}",),
    checksums=Path(__file__).with_name(f"verapdf-{VERSION}.sha256"),
    size="19 MB",
    how_to_install=HOW_TO_INSTALL,
)
_MAIN = "org.verapdf.apps.GreenfieldCliWrapper"
_LONGEST_SECONDS = 300
_VERDICT = re.compile(r"^(?:PASS|FAIL) (?P<file>.+) \w+\n(?P<rules>(?:  FAIL .+\n)*)", re.MULTILINE)


def broken_rules(files: Sequence[Path], *, flavour: str, supervisor: Supervisor) -> dict[str, list[str]]:
    """Return for each file, by its name, which rules of a flavour (`ua1`, `2a`) it does not keep: `7.1-3`.

    A file that is no PDF is left out.

    Raises:
        DevstackError: there is no Java or Maven.
    """
    java, jars = find_java(), fetched(VERAPDF, supervisor=supervisor)
    options = ["-XX:-UsePerfData", "-cp", f"{jars}/*", _MAIN, "--flavour", flavour, "--format", "text", "-v"]
    command = [java.program, *options, *map(str, files)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LONGEST_SECONDS).stdout
    broken: dict[str, list[str]] = {}
    for verdict in _VERDICT.finditer(told):
        broken[Path(verdict["file"]).name] = [rule.split()[1] for rule in verdict["rules"].splitlines()]
    return broken
