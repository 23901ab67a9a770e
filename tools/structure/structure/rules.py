"""The import rules: those between packages, which follow from where a package lies, and each package's own.

A package's own rules stand in its pyproject.toml, as import-linter's `[[tool.importlinter.contracts]]`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from structure.packages import Package, Role

Rule: TypeAlias = Mapping[str, str | bool | Sequence[str]]

OUTSIDE_THE_RULES_OF_A_DOMAIN = (
    "aiokafka",
    "aiosmtplib",
    "asyncio",
    "asyncpg",
    "chassis",
    "confluent_kafka",
    "fastapi",
    "faststream",
    "jinja2",
    "opentelemetry",
    "prometheus_client",
    "pydantic_settings",
    "smpp34",
    "starlette",
    "structlog",
    "uvicorn",
)
"""Databases, brokers, clocks and frameworks: a rule of the business is the same without any of them."""


def all_rules(packages: Sequence[Package]) -> list[Rule]:
    """Return the rules between `packages` and those each of them declares for itself."""
    return [*rules_between(packages), *(rule for package in packages for rule in own_rules(package))]


def rules_between(packages: Sequence[Package]) -> list[Rule]:
    """Return the rules that hold whatever packages there are."""
    modules = {role: [package.module for package in packages if package.role is role] for role in Role}
    services, tools = modules[Role.SERVICE], modules[Role.TOOL]
    deployed = [*modules[Role.CONTRACTS], *modules[Role.CHASSIS], *services, *modules[Role.DEPLOYMENT]]
    launcher = "devstack"
    return [
        {
            "name": "Services know the chassis and the contracts, never each other",
            "type": "layers",
            "layers": [" | ".join(services), "chassis", "contracts"],
        },
        {
            "name": "The chassis knows what an event and a topic are, no business word",
            "type": "forbidden",
            "source_modules": ["chassis"],
            "forbidden_modules": ["contracts.*"],
            "ignore_imports": [
                f"chassis.** -> contracts.{known}"
                for known in (
                    "access",
                    "catalogue",
                    "codec",
                    "dead_letters",
                    "envelope",
                    "ignored_fields",
                    "language",
                    "malformed_reasons",
                    "packing",
                    "personal_data",
                    "topic",
                )
            ],
            "unmatched_ignore_imports_alerting": "none",
            "allow_indirect_imports": True,
        },
        {
            "name": "What is deployed does not know the tools of development",
            "type": "forbidden",
            "source_modules": deployed,
            "forbidden_modules": tools,
        },
        {
            "name": "The launcher of servers knows nothing of what runs on them",
            "type": "forbidden",
            "source_modules": [launcher],
            "forbidden_modules": [*deployed, *(tool for tool in tools if tool != launcher)],
        },
        {
            "name": "The demo is an outsider: the contracts and the launcher are all it knows",
            "type": "forbidden",
            "source_modules": ["demo"],
            "forbidden_modules": [
                *(module for module in deployed if module != "contracts"),
                *(tool for tool in tools if tool not in {launcher, "demo"}),
            ],
        },
        {
            "name": "The rules of the business know no database, no broker, no clock and no framework",
            "type": "forbidden",
            "source_modules": [f"{service}.domain" for service in services],
            "forbidden_modules": list(OUTSIDE_THE_RULES_OF_A_DOMAIN),
        },
        {
            "name": "No package and no room in it imports in a circle",
            "type": "acyclic_siblings",
            "ancestors": [package.module for package in packages if not declares_its_circles(package)],
        },
    ]


def declares_its_circles(package: Package) -> bool:
    """Whether a package has a rule of its own about circles, because it must allow one, and says why."""
    return any(rule["type"] == "acyclic_siblings" for rule in own_rules(package))


def own_rules(package: Package) -> list[Rule]:
    """Return the rules in the package's pyproject.toml."""
    settings = tomllib.loads((package.directory / "pyproject.toml").read_text())
    rules: list[Rule] = settings.get("tool", {}).get("importlinter", {}).get("contracts", [])
    return rules


def write_settings(path: Path, *, packages: Sequence[Package]) -> None:
    """Write a settings file of import-linter that holds all rules."""
    path.parent.mkdir(parents=True, exist_ok=True)
    modules = [package.module for package in packages]
    lines = ["[tool.importlinter]", f"root_packages = {json.dumps(modules)}", "include_external_packages = true"]
    path.write_text("\n".join([*lines, *(line for rule in all_rules(packages) for line in _lines(rule))]) + "\n")


def _lines(rule: Rule) -> Iterable[str]:
    """Write a rule in TOML; its texts, lists and booleans look the same in JSON."""
    yield "[[tool.importlinter.contracts]]"
    for name, value in rule.items():
        yield f"{name} = {json.dumps(value)}"
