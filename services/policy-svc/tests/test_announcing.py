"""Saying the present state again."""

from __future__ import annotations

import copy
from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chassis.testing import Harness
from policy_svc import announcing
from policy_svc.announcing import announce


async def test_announcing_all_says_the_present_state_again_in_the_same_versions(
    service: Harness, import_lines: Callable[..., Awaitable[int]], line: dict[str, Any]
) -> None:
    original = copy.deepcopy(line)
    await import_lines(line, original | {"policy_number": "7-531-01"})
    line["terms"][0]["deductible_cents"] = 0
    line["policyholder"]["language"] = "en"
    await import_lines(line)
    last = {(type(event), event.model_dump_json()) for event in (await service.published())[1:]}
    assert await announce(Namespace(all=True), service.runtime) == 0
    announced = await service.published()
    assert [(type(event).__name__, getattr(event, "version", None)) for event in announced] == [
        ("ContactChanged", 2),
        ("ContactChanged", 1),
        ("PolicyChanged", 2),
        ("PolicyChanged", 1),
    ]
    assert {(type(event), event.model_dump_json()) for event in announced} <= last


async def test_a_state_larger_than_one_batch_is_announced_once_and_whole(
    service: Harness, import_lines: Callable[..., Awaitable[int]], line: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "BATCH_ROWS", 2)
    await import_lines(*({**line, "policy_number": f"{number}-531-01"} for number in (1, 10, 2, 3, 77)))
    imported = await service.published()
    await announce(Namespace(all=True), service.runtime)
    announced = await service.published()
    assert sorted(map(repr, announced)) == sorted(map(repr, imported))
    assert len(announced) == 10
