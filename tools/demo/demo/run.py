"""One run: the platform is started or found, the reports are published, and their outcomes are compared."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from contracts.topics import TOPICS
from demo import artefacts, claim_by_people, online_access, rain_checks, stages
from demo.claim_by_people import bring_to_an_end
from demo.compose import ComposePlatform
from demo.drill import keep_up
from demo.observer import Observed, observing
from demo.on_call import OnCall
from demo.online_access import EMAIL, go_online
from demo.outcome import outcome_of, refusal_outcome_of, unexpected_dead_letters
from demo.platform import Platform
from demo.portal.people import people_at
from demo.portal.received import Received, serving
from demo.portal.walk import let_in, visit_portal
from demo.progress_output import console, step
from demo.publisher import messages_of, publish
from demo.rain_checks import check_rain
from demo.report import write_report
from demo.report_artefacts import write_stories
from demo.steps import Step
from demo.stories import REFUSALS, STORIES
from demo.story import Phase
from demo.table import result_table
from devstack.stack import Stack

FAILED = 1
LAST_SPANS_SECONDS = 1.5
"""Services that stay up export their spans every half second, in containers every second."""
FETCH_MAX_WAIT_MS = 500


def run_on_stack(kind: str, *, keep: bool, output: Path) -> int:
    """Start a stack and the services on it, run the demo, and stop everything; return the exit code."""
    began = time.monotonic()
    stack = Stack(kind=kind, topics=TOPICS, outside_world=True, output_dir=output)
    with step(f"Kafka, PostgreSQL, mail server, SMS centre and trace collector ({stack.kind})"):
        stack.start()
    try:
        platform = Platform(stack, output / "logs")
        code = asyncio.run(_run_on_stack(platform, began=began, keep=keep, output=output))
        if keep:
            with step("an operator logged in"):
                on_call = asyncio.run(OnCall.at(platform, directory=output.absolute()))
            with step("a handler and an operator invited to the portal"):
                people = asyncio.run(people_at(platform))
            with serving(Received(output, platform.portal_url, people)) as received_url:
                keep_up(platform, on_call=on_call, received_url=received_url)
        return code
    finally:
        with step("everything stopped"):
            stack.stop()


def run_on_compose(*, output: Path) -> int:
    """Run the demo on the containers of `make up`; return the exit code."""
    return asyncio.run(_run_on_compose(began=time.monotonic(), output=output))


async def _run_on_stack(platform: Platform, *, began: float, keep: bool, output: Path) -> int:
    stack = platform.stack
    with step("a database and a role for each service, migrated"):
        await platform.create_databases()
        await platform.migrate()
    with step("KNMI's hours of July 2021 and of other storms, and the policies imported; every service started"):
        await stages.import_hours_and_policies(platform)
        await platform.start()
    wait_ms = int(stack.environment().get("KAFKA_FETCH_MAX_WAIT_MS", FETCH_MAX_WAIT_MS))
    observed = await _publish_and_observe(
        platform,
        {"bootstrap_servers": stack.kafka_bootstrap_servers},
        fetch_max_wait_ms=wait_ms,
        began=began,
        output=output,
    )
    by_http = await _visit(platform, {"bootstrap_servers": stack.kafka_bootstrap_servers}, output=output)
    with step("a customer at the portal: an account, a report, questions, the decision and its letter"):
        await let_in(platform)
        by_portal = {"customer at the portal": await visit_portal(platform, output=output)}
    if keep:
        await asyncio.sleep(LAST_SPANS_SECONDS)
    else:
        with step("services stopped"):
            await platform.stop()
    return conclude(observed, {**by_http, **by_portal}, output=output)


async def _run_on_compose(*, began: float, output: Path) -> int:
    platform = ComposePlatform()
    with step("the platform of make up found, and no report on it"):
        await platform.find()
    with step("KNMI's hours of July 2021 and of other storms, and the policies imported"):
        await stages.import_hours_and_policies(platform)
    observed = await _publish_and_observe(
        platform,
        platform.kafka,
        fetch_max_wait_ms=FETCH_MAX_WAIT_MS,
        began=began,
        output=output,
    )
    by_http = await _visit(platform, platform.kafka, output=output)
    await asyncio.sleep(LAST_SPANS_SECONDS)
    with step("mail, SMS, traces and logs copied out of the containers"):
        await platform.collect(output)
    return conclude(observed, by_http, output=output)


async def _publish_and_observe(
    services: stages.Services, kafka: Mapping[str, str], *, fetch_max_wait_ms: int, began: float, output: Path
) -> Observed:
    async with observing(kafka, fetch_max_wait_ms=fetch_max_wait_ms) as observed:
        with step(f"{_number_of_records(Phase.FIRST)} loss reports published"):
            await publish(kafka, Phase.FIRST)
        with step("two claims wait for hours that are not measured yet, one for its policy"):
            await stages.wait_for_claims_without_their_hours(services, observed)
        with step("the late hours and the late policy imported"):
            await stages.import_late_hours_and_policy(services)
        await _wait_for_outcomes(services, observed, Phase.FIRST)
        with step(
            f"{_number_of_records(Phase.LATER)} later reports published (corrections, an assessment, a repetition), and"
            " an hour imported as KNMI could correct it"
        ):
            await publish(kafka, Phase.LATER)
            await stages.import_corrected_hours(services)
        await _wait_for_outcomes(services, observed, Phase.LATER)
        console.print(f"[bold]last notification {time.monotonic() - began:.1f} s after the start[/]")
        with step("proofs exported and verified, letters printed"):
            await asyncio.gather(services.export_proofs(output / "proofs"), services.export_letters(output / "letters"))
    return observed


class Visited(online_access.Services, rain_checks.Services, claim_by_people.Services, Protocol):
    """The running services, as people use them by HTTP."""


async def _visit(services: Visited, kafka: Mapping[str, str], *, output: Path) -> Mapping[str, Sequence[Step]]:
    """Return what each visitor did."""
    with step(
        "somebody checks the rain without login; a customer goes online (account, password, code by SMS) and changes an"
        " insurance"
    ):
        rain, (online, token) = await asyncio.gather(
            check_rain(services, output=output), go_online(services, received=output)
        )
    with step("a claim is asked about, answered, denied by two, reviewed by a third and repaired; another one is paid"):
        people = await bring_to_an_end(services, kafka, token=lambda: token, received=output, email=EMAIL)
    return {"rain check": rain, "customer online": online, "claim by people": people}


def _number_of_records(phase: Phase) -> int:
    return sum(1 for _ in messages_of(phase))


async def _wait_for_outcomes(services: stages.Services, observed: Observed, phase: Phase) -> None:
    with console.status("waiting") as status:

        def show(done: int) -> None:
            status.update(f"{done} of {len(STORIES) + len(REFUSALS)} stories have their outcome")

        await stages.wait_for_outcomes(services, observed, phase, progress=show)


def conclude(observed: Observed, by_http: Mapping[str, Sequence[Step]], *, output: Path) -> int:
    """Write the artefacts, print the table and return the exit code."""
    artefacts.write_decisions(output / "decisions.jsonl", observed)
    outcomes = [outcome_of(story, observed) for story in STORIES]
    refusals = [refusal_outcome_of(refusal, observed) for refusal in REFUSALS]
    unexpected = unexpected_dead_letters(REFUSALS, observed)
    console.print(result_table(outcomes, refusals, width=console.width))
    with step("report page written"):
        write_stories(output, outcomes=outcomes, refusals=refusals, unexpected_dead_letters=unexpected)
        write_report(output)
    unproven = artefacts.check_proofs(output / "proofs", observed)
    for problem in unexpected + unproven:
        console.print(f"[red]{problem}[/]")
    steps = [(who, one) for who, taken in by_http.items() for one in taken]
    for who, one in steps:
        console.print(f"{who}: {one.title} " + (f"[red]{one.problem}[/]" if one.problem else "[green]ok[/]"))
    problems = [*(outcome.problems for outcome in outcomes), *(refusal.problems for refusal in refusals)]
    wrong = sum(map(bool, [*problems, *(one.problem for _, one in steps)]))
    tried = len(problems) + len(steps)
    console.print(f"{tried - wrong} of {tried} stories and steps have the outcome they should have")
    console.print(
        f"see {output}/report.html (Dutch: report.nl.html), decisions.jsonl, proofs/, mailbox/, letters/, sms.jsonl, "
        "rain-check.*, change-preview.json, policy-schedule.pdf, portal/ and its film portal.webp, traces.jsonl, logs/"
    )
    return FAILED if wrong or unexpected or unproven else 0
