"""Somebody on call, with one command line and an operator's token: a claim's whole story, dead letters, how all is."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from at_the_desk import add_portal
from whole_platform import Claimant, WholePlatform

from contracts.access import SEARCH_CLAIMS, Role, operations_of
from contracts.envelope import encode
from contracts.loss_reports import (
    LOSS_AFTER_REPORT_TOLERANCE,
    LOSS_REPORTED,
    DamageItem,
    DamageKind,
    LossFacts,
    LossReported,
    ReportChannel,
)
from contracts.vocabulary import Fact, LossInterval, Truth
from demo.platform import APIS
from demo.staff import log_in, make_account
from demo.tokens import CALLBACK
from devstack.process.programs import console_script

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONSOLE = "on-call"
SCOPES = (SEARCH_CLAIMS.scope, *(operation.scope for operation in operations_of("claims-svc")))
TRACE = "4bf92f3577b34da6a3ce929d0e0e4799"
WATER_RAN_IN = LossFacts(
    precipitation_left_its_course=Fact(value=Truth.TRUE), came_through_open_window_or_door=Fact(value=Truth.FALSE)
)
AFTER_THE_RAIN = datetime(2021, 7, 15, 1, 30, tzinfo=UTC)
WHY = "the app has sent it again with a channel that exists"
PATIENCE = timedelta(seconds=20)


@dataclass
class OnCall:
    """Somebody at a terminal."""

    environment: Mapping[str, str]

    async def water(self, *words: str, typed: str = "", **changed: str) -> tuple[int, str, str]:
        """Run `water`, and type what it asks for; return exit code, standard output and standard error."""
        process = await asyncio.create_subprocess_exec(
            str(console_script("water")),
            *words,
            env={**os.environ, **self.environment, **changed},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        printed, complained = await process.communicate(typed.encode())
        return process.returncode or 0, printed.decode(), complained.decode()

    async def told(self, *words: str) -> dict[str, Any]:
        """Return the JSON of a command that succeeds."""
        code, printed, complained = await self.water(*words, "--json")
        assert code == 0, (printed, complained)
        answer: dict[str, Any] = json.loads(printed)
        return answer

    async def dead_letter(self, about: UUID) -> dict[str, Any]:
        """Wait until something is a dead letter."""
        async with asyncio.timeout(PATIENCE.total_seconds()):
            while not (found := (await self.told("dead-letters", "list", "--about", str(about)))["dead_letters"]):
                await asyncio.sleep(0.2)
        letter: dict[str, Any] = found[0]
        return letter


async def token_of(whole: WholePlatform, role: Role) -> str:
    async with httpx.AsyncClient(base_url=whole.platform.auth_url, timeout=20) as accounts:
        email = f"{role}-{uuid4().hex[:8]}@example.org"
        return await log_in(whole.platform, accounts, role=role, email=email, scopes=SCOPES, client=CONSOLE)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def on_call(whole: WholePlatform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OnCall]:
    await add_portal(whole, CONSOLE, CALLBACK, SCOPES)
    kept = tmp_path_factory.mktemp("operator") / "token"
    kept.touch(mode=0o600)
    kept.write_text(await token_of(whole, Role.OPERATOR))
    ports = {f"WATER_{name.removesuffix('-svc').upper()}_URL": whole.platform.api_ports[name] for name in APIS}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    yield OnCall({**urls, "WATER_TOKEN_FILE": str(kept)})


async def send(whole: WholePlatform, claimant: Claimant, report: LossReported, *, value: bytes | None = None) -> None:
    """Send a report as the app does; `value` takes the place of what it holds."""
    message = encode(
        LOSS_REPORTED,
        report,
        event_id=str(uuid4()),
        source="/app",
        time=report.reported_at,
        traceparent=f"00-{TRACE}-00f067aa0ba902b7-01",
    )
    sent = message.value if value is None else value
    whole.sent_by_upstream.append(sent)
    headers = list(message.headers)
    await claimant.producer.send_and_wait(message.topic, sent, key=message.key, headers=headers)


def a_report(*, reported_at: datetime) -> LossReported:
    return LossReported(
        report_id=uuid4(),
        policy_number="100298-531-01",
        channel=ReportChannel.APP,
        reported_at=reported_at,
        loss=LossInterval(from_at=AFTER_THE_RAIN, until_at=AFTER_THE_RAIN),
        facts=WATER_RAN_IN,
        damage=(DamageItem(kind=DamageKind.BUILDINGS, amount_cents=150_000),),
    )


async def test_the_whole_story_of_a_claim_is_told_by_the_id_of_its_report(claimant: Claimant, on_call: OnCall) -> None:
    report = await claimant.report(
        policy_number="100207-531-01",
        loss_at=AFTER_THE_RAIN,
        facts=WATER_RAN_IN,
        traceparent=f"00-{TRACE}-00f067aa0ba902b7-01",
    )
    decision = await claimant.decision(report)
    claim_id = decision.event.claim_id
    await claimant.messages(claim_id)

    told = await on_call.told("claim", str(report.report_id))

    claim = told["claim"]
    assert (claim["claim_id"], claim["state"]) == (str(claim_id), "decided")
    assert {fact["name"] for fact in claim["facts"]} == {
        "precipitation_left_its_course",
        "came_through_open_window_or_door",
    }
    assert claim["rain"]["stations"]
    assert claim["findings"][0]["outcome"] == claim["outcome"]
    assert claim["payable_cents"] == decision.event.money.payable_cents
    states = {(message["channel"], message["state"]) for message in told["messages"] if message["claim_version"]}
    assert states == {("email", "sent"), ("sms", "sent")}
    assert {"reported", "rain_asked", "decided"} <= {entry["kind"] for entry in told["timeline"]}
    assert TRACE in told["trace_ids"]
    assert told["missing"] == []
    for known in (claim["reference"], str(claim_id)):
        code, page, _ = await on_call.water("claim", known)
        assert code == 0
        assert claim["reference"] in page
        assert "What happened" in page


async def test_a_report_that_was_rejected_is_found_by_its_id_shown_and_discarded_for_a_reason(
    whole: WholePlatform, claimant: Claimant, on_call: OnCall
) -> None:
    report = a_report(reported_at=datetime.now(UTC))
    sound = encode(LOSS_REPORTED, report, event_id="-", source="/app", time=report.reported_at).value
    wrong = json.dumps({**json.loads(sound), "channel": "fax"}).encode()
    await send(whole, claimant, report, value=wrong)

    letter = await on_call.dead_letter(report.report_id)
    code, page, _ = await on_call.water("claim", str(report.report_id))
    assert code == 0
    assert letter["id"] in page
    assert letter["reason"].split(";")[0][:40] in " ".join(page.split())
    assert (letter["service"], letter["key"], letter["trace_id"]) == ("claims-svc", str(report.report_id), TRACE)

    shown = await on_call.told("dead-letters", "show", letter["id"])
    assert shown["decoded"]["channel"] == "fax"
    discarded = await on_call.told("dead-letters", "discard", letter["id"], "--because", WHY)
    assert [one["settled_as"] for one in discarded["settled"]] == ["discarded"]

    listed = (await on_call.told("dead-letters", "list", "--about", str(report.report_id)))["dead_letters"]
    (record,) = (await on_call.told("claim", str(report.report_id)))["dead_letters"]
    assert listed == []
    assert record["discarded_because"] == WHY
    assert record["discarded_by"]
    lines = [line for line in whole.log_entries("claims-svc") if line.get("dead_letter_id") == letter["id"]]
    by = {str(line["event"]): line["operator"] for line in lines if "operator" in line}
    assert by == {"dead_letter.shown": record["discarded_by"], "dead_letter.discarded": record["discarded_by"]}


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_report_that_was_not_taken_is_taken_when_its_cause_is_over(
    whole: WholePlatform, claimant: Claimant, on_call: OnCall
) -> None:
    # It must still be too early when the first replay is asked for, however busy the machine is.
    ahead = LOSS_AFTER_REPORT_TOLERANCE + 3 * PATIENCE
    report = a_report(reported_at=datetime.now(UTC) + ahead)
    await send(whole, claimant, report)
    letter = await on_call.dead_letter(report.report_id)
    code, _, complained = await on_call.water("dead-letters", "replay", letter["id"])
    assert (code, "must not be later than now" in complained) == (1, True)

    async with asyncio.timeout(5 * PATIENCE.total_seconds()):
        while (await on_call.water("dead-letters", "replay", letter["id"]))[0] != 0:
            await asyncio.sleep(1)

    told = await on_call.told("claim", str(report.report_id))
    assert told["claim"]["reports"][0]["report_id"] == str(report.report_id)
    (replayed,) = told["dead_letters"]
    assert replayed["replayed_at"] is not None
    code, _, complained = await on_call.water("dead-letters", "replay", letter["id"])
    assert code == 1
    assert "replayed or discarded before" in complained


async def test_how_the_platform_is_can_be_seen(on_call: OnCall) -> None:
    health = await on_call.told("health")
    assert {name: answer["healthy"] for name, answer in health.items()} == dict.fromkeys(health, True)
    assert set(health) == set(APIS)
    lag = await on_call.told("lag")
    consumers = {one["consumer"]: one["records"] for answer in lag.values() for one in answer["consumers"]}
    assert "claims-svc.claims.loss-reported.v1" in consumers
    assert None not in consumers.values()
    for command in ("timers", "outbox"):
        code, page, complained = await on_call.water(command)
        assert code in {0, 1}, complained
        assert "claims-svc" in page
    code, page, _ = await on_call.water("stations")
    assert code == 1, "the newest hours are of July 2021"
    assert "Ell" in page


@pytest.mark.parametrize("role", [Role.CLAIMS_HANDLER, Role.SENIOR_HANDLER])
async def test_nobody_but_an_operator_sees_or_settles_anything(
    whole: WholePlatform, on_call: OnCall, tmp_path: Path, role: Role
) -> None:
    kept = tmp_path / "token"
    kept.touch(mode=0o600)
    kept.write_text(await token_of(whole, role))
    others = str(uuid4())

    for words in (
        *(("health",), ("lag",), ("timers",), ("outbox",), ("stations",), ("dead-letters", "list")),
        *(("dead-letters", "show", others), ("dead-letters", "replay", others)),
        ("dead-letters", "discard", others, "--because", "no reason of ours"),
    ):
        code, printed, complained = await on_call.water(*words, WATER_TOKEN_FILE=str(kept))
        assert code == 2, (words, printed, complained)
    assert (await on_call.water("health", WATER_TOKEN_FILE="", WATER_TOKEN="made-up"))[0] == 2


async def test_an_operator_logs_in_by_both_steps_works_and_logs_out(
    whole: WholePlatform, on_call: OnCall, tmp_path: Path
) -> None:
    await add_portal(whole, "water", "http://127.0.0.1/signed-in", SCOPES)
    async with httpx.AsyncClient(base_url=whole.platform.auth_url, timeout=20) as accounts:
        email = f"operator-{uuid4().hex[:8]}@example.org"
        account = await make_account(whole.platform, accounts, role=Role.OPERATOR, email=email)
    at_home = {"WATER_TOKEN_FILE": "", "XDG_STATE_HOME": str(tmp_path)}
    assert (await on_call.water("health", **at_home))[0] == 2

    typed = f"{account.password}\n{await account.code()}\n"
    code, _, complained = await on_call.water("login", "--email", email, typed=typed, **at_home)
    assert code == 0, complained

    kept = tmp_path / "water" / "login.json"
    told = json.loads(kept.read_text())
    assert (await on_call.water("health", **at_home))[0] == 0
    kept.write_text(json.dumps({**told, "good_until": 0.0}))
    assert (await on_call.water("health", **at_home))[0] == 0
    assert json.loads(kept.read_text())["refresh_token"] != told["refresh_token"]
    refreshed = kept.read_text()
    assert (await on_call.water("logout", **at_home))[0] == 0
    assert (await on_call.water("health", **at_home))[0] == 2
    kept.touch(mode=0o600)
    kept.write_text(json.dumps({**json.loads(refreshed), "good_until": 0.0}))
    code, _, complained = await on_call.water("health", **at_home)
    assert (code, "not logged in any more" in complained) == (2, True)
