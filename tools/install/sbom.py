"""Write build/sbom/water.cdx.json: what the image of the services is made of, in CycloneDX 1.6.

Names, versions and the hashes of wheels come from the image's lock, licences from what is installed here, and our own
packages and the libraries that wheels bring along stand beside them. Debian's packages below them are not in it:
whoever scans the image finds those.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from image_locks import DEPLOYED, LOCKS, ROOT, closure, declared_dependencies, needs
from licences import bundled, packages

TARGET = ROOT / "build" / "sbom" / "water.cdx.json"
CYCLONEDX = Path(sys.executable).with_name("cyclonedx-py")
FROM_LOCK = ("requirements", "--sv", "1.6", "--output-reproducible", "--no-validate", "-o", "-")


def describe() -> dict[str, Any]:
    """Return the whole description."""
    lock = str(LOCKS / "services.txt")
    told = subprocess.run([CYCLONEDX, *FROM_LOCK, lock], check=True, capture_output=True, text=True)
    bom: dict[str, Any] = json.loads(told.stdout)
    names = closure(declared_dependencies())
    licences = {one.name: one.licence for one in packages(names)}
    for component in bom["components"]:
        del component["description"]  # a line of the lock
        name = canonicalize_name(component["name"])
        component["bom-ref"] = component["purl"]
        if name in licences:
            component["licenses"] = [{"license": {"name": licences[name]}}]
    own = [_own(file) for pattern in DEPLOYED for file in sorted(ROOT.glob(f"{pattern}/pyproject.toml"))]
    brought = {name: [one.name for one in bundled([name])] for name in names}
    bom["components"] += [component for component, _ in own]
    bom["components"] += [
        {"type": "library", "name": one.name, "licenses": [{"license": {"name": one.licence}}], "bom-ref": one.name}
        for one in bundled(names)
    ]
    references = {str(canonicalize_name(one["name"])): str(one["bom-ref"]) for one in bom["components"]}
    wanted = {component["name"]: [Requirement(text).name for text in texts] for component, texts in own}
    wanted |= {name: [*(one.name for one in needs(name, extras=())), *brought[name]] for name in names}
    bom["metadata"]["component"] = {"type": "container", "name": "water", "bom-ref": "water"}
    bom["dependencies"] = [
        {"ref": "water", "dependsOn": sorted(component["bom-ref"] for component, _ in own)},
        *(_dependency(name, needed, references=references) for name, needed in sorted(wanted.items())),
    ]
    return bom


def _own(file: Path) -> tuple[dict[str, str], Sequence[str]]:
    """Return one of our packages as a component, and what it declares."""
    project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    name, number = project["name"], project["version"]
    return {"type": "library", "name": name, "version": number, "bom-ref": f"{name}@{number}"}, project["dependencies"]


def _dependency(name: str, needed: Iterable[str], *, references: Mapping[str, str]) -> dict[str, Any]:
    known = references.keys() & {canonicalize_name(one) for one in needed}
    return {"ref": references[canonicalize_name(name)], "dependsOn": sorted(references[one] for one in known)}


def main() -> int:
    """Write it; return 1 when it is not what CycloneDX describes."""
    text = json.dumps(describe(), indent=2, sort_keys=True) + "\n"
    if errors := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.stderr.write(f"sbom: {errors}\n")
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
