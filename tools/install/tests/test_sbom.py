"""What the image is made of is described, every part of it."""

import re
from pathlib import Path

import pytest

from sbom import describe

LOCK = Path(__file__).resolve().parents[3] / "deploy" / "locks" / "services.txt"


@pytest.mark.slow
def test_every_locked_package_is_a_component_with_hashes_and_licence_that_something_needs() -> None:
    bom = describe()
    components = {component["bom-ref"]: component for component in bom["components"]}
    needed = {reference for one in bom["dependencies"] for reference in one["dependsOn"]}
    locked = re.findall(r"^([\w.-]+)==([^ \\]+)", LOCK.read_text(), flags=re.MULTILINE)

    for name, version in locked:
        component = components[f"pkg:pypi/{name}@{version}"]
        assert component["externalReferences"][0]["hashes"][0]["alg"] == "SHA-256"
        assert component["licenses"]
    assert {"claims-svc@1.0.0", "water-chassis@1.0.0", "libheif"} <= components.keys()
    assert components.keys() - needed == set(), "nothing needs it, so why is it there?"
