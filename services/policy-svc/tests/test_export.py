"""What is exported is imported again: into the same database without any change, into an empty one as it was."""

from __future__ import annotations

import asyncio
import os
import stat
from argparse import Namespace
from collections.abc import Callable, Coroutine
from datetime import date
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest
from every_kind import every_kind
from msgspec.structs import replace
from policy_http import Policies
from policy_lines import Importer
from stored_policies import insured, period, store

from chassis.testing import Harness
from contracts.policy import Building, PolicyCover, PolicyKind, Premium, PremiumPart
from policy_svc.commands import export_policies, import_policies
from policy_svc.domain.premium import priced
from policy_svc.domain.versions import VersionReason

Exporter = Callable[[str], Coroutine[Any, Any, Path]]
_ALL = "TRUNCATE policy, customer, policy_terms, policy_version, customer_version CASCADE"


@pytest.fixture
def export(service: Harness, tmp_path: Path) -> Exporter:
    """Export into a file of this name."""

    async def run(name: str) -> Path:
        path = tmp_path / name
        assert await export_policies.run(Namespace(file=path), service.runtime) == 0
        return path

    return run


async def import_file(service: Harness, path: Path) -> int:
    return await import_policies.run(Namespace(file=path, tell_customers=False, overwrite=False), service.runtime)


async def test_an_export_of_every_kind_changes_nothing_here_and_is_the_same_state_elsewhere(
    service: Harness, import_lines: Importer, export: Exporter
) -> None:
    assert await import_lines(*every_kind()) == 0
    await service.published()
    exported = {name: await export(name) for name in ("export.jsonl", "export.csv")}

    for path in exported.values():
        assert await import_file(service, path) == 0
    assert await service.published() == []

    for name, path in exported.items():
        await service.pool.execute(_ALL)
        assert await import_file(service, path) == 0
        assert (await export(f"again_{name}")).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", ["export.jsonl", "export.csv"])
async def test_what_was_changed_or_stored_in_another_form_is_exported_and_imported_without_a_change(
    service: Harness, export: Exporter, name: str
) -> None:
    """Changes keep covers in their order, imports sorted them once; a home may be given a building without facts."""
    chosen = (PolicyCover.TRAVEL, PolicyCover.LUGGAGE, PolicyCover.CANCELLATION)
    for number, covers in (("123456-721-01", chosen), ("123456-721-02", tuple(sorted(chosen)))):
        terms = period(PolicyKind.TRAVEL, "2021-02-01", covers=covers)
        priced_terms = priced(PolicyKind.TRAVEL, terms, on=terms.effective_on)
        await store(service.runtime, number, PolicyKind.TRAVEL, priced_terms, reason=VersionReason.COVER_CHANGED)
    home = replace(insured(PolicyKind.BUILDINGS)["home"], building=Building())
    terms = period(PolicyKind.BUILDINGS, "2021-02-01", home=home)
    await store(service.runtime, "123456-531-04", PolicyKind.BUILDINGS, terms, reason=VersionReason.MOVED)
    await service.published()
    path = await export(name)

    assert await import_file(service, path) == 0

    assert await service.published() == []


_PREMIUMS = (
    None,
    Premium(a_year_cents=9_900, parts=(), model="of-old-1"),
    Premium(
        a_year_cents=9_000,
        parts=(PremiumPart(code="all", amount_cents=9_900), PremiumPart(code="deductible", amount_cents=-900)),
        model="of-old-1",
        is_estimate=True,
    ),
)
_REACHED_BY = (
    "email = 'j@example.org', mobile_phone = NULL, postcode = NULL, house_number = NULL",
    "email = 'j@example.org', mobile_phone = '+31612345678', postcode = '1012JS', house_number = '1'",
    "email = NULL, mobile_phone = NULL, postcode = '1012JS', house_number = '1'",
    "email = NULL, mobile_phone = '+31612345678', postcode = NULL, house_number = NULL",
)


@pytest.mark.parametrize("name", ["export.jsonl", "export.csv"])
async def test_whatever_is_stored_is_exported_and_imported_without_a_change(
    service: Harness, export: Exporter, name: str
) -> None:
    """Every kind of policy, with each sort of premium, of customers who are reached in each way."""
    everything = list(product(PolicyKind, _PREMIUMS, _REACHED_BY))
    reasons = cycle(VersionReason)
    for relation, (kind, premium, reached_by) in enumerate(everything, start=1):
        one = period(kind, "2021-02-01", "2022-02-01", premium=premium)
        other = replace(one, effective_on=date(2022, 3, 1), ends_on=None, deductible_cents=25_000)
        await store(service.runtime, f"{relation}-531-01", kind, one, other, reason=next(reasons))
        await service.pool.execute(f"UPDATE customer SET {reached_by} WHERE relation_number = $1", str(relation))  # noqa: S608 - from above
    await service.published()
    path = await export(name)

    assert await import_file(service, path) == 0

    assert await service.published() == []


async def test_every_customer_of_an_export_finds_it_among_who_has_seen_their_data(
    policies: Policies, tmp_path: Path
) -> None:
    runtime = policies.running.runtime
    for number in ("123456-211-01", "123456-211-02", "777-211-01"):
        await store(runtime, number, PolicyKind.CAR, period(PolicyKind.CAR, "2021-02-01"))

    assert await export_policies.run(Namespace(file=tmp_path / "export.csv"), runtime) == 0

    for relation_number in ("123456", "777"):
        answer = await policies.get(f"/customers/{relation_number}/access-records", relation_number=relation_number)
        (seen,) = answer.json()["items"]
        assert (seen["who"], seen["operation"], seen["details"]) == ("operator", "policies.read", {"command": "export"})


async def test_only_its_owner_can_read_an_export_and_no_file_is_overwritten(
    service: Harness, import_lines: Importer, export: Exporter, capsys: pytest.CaptureFixture[str]
) -> None:
    await import_lines(*every_kind())
    path = await export("export.csv")
    content = path.read_bytes()

    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    assert await export_policies.run(Namespace(file=path), service.runtime) == 2
    assert "File exists" in capsys.readouterr().err
    assert path.read_bytes() == content


async def test_exports_at_once_of_one_name_give_one_whole_file_and_what_lies_there_is_never_written_to(
    service: Harness, import_lines: Importer, export: Exporter, tmp_path: Path
) -> None:
    await import_lines(*every_kind())
    whole = (await export("whole.csv")).read_bytes()
    others, left_over, link = (tmp_path / name for name in ("others", "left.csv.unfinished", "linked.csv.unfinished"))
    for file in (others, left_over):
        file.write_text("of somebody else")
        file.chmod(0o644)
    link.symlink_to(others)

    path = tmp_path / "export.csv"
    answers = await asyncio.gather(
        *(export_policies.run(Namespace(file=path), service.runtime) for _ in range(4)),
    )
    later = [await export(name) for name in ("left.csv", "linked.csv")]

    assert sorted(answers) == [0, 2, 2, 2]
    for file in (path, *later):
        assert file.read_bytes() == whole
        assert stat.S_IMODE(file.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
        assert not file.is_symlink()
    assert {file.read_text() for file in (others, left_over)} == {"of somebody else"}
    unfinished = {name for name in os.listdir(tmp_path) if name.endswith(".unfinished")}  # noqa: PTH208 - of a test
    assert unfinished == {left_over.name, link.name}


async def test_an_export_is_as_long_as_there_are_policies_whatever_a_batch_holds(
    import_lines: Importer, export: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_policies, "BATCH_ROWS", 2)
    await import_lines(*every_kind())
    assert len((await export("export.jsonl")).read_bytes().splitlines()) == len(every_kind())
