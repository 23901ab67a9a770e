"""Renders a kustomization as `kustomize build` does, as far as the ones of this repository go.

It knows resources, generated ConfigMaps and their merging, images, a namespace, and patches by strategic merge and by
JSON 6902. It refuses whatever else a kustomization says. It gives ConfigMaps no hash, so no names change; and a test
compares what it renders with what kustomize renders, wherever that can be had.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import yaml

Object: TypeAlias = dict[str, Any]
Value: TypeAlias = Any
"""Whatever YAML holds."""

_KNOWN = {"apiVersion", "kind", "namespace", "resources", "images", "configMapGenerator", "patches"}
_OF_NO_NAMESPACE = {"Namespace"}


def render(directory: Path) -> list[Object]:
    """Return every object that the kustomization in `directory` makes."""
    told = yaml.safe_load((directory / "kustomization.yaml").read_text())
    if unknown := told.keys() - _KNOWN:
        raise NotImplementedError(f"{directory.name}: {sorted(unknown)}")
    objects = [found for resource in told.get("resources", ()) for found in _resource(directory / resource)]
    _generate(objects, told.get("configMapGenerator", ()))
    for patch in told.get("patches", ()):
        _patch(objects, target=patch["target"], patch=yaml.safe_load((directory / patch["path"]).read_text()))
    for image in told.get("images", ()):
        _rename(objects, name=image["name"], into=f"{image['newName']}:{image['newTag']}")
    if namespace := told.get("namespace"):
        for one in objects:
            if one["kind"] not in _OF_NO_NAMESPACE:
                one["metadata"]["namespace"] = namespace
    return objects


def pods(objects: Iterable[Object]) -> Iterator[tuple[Object, Object]]:
    """Each Deployment and Job with the specification of its pod."""
    for one in objects:
        if one["kind"] in {"Deployment", "Job"}:
            yield one, one["spec"]["template"]["spec"]


def _resource(path: Path) -> list[Object]:
    return render(path) if path.is_dir() else list(yaml.safe_load_all(path.read_text()))


def _generate(objects: list[Object], generators: Iterable[Object]) -> None:
    for generator in generators:
        data = dict(literal.split("=", maxsplit=1) for literal in generator.get("literals", ()))
        if generator.get("behavior") == "merge":
            (there,) = (one for one in objects if _is(one, kind="ConfigMap", name=generator["name"]))
            there["data"].update(data)
        else:
            name = {"name": generator["name"]}
            objects.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": name, "data": data})


def _patch(objects: list[Object], *, target: dict[str, str], patch: Value) -> None:
    for one in objects:
        if _is(one, **target):
            if isinstance(patch, list):
                for operation in patch:
                    _replace(one, **operation)
            else:
                told = {key: value for key, value in patch.items() if key != "metadata"}
                one.update(_merged(one, told))


def _is(one: Object, *, kind: str, name: str | None = None) -> bool:
    return one["kind"] == kind and name in {None, one["metadata"]["name"]}


def _merged(ours: Value, told: Value) -> Value:
    """Strategic merge: maps field by field, lists of named things by name, anything else is replaced."""
    if isinstance(ours, dict) and isinstance(told, dict):
        return {**ours, **{key: _merged(ours.get(key), value) for key, value in told.items()}}
    if isinstance(ours, list) and isinstance(told, list) and all("name" in one for one in [*ours, *told]):
        by_name = {one["name"]: one for one in ours}
        return list((by_name | {one["name"]: _merged(by_name.get(one["name"]), one) for one in told}).values())
    return copy.deepcopy(told)  # one patch serves many objects


def _replace(one: Object, *, op: str, path: str, value: Value) -> None:
    """RFC 6902, of which only `replace` is used."""
    if op != "replace":
        raise NotImplementedError(op)
    *way, last = path.removeprefix("/").split("/")
    place: Value = one
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    place[int(last) if isinstance(place, list) else last] = value


def _rename(objects: Iterable[Object], *, name: str, into: str) -> None:
    for _, pod in pods(objects):
        for container in pod["containers"]:
            if container["image"] == name:
                container["image"] = into
