"""Has a client generated from a description of an API, by a tool that nobody here wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def generate_client(description: Path, *, package: str, directory: Path) -> None:
    """Write the package into `directory`. What the tool only warns of fails as well."""
    configuration = directory / "configuration.json"
    configuration.write_text(json.dumps({"post_hooks": []}))
    program = Path(sys.executable).with_name("openapi-python-client")
    done = subprocess.run(
        [
            *(program, "generate", "--path", description, "--config", configuration),
            *("--meta", "none", "--output-path", directory / package, "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
