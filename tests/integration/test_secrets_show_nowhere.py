"""What the services were given to keep stands in no command line, log or trace while they run."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from whole_platform import WholePlatform

from demo.platform import SERVICES

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOT_SECRET = {"", "none"}


def secrets_of(platform: WholePlatform) -> dict[str, str]:
    """Return every secret that a running service was given, with who was given it."""
    return {
        secret: f"{service} {variable}"
        for service in SERVICES
        for variable, secret in secrets_in(service, platform.platform.environment(service))
        if secret not in NOT_SECRET
    }


def secrets_in(service: str, environment: dict[str, str]) -> Iterator[tuple[str, str]]:
    fields = importlib.import_module(f"{service.replace('-', '_')}.settings").Settings.model_fields
    for variable, value in environment.items():
        field = fields.get(variable.lower())
        if field is not None and SecretStr.__name__ in str(field.annotation):
            yield from ((variable, key) for key in value.split(","))
    yield "DATABASE_URL", urlsplit(environment["DATABASE_URL"]).password or ""


def command_lines() -> dict[str, str]:
    """Return what everybody on this machine can read of every process, by the number of the process."""
    found = {}
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            found[directory.name] = (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has ended
    return found


def showing(secrets: dict[str, str], texts: dict[str, str]) -> list[tuple[str, str]]:
    """Return whose secret stands where, and never the secret."""
    return [(who, name) for secret, who in secrets.items() for name, text in texts.items() if secret in text]


async def test_there_are_secrets_to_look_for(after_stories: WholePlatform) -> None:
    found = secrets_of(after_stories)

    assert len(found) >= 8
    assert {"claims-svc", "notify-svc", "auth-svc", "policy-svc"} <= {who.split()[0] for who in found.values()}


async def test_the_search_finds_a_secret_in_the_command_line_of_any_process(after_stories: WholePlatform) -> None:
    secret, who = next(iter(secrets_of(after_stories).items()))
    showing_it = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(60)", secret)

    try:
        assert (who, str(showing_it.pid)) in showing({secret: who}, command_lines())
    finally:
        showing_it.kill()
        await showing_it.wait()


async def test_no_process_shows_a_secret_in_its_command_line(after_stories: WholePlatform) -> None:
    shown = command_lines()

    assert any("claims-svc" in line for line in shown.values())
    assert showing(secrets_of(after_stories), shown) == []


async def test_no_log_and_no_trace_holds_a_secret(after_stories: WholePlatform) -> None:
    files = [*after_stories.log_directory.glob("*.log"), after_stories.stack.output_dir / "traces.jsonl"]
    texts = {file.name: file.read_text() for file in files}

    assert len(texts) > len(SERVICES)
    assert [
        (who, name)
        for secret, who in secrets_of(after_stories).items()
        for name, text in texts.items()
        if secret in text
    ] == []
