"""What is decided can be tried beforehand and decided again afterwards, from what anybody can hold."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from at_the_desk import (
    BEARING,
    NUMBERS,
    OVER_LAND,
    STORM,
    Desk,
    loss,
    policy,
)

from contracts.topics import TOPICS

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def proofs(desk: Desk) -> Path:
    """Where the proofs of all claims were exported to, of what was decided by the rules and by hand."""
    await desk.phoned(policy("15"), OVER_LAND, ("buildings", 60_000))
    by_hand = await desk.phoned(policy("16"), STORM, ("buildings", 70_000))
    await desk.rule(desk.handler, by_hand, "covered", "storm")
    directory = desk.directory / "proofs"
    await desk.whole.platform.export_proofs(directory)
    return directory


async def test_what_if_is_the_same_over_http_and_by_command_and_leaves_no_trace(desk: Desk, tmp_path: Path) -> None:
    number = policy("11")
    tried = {**loss(number, OVER_LAND, ("buildings", 150_000)), "reported_at": datetime.now(UTC).isoformat()}
    before = await records_of_claims(desk)
    by_http = await desk.operator.post("/claims/assess", tried, status=200)

    facts = {name: {"value": value, "source": "customer"} for name, value in OVER_LAND.items()}
    asked = tmp_path / "what-if.json"
    asked.write_text(json.dumps({**tried, "facts": facts}))
    printed = await desk.whole.platform.printed_by("claims-svc", "assess", str(asked))

    assert json.loads(printed[printed.index("{\n") :]) == by_http
    assert by_http["decisions"]["heavy_rain"]["payable_cents"] == 150_000 - BEARING
    assert by_http["decisions"]["no_rain"]["outcome"] == "denied"
    assert by_http["questions"] == []
    vague = await desk.handler.post("/claims/assess", loss(number, {}, ("buildings", 150_000)), status=200)
    assert vague["questions"][0] == {"code": "route", "asked_of": "reporter"}
    assert await desk.found(policy_number=number) == []
    assert await records_of_claims(desk) == before


async def records_of_claims(desk: Desk) -> dict[str, int]:
    """Return how many records claims-svc has published on each of its topics, when nothing more comes."""

    async def count() -> dict[str, int]:
        return {topic.name: len(await desk.records(topic)) for topic in TOPICS if "claims-svc" in topic.producers}

    counted = [await count()]

    async def grown() -> bool:
        counted.append(await count())
        return counted[-1] != counted[-2]

    await desk.eventually(grown, lambda has_grown: not has_grown, what="an end of what is published")
    return counted[-1]


async def test_what_was_decided_can_be_decided_again_from_its_proofs_by_anybody(desk: Desk, proofs: Path) -> None:
    found = [claim for number in NUMBERS for claim in await desk.found(policy_number=policy(number))]
    paths = proofs_of({claim["reference"] for claim in found}, proofs)
    by_hand = [path for path in paths if "rulings" in json.loads(path.read_bytes())["basis"]]

    printed = await desk.whole.platform.printed_by("claims-svc", "proofs", "verify", *map(str, paths))

    said = [line for line in printed.splitlines() if ".json: " in line]
    assert [line for line in said if ": MATCH sha256 " not in line] == []
    assert len(said) == len(paths)
    assert by_hand


def claims_with_proofs(directory: Path) -> set[str]:
    """Return the references of all claims of which proofs were exported."""
    return {path.name.partition("-v")[0] for path in directory.glob("W*.json")}


def proofs_of(references: Collection[str], directory: Path) -> list[Path]:
    """Return the proofs of these claims among those that were exported."""
    return [path for path in sorted(directory.glob("*.json")) if path.name.partition("-v")[0] in references]


async def test_a_backtest_tells_per_ground_what_other_parameters_would_cost(
    desk: Desk, proofs: Path, tmp_path: Path
) -> None:
    claims = claims_with_proofs(proofs)
    candidate = tmp_path / "candidate.toml"
    candidate.write_text('version = "home-candidate"\nweather_deductible_minimum_cents = 0\n')

    printed = await desk.whole.platform.printed_by(
        *("claims-svc", "rules", "backtest", "--product", str(candidate), "--against", str(proofs))
    )

    table = printed[printed.index("product home-candidate") :].splitlines()
    rows = {words[0]: words for words in (line.removeprefix("in ").split() for line in table[2:]) if words}
    assert table[1].split()[:3] == ["decided", "on", "claims"]
    assert {"heavy_local_precipitation", "handler_covers", "all"} <= set(rows)
    assert int(rows["all"][1]) == len(claims)
    more = float(rows["heavy_local_precipitation"][-1].replace(",", ""))
    assert more >= BEARING / 100
