"""The manifests for Kubernetes follow its schemas, and are what kustomize makes of them."""

import re
import shutil
import subprocess
from functools import cache

import kubernetes_validate.utils
import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from contracts.topics import TOPICS
from example_cluster import EXAMPLE, KUBERNETES
from kustomized import Value
from service_settings import SERVICES

OLDEST, NEWEST = "1.33", "1.37"
"""Kubernetes versions of which the schemas are asked; 1.32 and older know no `sleep` before a stop by default."""

_NAMED = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_OF_KEDA = {
    "ScaledObject": {
        "scaleTargetRef": {**_NAMED, "additionalProperties": {"type": "string"}},
        "minReplicaCount": {"type": "integer"},
        "maxReplicaCount": {"type": "integer"},
        "cooldownPeriod": {"type": "integer"},
        "triggers": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "metadata"],
                "properties": {
                    "type": {"enum": ["cpu", "kafka"]},
                    "metricType": {"enum": ["Utilization"]},
                    "metadata": _TEXTS,
                    "authenticationRef": _NAMED,
                },
                "additionalProperties": False,
            },
        },
    },
    "TriggerAuthentication": {
        "secretTargetRef": {
            "type": "array",
            "items": {**_TEXTS, "required": ["parameter", "name", "key"], "maxProperties": 3},
        }
    },
}
"""What we use of KEDA's own kinds, as its documentation describes them: Kubernetes' schemas do not hold them."""


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_object_of_kubernetes_follows_its_schema(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubernetes_validate.utils.schema_contents", cache(kubernetes_validate.utils.schema_contents))

    for one in EXAMPLE:
        if not one["apiVersion"].startswith("keda.sh/"):
            kubernetes_validate.validate(one, version, strict=True)


def test_a_field_that_kubernetes_does_not_know_is_found() -> None:
    wrong = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"port": []}}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, NEWEST, strict=True)


@pytest.mark.parametrize("kind", sorted(_OF_KEDA))
def test_every_object_of_keda_is_written_as_keda_describes_it(kind: str) -> None:
    spec = {"type": "object", "properties": _OF_KEDA[kind], "additionalProperties": False}
    found = [one for one in EXAMPLE if one["kind"] == kind]

    consuming = [service for service in SERVICES if any(service in topic.consumers for topic in TOPICS)]
    assert [one["metadata"]["name"] for one in found] == (consuming if kind == "TriggerAuthentication" else SERVICES)
    for one in found:
        assert one["apiVersion"] == "keda.sh/v1alpha1"
        Draft202012Validator(spec).validate(one["spec"])


def test_kustomize_renders_the_same() -> None:
    kustomize = shutil.which("kustomize")
    command = [kustomize, "build"] if kustomize else ["kubectl", "kustomize"]
    if shutil.which(command[0]) is None:
        pytest.skip("neither kustomize nor kubectl is on this machine: only our own rendering was looked at")

    rendered = subprocess.run([*command, str(KUBERNETES / "example")], check=True, capture_output=True, text=True)

    without_hashes = re.sub(r"\b(water|[a-z]+-svc)-[a-z0-9]{10}$", r"\1", rendered.stdout, flags=re.MULTILINE)
    assert ordered(list(yaml.safe_load_all(without_hashes))) == ordered(EXAMPLE)


def ordered(value: Value) -> Value:
    """Bring lists of things into one order: kustomize puts what a patch adds elsewhere than we do."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    return sorted(map(ordered, value), key=repr) if isinstance(value, list) else value
