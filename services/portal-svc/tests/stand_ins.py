"""Stand-ins for the services, which answer only what their OpenAPI descriptions promise, and take only what those take.

Without being told what to answer, they answer the example of the description.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # comes without types

from portal_svc.clients.services import ServiceName

DESCRIPTIONS = Path(__file__).parents[3] / "contracts" / "generated" / "openapi"
Deciding = Callable[[httpx.Request], bool]


@cache
def description_of(service: ServiceName) -> Mapping[str, Any]:
    described: Mapping[str, Any] = json.loads((DESCRIPTIONS / f"{service}-svc.json").read_text())
    return described


@cache
def _validator(service: ServiceName, schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": description_of(service)["components"]})


def check(service: ServiceName, schema: Mapping[str, Any], value: object, *, what: str) -> None:
    """Fail where `value` is not as `schema` says."""
    wrong = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in _validator(service, json.dumps(schema)).iter_errors(value)
    ]
    assert not wrong, f"{what}: {wrong[:3]}"


@dataclass(frozen=True)
class Prepared:
    method: str
    template: str
    status: int
    body: object
    headers: Mapping[str, str]
    only_if: Deciding


def _whatever(_: httpx.Request) -> bool:
    return True


@dataclass
class StandIn:
    """One service. `asked` is what it was asked, in order; `is_away` lets nobody answer."""

    service: ServiceName
    prepared: list[Prepared] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)
    is_away: bool = False

    def example(self, method: str, template: str) -> Any:  # noqa: ANN401 - JSON
        """A copy of what the description gives as the example of a success, to be changed."""
        for status, answer in self._operation(method, template)["responses"].items():
            if status.startswith("2") and "application/json" in answer.get("content", {}):
                return copy.deepcopy(answer["content"]["application/json"]["example"])
        return None

    def answers(
        self,
        method: str,
        template: str,
        body: object = None,
        *,
        status: int = 0,
        headers: Mapping[str, str] | None = None,
        only_if: Deciding = _whatever,
    ) -> None:
        """Answer `body` from now on; JSON is checked against the description, bytes are sent as they are."""
        described = self._operation(method, template)["responses"]
        status = status or min(int(code) for code in described if code[0] in "23")
        assert str(status) in described, f"{method} {template} answers {sorted(described)}"
        if not isinstance(body, bytes) and body is not None:
            content = described[str(status)]["content"]
            media = "application/json" if "application/json" in content else "application/problem+json"
            check(self.service, content[media]["schema"], body, what=f"{method} {template}")
        self.prepared.insert(0, Prepared(method, template, status, body, headers or {}, only_if))

    def refuses(
        self,
        method: str,
        template: str,
        problem: str,
        *,
        status: int,
        errors: Sequence[Mapping[str, str]] = (),
        **more: object,
    ) -> None:
        """Answer by a problem from now on."""
        told = {"type": f"/problems/{problem}", "title": "No", "status": status, "detail": "Not this.", **more}
        if errors:
            told["errors"] = list(errors)
        self.prepared.insert(
            0, Prepared(method, template, status, told, {"content-type": "application/problem+json"}, _whatever)
        )

    def bodies(self, method: str, template: str) -> list[Any]:
        """What was sent there, in order."""
        pattern = _pattern(template)
        return [
            json.loads(one.content)
            for one in self.asked
            if one.method == method and pattern.fullmatch(one.url.path) and one.content
        ]

    async def handle(self, request: httpx.Request) -> httpx.Response:
        if self.is_away:
            raise httpx.ConnectError("away")
        await request.aread()
        self.asked.append(request)
        template = self._template_of(request)
        self._check_request(request, template)
        for one in self.prepared:
            if one.method == request.method and one.template == template and one.only_if(request):
                return _response(one)
        for status, answer in self._operation(request.method, template)["responses"].items():
            if status[0] in "23":
                content = answer.get("content", {})
                if "application/json" in content:
                    return httpx.Response(int(status), json=content["application/json"]["example"])
                media = next(iter(content), "")
                return httpx.Response(
                    int(status), content=b"%PDF-1.7 example" if media else b"", headers={"content-type": media}
                )
        raise AssertionError(f"{template} promises no success")

    def _operation(self, method: str, template: str) -> Mapping[str, Any]:
        paths = description_of(self.service)["paths"]
        assert template in paths, f"{self.service} has no {template}"
        assert method.lower() in paths[template], f"{self.service} has no {method} {template}"
        found: Mapping[str, Any] = paths[template][method.lower()]
        return found

    def _template_of(self, request: httpx.Request) -> str:
        paths = description_of(self.service)["paths"]
        fitting = [path for path in paths if _pattern(path).fullmatch(request.url.path)]
        fitting = [path for path in fitting if request.method.lower() in paths[path]]
        assert fitting, f"{self.service} has no {request.method} {request.url.path}"
        return str(min(fitting, key=lambda path: path.count("{")))

    def _check_request(self, request: httpx.Request, template: str) -> None:
        operation = self._operation(request.method, template)
        if operation.get("security"):
            assert request.headers.get("authorization", "").startswith("Bearer "), f"{template} without a token"
        known = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        assert set(request.url.params) <= known, f"{template} does not know {set(request.url.params) - known}"
        for one in operation.get("parameters", ()):
            if one["in"] == "header" and one.get("required"):
                assert one["name"] in request.headers, f"{template} needs {one['name']}"
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is not None:
            assert request.content, f"{template} needs a body"
            check(self.service, body["schema"], json.loads(request.content), what=f"sent to {template}")


def _response(one: Prepared) -> httpx.Response:
    if isinstance(one.body, bytes):
        return httpx.Response(one.status, content=one.body, headers=one.headers)
    if one.body is None:
        return httpx.Response(one.status, headers=one.headers)
    return httpx.Response(one.status, json=one.body, headers=one.headers)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)))


def stand_ins() -> dict[ServiceName, StandIn]:
    return {name: StandIn(name) for name in ServiceName}


__all__ = ["StandIn", "description_of", "stand_ins"]
