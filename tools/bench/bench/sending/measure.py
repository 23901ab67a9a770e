"""Lets a storm of decisions through notify-svc, while codes are asked for at moments that are fixed beforehand."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import cast

import asyncpg
from aiokafka import AIOKafkaProducer

from bench.backlog import publish
from bench.databases import restart_server
from bench.notify_service import SETTINGS
from bench.percentiles import percentile, percentiles
from bench.pipelines import service_environment, service_program
from bench.process_figures import cpu_microseconds
from bench.processes import RunFailedError, load_average
from bench.report import Json
from bench.sending import decided
from bench.sending.figures import most_within_a_second, of_channel
from bench.sinks.message_sinks import MessageSinks, Received
from chassis.sealing import Opener, Sealer
from contracts.topics import CATALOGUE
from contracts.vocabulary import Channel
from devstack.postgres.databases import create_database
from devstack.process.ports import free_port
from devstack.process.programs import Program, Programs, console_script
from devstack.stack import Stack

SERVICE = "notify-svc"
_CONTACTS_AT_ONCE = 5_000
_GOAL_MILLISECONDS = 2_000
_LOOK_SECONDS = 2.0
_LONGEST_SECONDS = 3_600
_CODES_LAST_SECONDS = 30
_SENT = "SELECT count(*) FROM message WHERE state = 'sent'"


@dataclass(frozen=True, kw_only=True)
class SendingStorm:
    """How many decisions wait when `instances` begin, what each provider takes a second, and how many codes come.

    Without a `rate` everything leaves as fast as it can.
    """

    decisions: int = 25_000
    rate: float | None = 200
    codes_a_second: float = 2
    instances: int = 2


async def measure(storm: SendingStorm, *, output: Path) -> dict[str, Json]:
    """Return the figures.

    Raises:
        RunFailedError: a message did not arrive, or not once.
    """
    load_before = load_average()
    topics = [topic for topic in CATALOGUE.topics if SERVICE in (*topic.producers, *topic.consumers)]
    with Stack(kind="jvm", topics=topics, outside_world=True, output_dir=output, durable=True, optimised=True) as stack:
        sinks = MessageSinks(stack.supervisor, log_directory=output / "logs", notes_moments=True)
        sinks.start()
        await restart_server(stack)
        programs = Programs(stack.supervisor, output / "logs")
        try:
            return await _Run(storm, stack, programs, sinks).figures() | {"load_before": load_before}
        finally:
            await programs.stop()


class _Run:
    def __init__(self, storm: SendingStorm, stack: Stack, programs: Programs, sinks: MessageSinks) -> None:
        self._storm = storm
        self._stack = stack
        self._programs = programs
        self._sinks = sinks
        self._asked_at: dict[str, float] = {}

    async def figures(self) -> dict[str, Json]:
        url = await create_database(
            admin_url=self._stack.database_url,
            name="bench_sending",
            role="bench_sending",
            password=secrets.token_urlsafe(18),
        )
        environment = self._environment(url)
        await self._programs.run(f"{SERVICE}-migrate", str(console_script(SERVICE)), "migrate", environment=environment)
        connection = await asyncpg.connect(url)
        try:
            await self._prepare(connection)
            for program in self._instances(environment):
                self._programs.start(program)
            for number in range(self._storm.instances):
                await self._programs.wait_ready(f"{SERVICE}-{number}")
            before = await self._costs(connection)
            await self._until_sent(connection)
            after = await self._costs(connection)
            due = await _due(connection)
        finally:
            await connection.close()
        used = {name: after[name] - before[name] for name in before}
        return self._found(due, self._sinks.take_received(), used)

    def _environment(self, url: str) -> dict[str, str]:
        addresses = self._stack.environment() | self._sinks.environment()
        rate = "" if self._storm.rate is None else f"{self._storm.rate:g}"
        return service_environment(SERVICE, environment=addresses, database_url=url) | {
            "SMTP_RATE": rate,
            "SMPP_RATE": rate,
            "SMS_QUIET_FROM": "00:00",
            "SMS_QUIET_UNTIL": "00:00",
            "OTEL_TRACES_SAMPLER": "traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": "0.05",
        }

    def _instances(self, environment: Mapping[str, str]) -> Sequence[Program]:
        return [
            Program(
                name=f"{SERVICE}-{number}",
                arguments=(one := service_program(SERVICE, environment=environment)).arguments,
                environment={**environment, "HTTP_PORT": str(free_port())},
                is_ready=one.is_ready,
            )
            for number in range(self._storm.instances)
        ]

    async def _prepare(self, connection: asyncpg.Connection) -> None:
        """Let customers be known, and all decisions wait in Kafka."""
        known = decided.contacts(self._storm.decisions)
        while some := list(islice(known, _CONTACTS_AT_ONCE)):
            await decided.insert_contacts(connection, some)
        await connection.execute("VACUUM ANALYZE")
        messages = list(decided.decisions(self._storm.decisions, now=datetime.now(UTC)))
        await publish(self._stack.kafka_bootstrap_servers, messages)

    async def _until_sent(self, connection: asyncpg.Connection) -> None:
        """Ask for codes until every message about a decision is sent, and every code has had its time."""
        asking = asyncio.create_task(self._ask_for_codes())
        expected, told_at = self._storm.decisions * 2, 0.0
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                while (sent := await connection.fetchval(_SENT)) < expected:
                    if asking.done():
                        asking.result()
                    self._programs.check_alive()
                    if time.monotonic() - told_at > 30:  # noqa: PLR2004 - now and then
                        print(f"storm: {sent} of {expected} messages sent", flush=True)
                        told_at = time.monotonic()
                    await asyncio.sleep(_LOOK_SECONDS)
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        async with asyncio.timeout(_CODES_LAST_SECONDS):
            while await connection.fetchval("SELECT count(*) FROM requested_message WHERE state = 'sent'") < len(
                self._asked_at
            ):
                await asyncio.sleep(_LOOK_SECONDS / 10)

    async def _ask_for_codes(self) -> None:
        """Ask for one code after another, each counted from the moment at which it should have been asked for."""
        sealer = Sealer(Opener(SETTINGS["MESSAGE_KEYS"]).public_keys[0])
        producer = AIOKafkaProducer(bootstrap_servers=self._stack.kafka_bootstrap_servers)
        await producer.start()
        try:
            began, number = time.monotonic(), 0
            while True:
                moment = began + number / self._storm.codes_a_second
                await asyncio.sleep(max(0.0, moment - time.monotonic()))
                message = decided.code(number, sealer=sealer, customers=self._storm.decisions, now=datetime.now(UTC))
                await producer.send_and_wait(
                    message.topic, message.value, key=message.key, headers=list(message.headers)
                )
                self._asked_at[decided.telephone_of_code(number)] = moment
                number += 1
        finally:
            await producer.stop()

    async def _costs(self, connection: asyncpg.Connection) -> dict[str, float]:
        """Return what was used so far: CPU, transactions, and how often tokens were taken."""
        servers = {one.name: one.identity.pid for one in self._stack.supervisor.record.processes}
        pids = {name: child.pid for name, child in self._programs.children.items() if child.is_running()}
        used: dict[str, float] = {name: cpu_microseconds(pid) for name, pid in pids.items()}
        used["postgres"] = cpu_microseconds(servers["postgres"])
        used["transactions"] = await connection.fetchval(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        )
        used["bunches"] = await connection.fetchval("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'pace'")
        return used

    def _found(self, due: Mapping[int, float], received: Received, used: Mapping[str, float]) -> dict[str, Json]:
        storm = self._storm
        names = {Channel.EMAIL: decided.address, Channel.SMS: decided.telephone}
        found: dict[str, Json] = {
            "decisions": storm.decisions,
            "instances": storm.instances,
        }
        for channel, name in names.items():
            arrived = received.moment_of[channel]
            expected = {name(number): moment for number, moment in due.items()}
            if missing := expected.keys() - arrived.keys():
                raise RunFailedError(f"{len(missing)} messages by {channel} did not arrive")
            left = {one: arrived[one] for one in expected}
            found[channel.value] = of_channel(expected, left, allowed=storm.rate)
        if received.repeated:
            raise RunFailedError(f"{received.repeated} messages arrived twice")
        texts = received.moment_of[Channel.SMS]
        waited = sorted((texts[one] - asked_at) * 1_000 for one, asked_at in self._asked_at.items() if one in texts)
        if len(waited) < len(self._asked_at):
            raise RunFailedError(f"{len(self._asked_at) - len(waited)} codes did not arrive")
        messages = storm.decisions * 2
        return found | {
            "codes": {
                "count": len(waited),
                "milliseconds": {**percentiles(waited, shares=(50.0, 99.0))},
                "goal_p99_ms": _GOAL_MILLISECONDS,
                "is_met": percentile(waited, 99) <= _GOAL_MILLISECONDS,
            },
            "all_sms_most_within_a_second": most_within_a_second(list(texts.values())),
            "cpu_us_a_message": {
                name: round(each / messages, 1)
                for name, each in used.items()
                if name not in {"transactions", "bunches"}
            },
            "transactions_a_message": round(used["transactions"] / messages, 3),
            "bunches_of_tokens": round(used["bunches"]),
        }


async def _due(connection: asyncpg.Connection) -> dict[int, float]:
    """Return when the messages about each decision were due, by the number of the decision."""
    numbers = {
        decided.claim_id(number): number for number in range(await connection.fetchval("SELECT count(*) FROM decision"))
    }
    rows = await connection.fetch(
        "SELECT claim_id, extract(epoch FROM due_at)::float8 AS due FROM message WHERE channel = 'sms'"
    )
    return {numbers[row["claim_id"]]: cast("float", row["due"]) for row in rows}


def table(found: Mapping[str, Json]) -> str:
    """Return the figures as a few lines for a terminal."""
    return "\n".join(f"{name}: {each}" for name, each in found.items())
