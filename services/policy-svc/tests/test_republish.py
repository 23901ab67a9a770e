from __future__ import annotations

import copy
from argparse import Namespace
from collections.abc import Sequence

import pytest
from policy_lines import Importer, Line

from chassis.testing import Harness
from contracts.policy import ContactChanged, PolicyChanged
from contracts.topic import Event
from policy_svc.commands import republish


def newest_of(events: Sequence[Event]) -> dict[object, Event]:
    """Return the last event of every policy and customer, as a compacted topic keeps them."""
    return {
        event.policy_number if isinstance(event, PolicyChanged) else event.relation_number: event
        for event in events
        if isinstance(event, PolicyChanged | ContactChanged)
    }


async def test_the_present_state_is_published_again_in_the_same_versions(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    original = copy.deepcopy(line)
    await import_lines(line, original | {"policy_number": "7-531-01"})
    line["terms"][0]["deductible_cents"] = 0
    line["policyholder"]["language"] = "en"
    await import_lines(line)
    newest = newest_of(await service.published())
    assert await republish.run(Namespace(all=True), service.runtime) == 0
    republished = await service.published()
    assert [(type(event).__name__, getattr(event, "version", None)) for event in republished] == [
        ("ContactChanged", 2),
        ("ContactChanged", 1),
        ("PolicyChanged", 2),
        ("PolicyChanged", 1),
    ]
    assert newest_of(republished) == newest


async def test_a_state_larger_than_one_batch_is_published_once_and_whole(
    service: Harness, import_lines: Importer, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(republish, "BATCH_ROWS", 2)
    await import_lines(*({**line, "policy_number": f"{number}-531-01"} for number in (1, 10, 2, 3, 77)))
    imported = await service.published()
    assert await republish.run(Namespace(all=True), service.runtime) == 0
    republished = await service.published()
    assert sorted(map(repr, republished)) == sorted(map(repr, imported))
    assert len(republished) == 10
