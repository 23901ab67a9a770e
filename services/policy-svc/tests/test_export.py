"""What is exported is imported again: into the same database without any change, into an empty one as it was."""

from __future__ import annotations

import stat
from argparse import Namespace
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from every_kind import every_kind
from msgspec.structs import replace
from policy_lines import Importer
from stored_policies import insured, period, store

from chassis.testing import Harness
from contracts.policy import Building, PolicyCover, PolicyKind
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
    await service.pool.execute("UPDATE customer SET postcode = '6011RA', house_number = '12'")
    await service.published()
    path = await export(name)

    assert await import_file(service, path) == 0

    assert await service.published() == []


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


async def test_an_export_is_as_long_as_there_are_policies_whatever_a_batch_holds(
    import_lines: Importer, export: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_policies, "BATCH_ROWS", 2)
    await import_lines(*every_kind())
    assert len((await export("export.jsonl")).read_bytes().splitlines()) == len(every_kind())
