"""A rule of Prometheus, and how a file of them is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from textwrap import indent

RUNBOOKS = "docs/runbooks"


class Severity(StrEnum):
    """What an alert asks of somebody."""

    PAGE = "page"
    """Customers are, or soon will be, without what they were promised: now, at any hour."""
    TICKET = "ticket"
    """It can wait for the working day, and will not mend itself."""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One alert: what is seen, for how long before it counts (Prometheus writes `2m`), and what it says.

    `summary` may use the labels of what was found, as `{{ $labels.job }}`. The runbook bears the name of the alert.
    """

    name: str
    expr: str
    lasts: str
    severity: Severity
    summary: str
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def runbook(self) -> str:
        """Where the repository has what to do."""
        return f"{RUNBOOKS}/{self.name}.md"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A query that is worked out all the time and kept under a name of its own."""

    name: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rules that are worked out together, every `every`, or as often as Prometheus is told to."""

    name: str
    rules: Sequence[Alert | Recorded]
    every: str | None = None


def rule_file(groups: Sequence[Group], *, made_by: str) -> str:
    """Return the YAML of a file of rules. Strings are written as JSON writes them, which YAML reads alike."""
    return f"# Written by: {made_by}\ngroups:\n" + "".join(line for group in groups for line in _group(group))


def _group(group: Group) -> Iterator[str]:
    yield f"  - name: {group.name}\n"
    if group.every:
        yield f"    interval: {group.every}\n"
    yield "    rules:\n"
    for rule in group.rules:
        yield from _rule(rule)


def _rule(rule: Alert | Recorded) -> Iterator[str]:
    match rule:
        case Recorded():
            yield f"      - record: {rule.name}\n"
            yield _expression(rule.expr)
            yield from _mapping("labels", rule.labels)
        case Alert():
            yield f"      - alert: {rule.name}\n"
            yield _expression(rule.expr)
            yield f"        for: {rule.lasts}\n"
            yield from _mapping("labels", {"severity": rule.severity.value, **rule.labels})
            yield from _mapping("annotations", {"summary": rule.summary, "runbook_url": rule.runbook})


def _expression(expr: str) -> str:
    return "        expr: |-\n" + indent(expr.strip(), " " * 10) + "\n"


def _mapping(name: str, values: Mapping[str, str]) -> Iterator[str]:
    if values:
        yield f"        {name}:\n"
        yield from (f"          {key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
