"""The cluster that deploy/kubernetes/example describes."""

from pathlib import Path

from kustomized import Object, render

KUBERNETES = Path(__file__).resolve().parents[1] / "kubernetes"
EXAMPLE = render(KUBERNETES / "example")
DEPLOYED = {one["metadata"]["name"]: one for one in EXAMPLE if one["kind"] == "Deployment"}
JOBS = {one["metadata"]["name"]: one for one in EXAMPLE if one["kind"] == "Job"}


def named(kind: str, name: str) -> Object:
    (found,) = (one for one in EXAMPLE if one["kind"] == kind and one["metadata"]["name"] == name)
    return found


def container_of(one: Object) -> Object:
    """Return the one container of a Deployment or Job."""
    (container,) = one["spec"]["template"]["spec"]["containers"]
    return dict(container)


def environment(one: Object) -> dict[str, str | None]:
    """Every variable that a container is given; None is what only the cluster knows, a Secret."""
    container = container_of(one)
    given: dict[str, str | None] = {}
    for source in container.get("envFrom", ()):
        if "configMapRef" in source:
            given |= named("ConfigMap", source["configMapRef"]["name"])["data"]
    return given | {variable["name"]: variable.get("value") for variable in container.get("env", ())}
